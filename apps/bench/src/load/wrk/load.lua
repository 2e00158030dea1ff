-- The script of wrk, which runs it in one thread. The environment says what to send; see wrk-job.ts.
--
-- wrk doesn't tell which connection a response came from. So each request has an `x-request-id`, which the API returns:
-- the number of a shopper. A shopper has one request at a time and waits for its response, on any connection.
local clock = require 'clock'
-- `begin` returns the first request of a shopper's next call; nothing when no call is left. `answer` takes a response and
-- returns the id of a call that succeeded, or nil and the kind of a failure, or nil, nil and the call's next request.
local calls = require(os.getenv 'LOAD_CALLS')

local clients = tonumber(os.getenv 'LOAD_CLIENTS')
local openUs = tonumber(os.getenv 'LOAD_OPEN_US')

-- When each call ended, how long it took, and its id, or its failure after a '!'.
local ended, took, results, count = {}, {}, {}, 0
local function record(now, since, result)
  count = count + 1
  ended[count], took[count], results[count] = now, now - since, result
end

local startedAt, closesAt, cpuBefore
local function start()
  startedAt, cpuBefore = clock.now(), os.clock()
  closesAt = startedAt + openUs
end

local stopped = false

-- Prints what was measured, and ends the thread.
local function stop()
  if stopped then return end
  stopped = true
  local openedUs, cpuUs = clock.now() - startedAt, (os.clock() - cpuBefore) * 1e6
  for n = 1, count do io.write(('call %.0f %.0f %s\n'):format(ended[n] - startedAt, took[n], results[n])) end
  io.write(('end %.0f %.0f\n'):format(openedUs, cpuUs))
  io.flush()
  wrk.thread:stop()
end

-- The shoppers without a call, and when the calls of the others began.
local idle, since = {}, {}
for shopper = 1, clients do idle[shopper] = shopper end

-- Calls at random times, LOAD_RATE a second on average: a Poisson process, as pgbench's --rate. Each free connection
-- waits for the next due time. If that has passed already, the call begins at once, and its time counts since then.
local rate = tonumber(os.getenv 'LOAD_RATE')
local due, firstDue, lastDue = {}, 1, 0

-- Returns for how many ms wrk leaves a connection free. A fraction of a ms is left out, so a call can be early by it.
local function untilNextCall()
  if not startedAt then start() end
  local before = due[lastDue] or startedAt
  lastDue = lastDue + 1
  due[lastDue] = before - math.log(1 - math.random()) / rate * 1e6
  return math.max(0, math.floor((due[lastDue] - clock.now()) / 1000))
end
-- wrk doesn't wait if there is no such function.
if rate then delay = untilNextCall end

-- Returns since when a call that begins now has been due.
local function dueTime(now)
  if not rate then return now end
  firstDue = firstDue + 1
  return math.min(due[firstDue - 1], now)
end

-- Requests of calls that have begun. The connection of the last response sends the next one.
local following, first, last = {}, 1, 0
-- How many requests have no response, and how many connections got nothing to send.
local underWay, unused = 0, 0

local function nextRequest()
  if first <= last then
    local text = following[first]
    following[first], first = nil, first + 1
    return text
  end
  local now = clock.now()
  local shopper = idle[#idle]
  local text = now < closesAt and shopper and calls.begin(shopper)
  if not text then return nil end
  idle[#idle], since[shopper] = nil, dueTime(now)
  return text
end

local counted = false

function request()
  if not counted then
    -- Before the start wrk counts the requests in a first text, which it doesn't send.
    counted = true
    return 'GET / HTTP/1.1\r\n\r\n'
  end
  if not startedAt then start() end
  if underWay + unused == clients then
    -- wrk has connected again, and has dropped the request of the connection that ended.
    underWay = underWay - 1
    record(clock.now(), clock.now(), '!the server closed the connection')
  end
  local text = nextRequest()
  if text then
    underWay = underWay + 1
    return text
  end
  unused = unused + 1
  if underWay == 0 then stop() end
  -- wrk sends nothing for an empty text.
  return ''
end

function response(status, headers, body)
  underWay = underWay - 1
  local shopper = tonumber(headers['x-request-id'])
  local now = clock.now()
  if not since[shopper] then return record(now, now, '!' .. status) end
  local id, failure, text = calls.answer(shopper, status, body)
  if text then
    last = last + 1
    following[last] = text
  else
    record(now, since[shopper], id or '!' .. failure)
    idle[#idle + 1], since[shopper] = shopper, nil
  end
end
