-- Returns the time in µs, by the clock that wrk itself uses.
local ffi = require 'ffi'

ffi.cdef [[
  struct load_time { long seconds; long us; };
  int gettimeofday(struct load_time *time, void *zone);
]]

local time = ffi.new 'struct load_time'
local clock = {}

function clock.now()
  ffi.C.gettimeofday(time, nil)
  return tonumber(time.seconds) * 1e6 + tonumber(time.us)
end

return clock
