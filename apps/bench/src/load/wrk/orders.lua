-- `order.create`. A share of the orders has the reference that the database rejects.
local customers = require 'customers'

local head = os.getenv 'LOAD_ORDER_HEAD'
local failShare = tonumber(os.getenv 'LOAD_FAIL_SHARE')
local failing = (',"reference":"%s"'):format(os.getenv 'LOAD_FAILING_REFERENCE')

local option = os.getenv 'LOAD_SHIPPING_OPTION'
local shipping = option ~= '' and (',"shippingOptionId":"%s"'):format(option) or ''

local orders = {}

function orders.begin(shopper)
  local reference = failShare > 0 and math.random() < failShare and failing or ''
  local lines = customers.lines()
  local body = ('{"lines":%s%s%s}'):format(lines, shipping, reference)
  return customers.request(head, shopper, customers.pick(), body)
end

function orders.answer(_, status, body)
  local id = customers.idIn(status, body)
  return id, not id and status or nil
end

return orders
