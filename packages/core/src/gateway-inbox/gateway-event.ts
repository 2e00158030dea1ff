import { createHash } from 'node:crypto';
import { noCurrency } from '../currency.ts';

/**
 * The types of gateway events, as this shop names them. After ATTEMPT_FAILED the payment can still succeed. After
 * CHANGED the payment is polled, because the event doesn't tell what changed. OTHER is about nothing that this shop
 * stores.
 */
export const gatewayEventTypes = [
  'PENDING',
  'AUTHORIZED',
  'CAPTURED',
  'FAILED',
  'CANCELED',
  'ATTEMPT_FAILED',
  'REFUND_PENDING',
  'REFUNDED',
  'REFUND_FAILED',
  'DISPUTE_OPENED',
  'DISPUTE_WON',
  'DISPUTE_LOST',
  'CHANGED',
  'OTHER',
] as const;
export type GatewayEventType = (typeof gatewayEventTypes)[number];

/**
 * The outcome of a gateway event. RECEIVED and UNMATCHED wait for another attempt; the others are final. A CONFLICT
 * contradicts an earlier event with the same id. A DISMISSED event was ended by an operator.
 */
export const eventOutcomes = [
  'RECEIVED',
  'APPLIED',
  'UNMATCHED',
  'IGNORED_STALE',
  'IGNORED_UNKNOWN',
  'CONFLICT',
  'PARKED',
  'DISMISSED',
] as const;
export type EventOutcome = (typeof eventOutcomes)[number];

/**
 * What an applied event did, or why an ignored event did nothing. `going_back` is on old rows only: an event about
 * money that is being refunded now waits until the refund is over.
 */
export const eventEffects = [
  'order_paid',
  'payment_failed',
  'payment_in_review',
  'surplus',
  'payment_pending',
  'payment_captured',
  'payment_voided',
  'refund_succeeded',
  'refund_failed',
  'refund_pending',
  'refund_recorded',
  'dispute_opened',
  'dispute_closed',
  'attempt_noted',
  'polls_gateway',
  'already_approved',
  'already_failed',
  'approved_before',
  'canceled_before',
  'under_review',
  'amount_mismatch',
  'already_pending',
  'already_refunded',
  'authorization_lost',
  'going_back',
  'already_noted',
] as const;
export type EventEffect = (typeof eventEffects)[number];

/** A statement of a gateway about one payment. */
export type GatewayFact = {
  type: GatewayEventType;
  /** This shop's id of the payment, if the gateway sends it. */
  paymentId: string | null;
  /** The gateway's own id of the payment. */
  gatewayPaymentId: string | null;
  /**
   * In minor units of `currency`: the amount authorized or captured in total, returned by this refund, or in dispute. 0
   * for facts without an amount.
   */
  amount: number;
  currency: string;
  failureCode: string | null;
  /** This shop's id of the refund, if the gateway sends it. */
  refundId: string | null;
  /** The gateway's own id of the refund or the dispute. */
  gatewayObjectId: string | null;
  /** Until when the shopper can pay into a virtual account; the order's stock stays reserved until then. */
  payableUntil: Date | null;
};

/** A fact in a webhook or a list, with the gateway's id of the event. */
export type SignedEvent = GatewayFact & { providerEventId: string };

/** WEBHOOK: the gateway sent the event or listed it. ANSWER: the gateway returned the fact to a call. */
export const eventSources = ['WEBHOOK', 'ANSWER'] as const;
export type EventSource = (typeof eventSources)[number];

/** A verified event of a gateway, or a fact that the gateway returned to a call. */
export type GatewayEvent = SignedEvent & { provider: string; source: EventSource };

/** A fact with the given fields; all others are empty. */
export function gatewayFact(given: Pick<GatewayFact, 'type'> & Partial<GatewayFact>): GatewayFact {
  return {
    paymentId: null,
    gatewayPaymentId: null,
    amount: 0,
    currency: noCurrency,
    failureCode: null,
    refundId: null,
    gatewayObjectId: null,
    payableUntil: null,
    ...given,
  };
}

/** A fact in one canonical form, which doesn't depend on the body's white space and order of keys. */
export function fingerprint(fact: GatewayFact): string {
  const { type, paymentId, amount, currency, failureCode, gatewayPaymentId, refundId, gatewayObjectId, payableUntil } =
    fact;
  const further = [gatewayPaymentId, refundId, gatewayObjectId, payableUntil];
  const facts = [type, paymentId, amount, currency, failureCode];
  return JSON.stringify(further.some((part) => part !== null) ? [...facts, ...further] : facts);
}

/** A fact that a gateway returned to a call. Equal facts get equal event ids, so a fact counts once. */
export function answeredEvent(provider: string, fact: GatewayFact): GatewayEvent {
  const hash = createHash('sha256').update(fingerprint(fact)).digest('base64url');
  return { ...fact, provider, providerEventId: `answer:${fact.paymentId}:${hash}`, source: 'ANSWER' };
}

/**
 * When an event that can't be applied yet is tried again. After the last attempt, 21 minutes after the first, the event
 * is PARKED. The first attempt is made when the event arrives.
 */
export const eventRetry = { attemptsMax: 8, firstMs: 10_000, maxMs: 640_000 };
