-- The webhook of each payment, once, in the order of the payments' numbers.
local gateway = require 'gateway'

local n = tonumber(os.getenv 'LOAD_FROM') - 1
local to = tonumber(os.getenv 'LOAD_TO')
local amount = tonumber(os.getenv 'LOAD_WAITING_AMOUNT')

local webhooks = {}

function webhooks.begin(shopper)
  if n == to then return nil end
  n = n + 1
  local paymentId = ('01920000-0000-7000-8000-%012d'):format(n)
  return gateway.request(shopper, { id = ('evt-%d'):format(n), type = 'AUTHORIZED', paymentId = paymentId, amount = amount })
end

function webhooks.answer(_, status, body)
  local id = gateway.paidEventId(status, body)
  return id, not id and status or nil
end

return webhooks
