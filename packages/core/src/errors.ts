import type { ErrorDetails } from './error-details.ts';

export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'missing'
  | 'conflict'
  | 'reused'
  | 'too_large'
  | 'unsupported_media'
  | 'limited'
  | 'unavailable'
  | 'client_closed'
  | 'internal';

/** All error codes with their kinds. The API maps kinds to HTTP and tRPC statuses; front ends switch on codes. */
export const errorKinds = {
  validation_failed: 'invalid',
  invalid_encoding: 'invalid',
  cursor_of_another_list: 'invalid',
  empty_order: 'invalid',
  currency_mismatch: 'invalid',
  shipping_option_required: 'invalid',
  amount_too_large: 'invalid',
  invalid_signature: 'invalid',
  malformed_event: 'invalid',
  malformed_file: 'invalid',
  unauthenticated: 'unauthenticated',
  forbidden: 'forbidden',
  not_found: 'missing',
  position_not_found: 'missing',
  webhook_endpoint_not_found: 'missing',
  webhooks_not_configured: 'missing',
  guest_orders_off: 'missing',
  event_sink_not_found: 'missing',
  product_not_found: 'missing',
  order_not_found: 'missing',
  return_not_found: 'missing',
  shipment_not_found: 'missing',
  parcel_not_found: 'missing',
  tracking_message_not_found: 'missing',
  shipping_option_not_found: 'missing',
  api_key_not_found: 'missing',
  session_not_found: 'missing',
  gateway_event_not_found: 'missing',
  payment_not_found: 'missing',
  provider_not_configured: 'missing',
  insufficient_stock: 'conflict',
  shipping_option_not_applicable: 'conflict',
  total_changed: 'conflict',
  order_changed: 'conflict',
  order_not_changeable: 'conflict',
  order_not_over: 'conflict',
  order_redacted: 'conflict',
  country_not_changeable: 'conflict',
  quote_refused: 'conflict',
  invalid_transition: 'conflict',
  payment_in_progress: 'conflict',
  payment_refused: 'conflict',
  capture_in_progress: 'conflict',
  capture_exceeds_authorized: 'conflict',
  refund_exceeds_balance: 'conflict',
  units_not_refundable: 'conflict',
  units_not_restockable: 'conflict',
  units_not_cancelable: 'conflict',
  order_not_paid: 'conflict',
  units_not_returnable: 'conflict',
  units_not_in_return: 'conflict',
  return_too_late: 'conflict',
  fees_exceed_refund: 'conflict',
  nothing_to_refund: 'conflict',
  dispute_open: 'conflict',
  shipment_is_replacement: 'conflict',
  tracking_number_in_use: 'conflict',
  carrier_not_tracked: 'conflict',
  shipment_not_ready: 'conflict',
  units_not_in_shipment: 'conflict',
  shipment_would_be_empty: 'conflict',
  shipments_of_different_orders: 'conflict',
  idempotency_in_progress: 'conflict',
  unsupported_by_provider: 'conflict',
  amount_not_supported: 'conflict',
  sku_taken: 'conflict',
  stock_changed: 'conflict',
  stock_below_orders: 'conflict',
  stock_too_large: 'conflict',
  idempotency_key_reused: 'reused',
  payload_too_large: 'too_large',
  unsupported_encoding: 'unsupported_media',
  rate_limited: 'limited',
  too_many_unpaid_orders: 'limited',
  database_unavailable: 'unavailable',
  overloaded: 'unavailable',
  identity_unavailable: 'unavailable',
  outcome_unknown: 'unavailable',
  gateway_unavailable: 'unavailable',
  quote_unavailable: 'unavailable',
  client_closed: 'client_closed',
  internal_error: 'internal',
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorKinds;

export type DetailsOf<C extends ErrorCode> = C extends keyof ErrorDetails ? ErrorDetails[C] : undefined;

/**
 * An error as clients receive it. `hint` says what the caller can do. One member for each code, so that a `switch` on
 * `code` narrows `details`.
 */
export type ErrorBody = { [C in ErrorCode]: { code: C; hint: string; details: DetailsOf<C> } }[ErrorCode];

type DetailsArgument<C extends ErrorCode> = C extends keyof ErrorDetails ? [details: ErrorDetails[C]] : [];

/** An error for callers. Any other error is a defect or an outage, and the API hides its text. */
export class CommerceError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'CommerceError';
  readonly code: C;
  readonly details: DetailsOf<C>;

  constructor(code: C, message: string, ...[details]: DetailsArgument<C>) {
    super(message);
    this.code = code;
    // DetailsArgument<C> has exactly this type, which TypeScript can't derive for a generic code.
    this.details = details as DetailsOf<C>;
  }

  get kind(): ErrorKind {
    return errorKinds[this.code];
  }
}

/** Whether an error is about this server's state and not about the call: the same call may succeed soon. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof CommerceError && error.kind === 'unavailable';

/** The result of one command of a batch. A refused command doesn't fail the others. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; error: CommerceError };

export const accepted = <T>(value: T): Outcome<T> => ({ ok: true, value });
export const refused = (error: CommerceError): Outcome<never> => ({ ok: false, error });

/** The outcome of a decision, which throws a CommerceError to refuse. @throws any other error of the decision */
export function decided<T>(decide: () => T): Outcome<T> {
  try {
    return accepted(decide());
  } catch (error) {
    if (error instanceof CommerceError) return refused(error);
    throw error;
  }
}

/** The outcome of a flow that was given one command. @throws Error when the flow returned none */
export function onlyOutcome<T>([outcome]: readonly Outcome<T>[]): Outcome<T> {
  if (outcome) return outcome;
  throw new Error('a flow returned fewer outcomes than it was given commands');
}

/** The value of an outcome. @throws CommerceError when the command was refused */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw outcome.error;
  return outcome.value;
}

/** The error for a change of status that the state machine doesn't allow. */
export function invalidTransition(subject: ErrorDetails['invalid_transition']['subject'], from: string, to: string) {
  const noun = `${subject === 'order' ? 'an' : 'a'} ${subject.replace('_', ' ')}`;
  return new CommerceError('invalid_transition', `${noun} that is ${from} cannot become ${to}`, {
    subject,
    from,
    to,
  });
}
