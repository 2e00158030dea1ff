-- Random ids and choices, seeded by the system.
local source = assert(io.open('/dev/urandom', 'rb'))
local seed = 0
for _, byte in ipairs { source:read(6):byte(1, 6) } do seed = seed * 256 + byte end
source:close()
math.randomseed(seed)

local upTo = math.random
local random = {}

-- Returns a random UUID, version 4.
function random.uuid()
  local part = 0xffff
  return ('%04x%04x-%04x-%04x-%04x-%04x%04x%04x'):format(
    upTo(0, part), upTo(0, part), upTo(0, part), 0x4000 + upTo(0, 0xfff), 0x8000 + upTo(0, 0x3fff),
    upTo(0, part), upTo(0, part), upTo(0, part))
end

-- Returns `count` random, different numbers from 1 to `most`.
function random.numbers(count, most)
  local numbers, taken = {}, {}
  while #numbers < count do
    local n = upTo(most)
    if not taken[n] then
      taken[n], numbers[#numbers + 1] = true, n
    end
  end
  return numbers
end

return random
