import type { AttentionReason } from './order.ts';

/** What an operator can do about each reason for attention: one sentence of at most 120 characters. */
export const attentionHints = {
  refund_failed: 'Read why the refund failed (refund.list), and request it again (refund.create).',
  dispute:
    'Answer the dispute at the gateway (dispute.list): it holds its money; clear a lost one (order.clearAttention).',
  authorization_lost: 'Have the shopper pay again (payment.create), or cancel an unshipped order (order.cancel).',
  refunded_at_gateway:
    'Cancel the order (order.cancel), or clear the attention to ship it anyway (order.clearAttention).',
  amount_mismatch:
    'Decide on the payment in REVIEW (payment.decideReview), or compare it with the gateway and clear this.',
  event_conflict: 'Compare the events with the gateway (gatewayEvent.list), redrive parked ones, then clear this.',
  delivery_problem:
    'Read parcel.history; refund or replace it by a return (return.request), and clear this (order.clearAttention).',
  return_refund_due:
    'Refund the return (return.refund), which says why that is refused, or replace or close it (return.close).',
  parcel_problem: 'Read what the carrier says (parcel.history), and ask it; correct a wrong number (parcel.correct).',
  authorization_lapsing:
    'Capture the payment before the gateway releases it (payment.capture), or cancel (order.cancel).',
  capture_overdue:
    'The goods have left: capture the payment (payment.capture), and read why it was not (gatewayCall.list).',
  capture_failed: 'Read why (gatewayCall.list), then capture again (payment.capture) or cancel (order.cancel).',
  gateway_silent: 'Check that the gateway can be reached; the shop repeats its calls by itself (gatewayCall.list).',
  refund_due: 'Wait until the refund has SUCCEEDED (refund.list), and request a failed one again (refund.create).',
} as const satisfies Record<AttentionReason, string>;
