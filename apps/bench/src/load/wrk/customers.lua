-- The requests of customers, each with its customer's token and a new idempotency key.
local random = require 'random'

local productCount = tonumber(os.getenv 'LOAD_PRODUCTS')
local lineCount = tonumber(os.getenv 'LOAD_LINES')
local quantityMax = tonumber(os.getenv 'LOAD_QUANTITY_MAX')

local tokens = {}
for token in io.lines(os.getenv 'LOAD_TOKENS') do tokens[#tokens + 1] = token end

local customers = {}

function customers.pick()
  return math.random(#tokens)
end

-- Returns the JSON of an order's lines, of random and different products, and how many units they have.
function customers.lines()
  local texts, units = {}, 0
  for index, product in ipairs(random.numbers(lineCount, productCount)) do
    local quantity = math.random(quantityMax)
    texts[index] = ('{"productId":"01900000-0000-7000-8000-%012d","quantity":%d}'):format(product, quantity)
    units = units + quantity
  end
  return ('[%s]'):format(table.concat(texts, ',')), units
end

-- Returns a whole request.
function customers.request(head, shopper, customer, body)
  return ('%sauthorization: Bearer %s\r\nx-request-id: %d\r\nidempotency-key: %s\r\ncontent-length: %d\r\n\r\n%s'):format(
    head, tokens[customer], shopper, random.uuid(), #body, body)
end

-- Returns the id in a response, the first one in its JSON; nil when the call failed.
function customers.idIn(status, body)
  local _, at = body:find('"id":"', 1, true)
  return status == 200 and at and body:sub(at + 1, at + 36) or nil
end

return customers
