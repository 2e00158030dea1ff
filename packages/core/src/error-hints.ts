import type { ErrorDetails } from './error-details.ts';
import type { CommerceError, ErrorCode } from './errors.ts';

/**
 * What a caller can do about an error with this code: one sentence. Procedures that only operators may call are named
 * only where operators alone get the code.
 */
export const errorHints = {
  validation_failed: 'Correct what the message and details.issues name, and send the call again.',
  invalid_encoding: 'Encode the request in UTF-8, and send it again.',
  cursor_of_another_list:
    'Read the list from its beginning, without a cursor; a cursor belongs to its filters and its sort.',
  empty_order: 'Add at least one line with a product and its units.',
  currency_mismatch: 'Place one order for each currency, and reject a payment in another currency than its order.',
  shipping_option_required: 'Choose one of the options that apply to the order (order.quote).',
  amount_too_large: 'Order fewer units, so that no amount exceeds 9,007,199,254,740,991 minor units.',
  invalid_signature: 'Sign the message with the secret that the shop has for this gateway, and with the time of now.',
  malformed_event: "Send the event in the gateway's own format, in the API version that the shop expects.",
  malformed_file: 'Correct the file at details.line, and send it again: what is done already stays as it is.',
  unauthenticated: "Send a valid customer's token or API key as a bearer token in the header Authorization.",
  forbidden: "Call with a token or API key that has this right; an operator's key needs the procedure's scope.",
  not_found: "Check the address and the procedure's name, and use a client of the server's version.",
  position_not_found: 'The log was restored or another server took over: go on after the last common position.',
  webhook_endpoint_not_found: "Look the endpoint's id up (webhookEndpoint.list).",
  webhooks_not_configured: 'Set WEBHOOK_SECRETS_KEY to 32 bytes in base64 (openssl rand -base64 32), and start again.',
  guest_orders_off: 'Set GUEST_ORDERS=on and start the server again, or let the shopper sign in.',
  event_sink_not_found: 'List the sinks of the shop (eventSink.list); NATS_URL or AMQP_URL configures one.',
  product_not_found: 'Leave out the products in details.productIds, or look their ids up (product.list).',
  order_not_found: "Look the order's id up (order.list); a customer finds only their own orders.",
  return_not_found: "Look the return's id up among those of its order (return.list).",
  shipment_not_found: "Look the shipment's id up among those of its order (shipment.list).",
  parcel_not_found: "Look the parcel's id up among those of its order's shipments (shipment.list).",
  tracking_message_not_found: "Look the message's id up (trackingMessage.list).",
  shipping_option_not_found: 'Choose one of the options that apply to the order (order.quote).',
  api_key_not_found: "Look the API key's id up (apiKey.list).",
  session_not_found: "Look the session's id up (session.list); one that has ended is not listed.",
  gateway_event_not_found: "Look the event's id up (gatewayEvent.list).",
  payment_not_found: "Look the payment's id up among those of its order (payment.list).",
  provider_not_configured: 'Choose another provider, or configure this one and start the server again.',
  insufficient_stock: 'Order at most sellableQty units of each product in details.products, or wait for more stock.',
  shipping_option_not_applicable: 'Choose one of the options that apply to the order (order.quote).',
  total_changed: 'Show the shopper details.totalAmount, and order again with it as expectedTotalAmount.',
  order_changed: 'Read the order again (order.get), and send the change with its version.',
  order_not_changeable: 'Leave the order as it is: something of it has left, or it is over.',
  order_not_over: 'Wait until all its shipments have ended (shipment.list), or cancel it first (order.cancel).',
  order_redacted: 'Refund the return (return.refund), and have the customer place another order (order.create).',
  country_not_changeable: 'Cancel the order (order.cancel), and place another one for this country.',
  quote_refused: 'Show the shopper details.reason, and order without what it names.',
  invalid_transition: 'Read the current status, and take a step that this status allows.',
  payment_in_progress: 'Continue the attempt in progress (payment.resume), or wait until it has ended.',
  payment_refused: 'Begin another attempt (payment.create), with another card or method of payment.',
  capture_in_progress: 'Wait until the payment is CAPTURED (payment.get); do not capture it again.',
  capture_exceeds_authorized: 'Capture at most details.authorizedAmount.',
  refund_exceeds_balance:
    'Refund at most details.refundableAmount; read what was captured and refunded (payment.list).',
  units_not_refundable: 'Refund at most details.refundableQty units of this line, or an amount without lines.',
  units_not_restockable:
    'Restock at most details.restockableQty units; refund units that have shipped without restock.',
  units_not_cancelable:
    'Cancel at most details.cancelableQty units of this line; those that have shipped can be returned.',
  order_not_paid: 'Cancel the whole order (order.cancel), or cancel its units after it is paid.',
  units_not_returnable: 'Return at most details.returnableQty units of this line; read what comes back (return.list).',
  units_not_in_return: 'Name at most details.returnQty units of this line; read the return (return.get).',
  return_too_late: 'Ask the shop: it can request a return after details.returnDays days, too.',
  fees_exceed_refund: 'Keep back at most details.unitsAmount, in minor units (return.preview).',
  nothing_to_refund: 'Receive units first (return.receive), or close the return (return.close).',
  dispute_open: "Wait for the bank's decision (dispute.list), or refund anyway (refund.create with despiteDispute).",
  shipment_is_replacement: 'Send the replacement as it is (shipment.dispatch).',
  tracking_number_in_use:
    'Check the number; end the other parcel in details (parcel.deliver, shipment.markLost) or correct it.',
  carrier_not_tracked:
    'Look at the page of the carrier (trackingUrl), or configure a provider that tracks this carrier.',
  shipment_not_ready: 'Split and merge only READY shipments; read their statuses (shipment.list).',
  units_not_in_shipment: 'Split off at most details.shipmentQty units of this line.',
  shipment_would_be_empty: 'Leave at least one unit in the shipment, or send it as it is (shipment.dispatch).',
  shipments_of_different_orders: 'Merge only shipments of the same order (shipment.list).',
  idempotency_in_progress: 'Wait a moment, and send the same call with the same Idempotency-Key again.',
  unsupported_by_provider: 'Leave this step or mode out for this provider, or choose another provider.',
  amount_not_supported: 'Choose an amount that fits step, min and max in the details, or choose another provider.',
  sku_taken: 'Choose another SKU, or use the product that has this one (product.list).',
  stock_changed: 'Count the shelf again, and send the count with details.shelfQty as expectedShelfQty.',
  stock_below_orders: 'Count the packed units, too, or cancel orders that wait for the missing units (order.cancel).',
  stock_too_large: 'Keep the stock within the number that the message names.',
  idempotency_key_reused: 'Send a new call with a new Idempotency-Key, or the first call with its own input.',
  payload_too_large: 'Send a body within the limit that the message names.',
  unsupported_encoding: 'Send the body uncompressed, without the header Content-Encoding.',
  rate_limited: 'Wait for as long as Retry-After says, and send it again.',
  too_many_unpaid_orders: 'Pay or cancel one of the unpaid orders, or wait until one of them has ended.',
  database_unavailable: 'Wait as long as Retry-After says, and send the same call with the same Idempotency-Key again.',
  overloaded: 'Wait as long as Retry-After says, and send the same call with the same Idempotency-Key again.',
  identity_unavailable:
    "Send the same call again shortly; if that does not help, check the address of the tokens' keys.",
  outcome_unknown: 'Send the same call with the same Idempotency-Key again; without a key, read first what was done.',
  gateway_unavailable: 'Wait a moment, and send the same call with the same Idempotency-Key again.',
  quote_unavailable: 'Wait a moment, and send the same call with the same Idempotency-Key again.',
  client_closed: 'Send the same call with the same Idempotency-Key again to get its result.',
  internal_error: "Look the request id up in the server's log, or give it to an operator.",
} as const satisfies Record<ErrorCode, string>;

/** What a caller can do about `invalid_transition`, by what cannot change so. */
export const transitionHints = {
  order: 'Read its status (order.get); refund a shipped order instead of canceling it, and place an ended one anew.',
  payment: 'Capture only AUTHORIZED payments, decide only on those in REVIEW, and begin a new attempt for ended ones.',
  refund: 'Read how the refund ended (refund.list), and request another one if money is left (refund.create).',
  return: 'Read its status (return.get), and take the next step: approve, receive, close.',
  shipment: 'Read its status (shipment.list), and take the next step: dispatch, in transit, deliver.',
  parcel: 'Read its tracking (shipment.list); a parcel that was delivered, lost or returned no longer changes.',
  webhook_endpoint: 'Pause only ACTIVE endpoints, and resume those that are PAUSED or DISABLED.',
  gateway_event: 'Redrive or dismiss only events that wait or were given up; read their outcomes (gatewayEvent.list).',
  tracking_message:
    'Redrive or dismiss only messages that wait or were given up; read their outcomes (trackingMessage.list).',
} as const satisfies Record<ErrorDetails['invalid_transition']['subject'], string>;

/** What a caller can do about a refund of money that was only authorized. */
export const uncapturedHint =
  'Capture the payment first (payment.capture), or cancel an unshipped order (order.cancel).';

/** What a caller can do about an error: one sentence of at most 120 characters. It is not stored with a refusal. */
export function hintOf(error: CommerceError): string {
  if (hasCode(error, 'invalid_transition')) return transitionHints[error.details.subject];
  if (hasCode(error, 'refund_exceeds_balance') && error.details.uncapturedPaymentId) return uncapturedHint;
  return errorHints[error.code];
}

const hasCode = <C extends ErrorCode>(error: CommerceError, code: C): error is CommerceError<C> => error.code === code;
