-- The whole flow of a shopper: `order.create`, `payment.create`, and the webhook by which the order becomes PAID. Each
-- request waits for the response to the last one.
local customers = require 'customers'
local gateway = require 'gateway'

local orderHead = os.getenv 'LOAD_ORDER_HEAD'
local paymentHead = os.getenv 'LOAD_PAYMENT_HEAD'
local priceAmount = tonumber(os.getenv 'LOAD_PRICE_AMOUNT')

-- Each shopper's order and payment.
local flows = {}
local flow = {}

function flow.begin(shopper)
  local lines, units = customers.lines()
  local customer = customers.pick()
  flows[shopper] = { customer = customer, amount = units * priceAmount }
  return customers.request(orderHead, shopper, customer, ('{"lines":%s}'):format(lines))
end

function flow.answer(shopper, status, body)
  local own = flows[shopper]
  if not own.orderId then
    own.orderId = customers.idIn(status, body)
    if not own.orderId then return nil, ('order.create: %d'):format(status) end
    local attempt = ('{"orderId":"%s","provider":"mock"}'):format(own.orderId)
    return nil, nil, customers.request(paymentHead, shopper, own.customer, attempt)
  end
  if not own.paymentId then
    own.paymentId = customers.idIn(status, body)
    if not own.paymentId then return nil, ('payment.create: %d'):format(status) end
    return nil, nil, gateway.request(shopper,
      { id = 'evt-' .. own.paymentId, type = 'CAPTURED', paymentId = own.paymentId, amount = own.amount })
  end
  if gateway.paidEventId(status, body) then return own.orderId end
  return nil, ('webhook: %d'):format(status)
end

return flow
