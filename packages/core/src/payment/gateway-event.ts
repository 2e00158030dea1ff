export const gatewayEventTypes = ['AUTHORIZED', 'FAILED'] as const;
export type GatewayEventType = (typeof gatewayEventTypes)[number];

/**
 * What became of a gateway's message. RECEIVED and UNMATCHED wait for another try; the others are final.
 * CONFLICT is a message that contradicts an earlier one of the same id.
 */
export const eventOutcomes = ['RECEIVED', 'APPLIED', 'UNMATCHED', 'IGNORED_STALE', 'CONFLICT', 'PARKED'] as const;
export type EventOutcome = (typeof eventOutcomes)[number];

/** What an applied message did, or why another one did nothing. */
export const eventEffects = [
  'order_paid', 'payment_failed', 'payment_in_review', 'surplus',
  'already_settled', 'already_failed', 'settled_before', 'canceled_before', 'under_review', 'amount_mismatch',
] as const;
export type EventEffect = (typeof eventEffects)[number];

/** A verified message of a gateway. `amount` in minor units of `currency`. */
export type GatewayEvent = {
  provider: string;
  providerEventId: string;
  type: GatewayEventType;
  paymentId: string;
  amount: number;
  currency: string;
  failureCode: string | null;
};

/** The facts that a message states, in one canonical form; white space and key order of the body don't count. */
export function fingerprint({ type, paymentId, amount, currency, failureCode }: GatewayEvent): string {
  return JSON.stringify([type, paymentId, amount, currency, failureCode]);
}

/** Tries of an UNMATCHED message before it is PARKED: one at once, the others after 10 s, doubling, over 21 minutes. */
export const matchAttemptsMax = 8;
const firstRetryMs = 10_000;

/** When to try an UNMATCHED message again after `attempts` tries, or undefined when it was the last. */
export function nextMatchAt(attempts: number, now: Date): Date | undefined {
  if (attempts >= matchAttemptsMax) return undefined;
  return new Date(now.getTime() + firstRetryMs * 2 ** (attempts - 1));
}
