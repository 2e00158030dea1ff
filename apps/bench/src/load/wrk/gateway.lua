-- The gateway's webhooks, signed by Standard Webhooks as the mock gateway signs.
local clock = require 'clock'
local sign = require 'signature'

local head = os.getenv 'LOAD_WEBHOOK_HEAD'
local currency = os.getenv 'LOAD_CURRENCY'
local key = (os.getenv 'LOAD_WEBHOOK_KEY'):gsub('%x%x', function(byte) return string.char(tonumber(byte, 16)) end)

local gateway = {}

-- Returns a whole request that reports an event of a payment.
function gateway.request(shopper, event)
  local timestamp = math.floor(clock.now() / 1e6)
  local body = ('{"type":"%s","paymentId":"%s","amount":%d,"currency":"%s"}'):format(
    event.type, event.paymentId, event.amount, currency)
  local signature = sign(key, ('%s.%d.%s'):format(event.id, timestamp, body))
  return ('%swebhook-id: %s\r\nwebhook-timestamp: %d\r\nwebhook-signature: v1,%s\r\nx-request-id: %d\r\ncontent-length: %d\r\n\r\n%s'):format(
    head, event.id, timestamp, signature, shopper, #body, body)
end

local function has(body, text)
  return body:find(text, 1, true) ~= nil
end

-- Returns the event's id in the response to a webhook that has paid its order now; nil for any other response.
function gateway.paidEventId(status, body)
  local _, at = body:find('"eventId":"', 1, true)
  local paid = has(body, '"outcome":"APPLIED"') and has(body, '"effect":"order_paid"') and has(body, '"duplicate":false')
  return status == 200 and at and paid and body:sub(at + 1, at + 36) or nil
end

return gateway
