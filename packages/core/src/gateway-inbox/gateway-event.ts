import { createHash } from 'node:crypto';

/**
 * What a gateway can say, in this shop's words. ATTEMPT_FAILED may still succeed; CHANGED says that something about the
 * payment changed without saying what, so the gateway is asked; OTHER is about nothing that this shop keeps.
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
 * What became of a gateway's message. RECEIVED and UNMATCHED wait for another try; the others are final.
 * CONFLICT is a message that contradicts an earlier one of the same id; DISMISSED one that an operator put aside.
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
 * What an applied message did, or why another one did nothing. `going_back` is on older rows alone: what is said of money that
 * goes back waits by now until it has gone.
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

/** ISO 4217's code for no currency, of facts that aren't about an amount. */
export const noCurrency = 'XXX';

/** Something that a gateway states about one payment. */
export type GatewayFact = {
  type: GatewayEventType;
  /** Our id of the payment, where the gateway tells it. */
  paymentId: string | null;
  /** The gateway's own id of the payment. */
  gatewayPaymentId: string | null;
  /**
   * In minor units of `currency`: authorized or captured in all, sent back by this refund, or in dispute. 0 where the
   * fact is about no amount.
   */
  amount: number;
  currency: string;
  failureCode: string | null;
  /** Our id of the refund, where the gateway tells it. */
  refundId: string | null;
  /** The gateway's own id of the refund or the dispute. */
  gatewayObjectId: string | null;
  /** Until when the shopper may still pay (a virtual account); the order's stock is held as long. */
  payableUntil: Date | null;
};

/** A fact in a message with an id of its own. */
export type SignedEvent = GatewayFact & { providerEventId: string };

/** How the shop came to know: it was told, or it had asked. */
export const eventSources = ['WEBHOOK', 'ANSWER'] as const;
export type EventSource = (typeof eventSources)[number];

/** A verified message of a gateway, or a fact in its answer to a call of ours. */
export type GatewayEvent = SignedEvent & { provider: string; source: EventSource };

/** A fact with nothing but what is given. */
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

/** The facts that a message states, in one canonical form; white space and key order of the body don't count. */
export function fingerprint(fact: GatewayFact): string {
  const { type, paymentId, amount, currency, failureCode, gatewayPaymentId, refundId, gatewayObjectId, payableUntil } =
    fact;
  const further = [gatewayPaymentId, refundId, gatewayObjectId, payableUntil];
  const facts = [type, paymentId, amount, currency, failureCode];
  return JSON.stringify(further.some((part) => part !== null) ? [...facts, ...further] : facts);
}

/** What a gateway answered to a call: the same fact answered again has the same id, and counts once. */
export function answeredEvent(provider: string, fact: GatewayFact): GatewayEvent {
  const hash = createHash('sha256').update(fingerprint(fact)).digest('base64url');
  return { ...fact, provider, providerEventId: `answer:${fact.paymentId}:${hash}`, source: 'ANSWER' };
}

/**
 * When an event that can't be applied yet is tried again. After the last attempt, 21 minutes after the first, the event is
 * PARKED. The first attempt is made when the event arrives.
 */
export const eventRetry = { attemptsMax: 8, firstMs: 10_000, maxMs: 640_000 };
