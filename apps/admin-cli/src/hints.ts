import type { ErrorBody, ErrorCode, RouterOutputs } from '@commerce-core/client';

type Order = Pick<RouterOutputs['order']['get'], 'number' | 'attentionReasons' | 'fulfillmentStatus'>;
type AttentionReason = NonNullable<Order['attentionReasons']>[number];
type Payment = Pick<RouterOutputs['payment']['get'], 'id' | 'status'>;
type Subject = Extract<ErrorBody, { code: 'invalid_transition' }>['details']['subject'];

const runAgain = 'Wait a moment, and run the command again.';

/** What to do about an error in the words of the CLI, where the API's hint speaks of its own calls. */
const errorHints: Record<Exclude<ErrorCode, 'invalid_transition'>, string> = {
  validation_failed: 'Correct what the message names; --help shows examples of the command.',
  invalid_encoding: 'Write the text in UTF-8, and run the command again.',
  unsupported_encoding: 'Send the request again, not compressed: a proxy in between may have compressed it.',
  cursor_of_another_list:
    'List again from the beginning, without --cursor: the filters or the order of the list are others.',
  empty_order: 'Name at least one product: `commerce orders create SKU=UNITS --customer ID`.',
  currency_mismatch: 'Place one order for each currency: `commerce orders create SKU=UNITS --customer ID`.',
  amount_too_large: 'Order fewer units: `commerce orders create SKU=UNITS --customer ID`.',
  invalid_signature: 'Sign the message with the secret that the shop has for this gateway, and with the time of now.',
  malformed_event: "Send the event in the gateway's own format, in the API version that the shop expects.",
  malformed_file:
    'Correct the file at this line, and import it again (`commerce products import FILE`): ' +
    'what is done stays as it is.',
  position_not_found: 'Begin at the beginning (`commerce events tail --after 0`), or behind a position that there is.',
  webhooks_not_configured: 'Set WEBHOOK_SECRETS_KEY at the server, start it again, and look: `commerce webhooks list`.',
  guest_orders_off:
    'Set GUEST_ORDERS=on at the server, or order for a customer: `commerce orders create SKU=UNITS --customer ID`.',
  provider_not_configured: 'Choose another gateway: `commerce payments create ORDER --provider NAME`.',
  payment_in_progress:
    'Go on with the attempt that there is (`commerce orders show ORDER`, `commerce payments resume PAYMENT`).',
  payment_refused: 'Begin another attempt: `commerce payments create ORDER --provider NAME`.',
  unsupported_by_provider: 'Choose another gateway or mode: `commerce payments create ORDER --provider NAME`.',
  stock_too_large: 'Keep the stock within the number of the message: `commerce stock count SKU UNITS --reason REASON`.',
  payload_too_large: 'Send less at once: the message names the limit.',
  rate_limited: 'Wait for a minute, or let fewer commands of this key run at once, and run it again.',
  too_many_unpaid_orders:
    'Cancel one of the unpaid orders (`commerce orders cancel ORDER`), or wait until one has ended.',
  unauthenticated:
    'Set COMMERCE_API_KEY to a valid key, choose another shop (`commerce profiles list`), ' +
    'or run the command in the folder of npm start.',
  forbidden: 'Use a key that may do this: `commerce keys create CLIENT --scopes SCOPES` makes one.',
  not_found: 'Use a commerce command of the same version as the shop.',
  product_not_found: 'Look the product up: `commerce products list`.',
  order_not_found: 'Look the order up: `commerce orders list`.',
  shipment_not_found: 'Look the shipment up: `commerce shipments list ORDER`.',
  return_not_found: 'Look the return up: `commerce returns list --order ORDER`.',
  order_changed: runAgain,
  order_not_changeable: 'Leave the order as it is: `commerce orders show ORDER` says what has left.',
  order_not_over:
    'Wait until its shipments have ended (`commerce shipments list ORDER`), ' +
    'or cancel the order first (`commerce orders cancel ORDER`).',
  order_redacted: 'Refund the return (`commerce returns refund RETURN`), and have the customer place another order.',
  country_not_changeable: 'Cancel the order (`commerce orders cancel ORDER`), and place another one for this country.',
  quote_refused: 'Leave out what the message names: `commerce orders quote SKU=UNITS`.',
  quote_unavailable: runAgain,
  tracking_message_not_found: 'Look the message up: `commerce tracking-messages list`.',
  carrier_not_tracked: "Look at the carrier's page, or record what it says: `commerce parcels deliver PARCEL`.",
  parcel_not_found: 'Look the parcel up: `commerce orders show ORDER`.',
  shipping_option_not_found: 'Look the option up: `commerce shipping-options list`.',
  shipping_option_required: 'Name an option: `commerce orders create SKU=UNITS --customer ID --shipping OPTION`.',
  shipping_option_not_applicable: 'See which options apply: `commerce orders quote SKU=UNITS --country CODE`.',
  total_changed: 'See what the order costs now: `commerce orders quote SKU=UNITS`.',
  payment_not_found: 'Look the payment up: `commerce orders show ORDER`.',
  api_key_not_found: 'Look the API key up: `commerce keys list`.',
  session_not_found: 'Look the session up: `commerce sessions list`; one that has ended is not listed.',
  event_sink_not_found: 'Look the sink up: `commerce sinks list`.',
  gateway_event_not_found: 'Look the event up: `commerce gateway-events list`.',
  webhook_endpoint_not_found: 'Look the endpoint up: `commerce webhooks list`.',
  insufficient_stock: 'Order at most the units that are left, or receive more: `commerce stock receive SKU UNITS`.',
  capture_in_progress: 'Wait until the payment is CAPTURED: `commerce payments show PAYMENT`.',
  capture_exceeds_authorized: 'Capture at most what was authorized: `commerce payments capture PAYMENT`.',
  refund_exceeds_balance: 'Refund at most what is left; `commerce orders show ORDER` shows what was refunded.',
  units_not_refundable:
    'Refund at most the units that are left, or an amount: `commerce refunds create ORDER --amount AMOUNT`.',
  units_not_restockable:
    'Refund units that have shipped without --restock: `commerce refunds create ORDER --line LINE:UNITS`.',
  units_not_cancelable: 'Cancel at most the units that have not shipped: `commerce shipments list ORDER`.',
  order_not_paid: 'Cancel the whole order: `commerce orders cancel ORDER`.',
  units_not_returnable:
    'Return at most the units that have left and are in no other return: `commerce returns list --order ORDER`.',
  units_not_in_return: 'Name at most the units that the return has for this: `commerce returns show RETURN`.',
  return_too_late: 'Request it with the key of an operator: `commerce returns request ORDER --line LINE:UNITS`.',
  fees_exceed_refund: 'Keep back at most what goes back: `commerce returns preview RETURN`.',
  nothing_to_refund:
    'Note what came back (`commerce returns receive RETURN`), or end the return: `commerce returns close RETURN`.',
  dispute_open:
    "Wait for the bank's decision: `commerce disputes list --status OPEN`. Or refund anyway: `--despite-dispute`.",
  shipment_is_replacement: 'Send it as it is: `commerce shipments dispatch SHIPMENT CARRIER TRACKING-NUMBER`.',
  tracking_number_in_use:
    'Check the number; end the other parcel (`commerce parcels deliver PARCEL`) ' +
    'or correct it (`commerce parcels correct PARCEL TRACKING-NUMBER`).',
  shipment_not_ready: 'Split and merge only READY shipments: `commerce shipments list ORDER`.',
  units_not_in_shipment:
    'Split off at most the units of the shipment: `commerce shipments split SHIPMENT --line LINE:UNITS`.',
  shipment_would_be_empty:
    'Leave at least one unit in the shipment, or send it as it is: ' +
    '`commerce shipments dispatch SHIPMENT CARRIER TRACKING-NUMBER`.',
  shipments_of_different_orders: 'Merge only shipments of the same order: `commerce shipments list ORDER`.',
  idempotency_in_progress: runAgain,
  idempotency_key_reused: runAgain,
  amount_not_supported:
    'Choose an amount that the gateway takes, as the message says: `commerce refunds create ORDER --amount AMOUNT`.',
  sku_taken: 'Choose another SKU, or use the product that has it: `commerce products list --sku SKU`.',
  stock_changed: 'Count again: `commerce stock count SKU UNITS --expected UNITS --reason REASON`.',
  stock_below_orders:
    'Count the packed units, too, or cancel orders that wait for the missing units: `commerce orders cancel ORDER`.',
  database_unavailable: runAgain,
  overloaded: runAgain,
  identity_unavailable: runAgain,
  gateway_unavailable: runAgain,
  client_closed: runAgain,
  outcome_unknown: 'Look whether it was done before you run the command again, for instance by `commerce orders list`.',
  internal_error: "Look for the reason in the shop's log, then run `commerce doctor`.",
};

const transitionHints: Record<Subject, string> = {
  order: 'Read its status (`commerce orders show ORDER`); refund a shipped order (`commerce refunds create ORDER`).',
  payment: 'Read its status (`commerce payments show PAYMENT`): AUTHORIZED can be captured, REVIEW decided on.',
  refund: 'Read how the refund ended: `commerce refunds list --order ORDER`.',
  return:
    'Read its status (`commerce returns show RETURN`), and take the next step: `commerce returns receive RETURN`, ' +
    '`commerce returns close RETURN`.',
  shipment:
    'Take its next step: `commerce shipments dispatch SHIPMENT CARRIER TRACKING-NUMBER`, ' +
    '`commerce shipments in-transit SHIPMENT`, `commerce shipments deliver SHIPMENT`.',
  parcel:
    'Look at its tracking (`commerce orders show ORDER`): of a parcel that is over only the number can be corrected.',
  webhook_endpoint: 'Resume a disabled endpoint instead: `commerce webhooks resume ENDPOINT`.',
  tracking_message:
    'Redrive or dismiss only messages that wait or were given up: `commerce tracking-messages list --outcome PARKED`.',
  gateway_event:
    'Redrive or dismiss only events that wait or were given up: `commerce gateway-events list --outcome PARKED`.',
};

/** What an operator can do about a refusal: one sentence, with the commands for it in backticks. */
export function hintFor(error: ErrorBody): string {
  if (error.code === 'invalid_transition') return transitionHints[error.details.subject];
  if (error.code === 'refund_exceeds_balance' && error.details.uncapturedPaymentId)
    return `Capture the payment first: \`commerce payments capture ${error.details.uncapturedPaymentId}\`.`;
  // A newer shop may have a code that is unknown here.
  return (errorHints as Partial<Record<ErrorCode, string>>)[error.code] ?? error.hint;
}

/** Words for the commands of a hint: ids where they are known, else placeholders. */
type Ids = { order: string; clear: string; cancelOrNot: string; review: string; authorized: string };

const attentionHints: Record<AttentionReason, (ids: Ids) => string> = {
  refund_failed: ({ order }) =>
    `read why the refund failed (\`commerce refunds list --order ${order} --status FAILED\`), ` +
    `and request it again (\`commerce refunds create ${order}\`)`,
  dispute: ({ order, clear }) =>
    `answer the dispute at the gateway (\`commerce disputes list --order ${order}\`); after a lost one, ${clear}`,
  authorization_lost: ({ order, cancelOrNot }) =>
    `the gateway released the payment, ` +
    `so the shopper pays again by a new attempt (\`commerce payments create ${order} --provider NAME\`)${cancelOrNot}`,
  refunded_at_gateway: ({ clear, cancelOrNot }) =>
    `the money went back at the gateway: to ship the order anyway, ${clear}${cancelOrNot}`,
  amount_mismatch: ({ review, clear }) =>
    `decide on a payment in REVIEW (\`commerce payments decide ${review} accept\` ` +
    `or \`commerce payments decide ${review} reject\`); ` +
    `for other money, compare the books (\`commerce reconcile\`), then ${clear}`,
  event_conflict: ({ authorized, clear }) =>
    `compare the events with the gateway (\`commerce gateway-events list --payment ${authorized}\`), ` +
    `redrive parked ones (\`commerce gateway-events redrive EVENT\`), then ${clear}`,
  delivery_problem: ({ order, clear }) =>
    `refund what did not arrive (\`commerce refunds create ${order} --line LINE:UNITS\`), ` +
    `or refund or replace it by a return (\`commerce returns request ${order} --line LINE:UNITS --kept\`), ` +
    `then ${clear}`,
  return_refund_due: ({ order }) =>
    `what came back was not refunded by itself: read the return (\`commerce orders show ${order}\`), ` +
    `then \`commerce returns refund RETURN\`, which says why it is refused, or \`commerce returns close RETURN\``,
  authorization_lapsing: ({ authorized, cancelOrNot }) =>
    `the gateway is about to release the money: capture it (\`commerce payments capture ${authorized}\`)${cancelOrNot}`,
  capture_overdue: ({ order, authorized }) =>
    `the goods have left and the money is only authorized: ` +
    `capture it (\`commerce payments capture ${authorized}\`); ` +
    `\`commerce calls list --order ${order}\` says what the gateway answered`,
  parcel_problem: ({ order, clear }) =>
    `read what the carrier says (\`commerce orders show ${order}\`, \`commerce parcels history PARCEL\`) and ask it; ` +
    `correct a wrong number (\`commerce parcels correct PARCEL TRACKING-NUMBER\`), or ${clear}`,
  capture_failed: ({ order, authorized, cancelOrNot }) =>
    `read why (\`commerce calls list --order ${order}\`), ` +
    `then capture again (\`commerce payments capture ${authorized}\`)${cancelOrNot}`,
  gateway_silent: ({ order }) =>
    `check that the gateway can be reached; ` +
    `the shop repeats its calls by itself (\`commerce calls list --order ${order}\`)`,
  refund_due: ({ order }) =>
    `wait until the refund has SUCCEEDED (\`commerce refunds list --order ${order}\`), ` +
    `and request a failed one again (\`commerce refunds create ${order}\`)`,
};

/** What an operator can do about each reason why an order needs attention, with the commands for it in backticks. */
export function attentionHintsFor(order: Order, payments: readonly Payment[]): string[] {
  const paymentIn = (...statuses: Payment['status'][]) =>
    payments.find(({ status }) => statuses.includes(status))?.id ?? 'PAYMENT';
  const ids: Ids = {
    order: order.number,
    clear: `\`commerce orders clear-attention ${order.number}\``,
    cancelOrNot:
      order.fulfillmentStatus === 'UNFULFILLED'
        ? `, or cancel the order (\`commerce orders cancel ${order.number}\`)`
        : '',
    review: paymentIn('REVIEW'),
    authorized: paymentIn('AUTHORIZED', 'CAPTURED'),
  };
  return (order.attentionReasons ?? []).map((reason) => attentionHints[reason](ids));
}
