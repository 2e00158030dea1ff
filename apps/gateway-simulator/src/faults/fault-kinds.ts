/** How likely each kind of fault is, wherever it can happen. */
export const defaultRates = {
  // Webhooks.
  /** The same webhook is sent twice at the same moment. */
  duplicate_at_once: 0.1,
  /** The same webhook is sent once more later. */
  duplicate_later: 0.1,
  /** The webhook is sent after the payment's next one. */
  reordered: 0.1,
  delayed: 0.15,
  /** The webhook is never sent. The shop finds the change by polling. */
  dropped: 0.05,
  /** The same change is sent in a second webhook with another id. */
  two_ids: 0.05,
  /** A second webhook with the same id states another amount. */
  other_amount_same_id: 0.03,
  /** A webhook names a payment that doesn't exist. */
  unknown_payment: 0.03,
  /** A webhook has a type that the shop's adapter doesn't know. */
  unknown_type: 0.03,
  // The bank.
  wrong_amount: 0.02,
  wrong_currency: 0.01,
  /** The shopper's first attempt fails; the next one succeeds. */
  attempt_failed_first: 0.1,
  /** The payment is declined and approved later. */
  late_approval: 0.05,
  dashboard_refund: 0.03,
  dispute: 0.03,
  /** A refund stays PENDING for a while. */
  slow_refund: 0.2,
  /** A slow refund fails in the end. */
  failed_refund: 0.1,
  // Calls of the API.
  latency: 0.2,
  rate_limited: 0.04,
  error_before: 0.05,
  error_after: 0.05,
  /** The connection breaks after the call has taken effect. */
  dropped_after: 0.04,
  /** No response, and the call has no effect. */
  silence_before: 0.02,
  /** No response, but the call takes effect. */
  silence_after: 0.02,
  /** The webhook arrives before the response to the call that caused it. */
  event_before_answer: 0.2,
} as const;

export type FaultKind = keyof typeof defaultRates;

// Object.keys returns string[]; the object is a literal, so its keys are exactly FaultKind.
export const faultKinds = Object.keys(defaultRates) as FaultKind[];

/** Returns a record with the value of `value` for each kind of fault. */
export function recordOfKinds(value: (kind: FaultKind) => number): Record<FaultKind, number> {
  // Object.fromEntries loses the keys' type; `faultKinds` has all of them.
  return Object.fromEntries(faultKinds.map((kind) => [kind, value(kind)])) as Record<FaultKind, number>;
}
