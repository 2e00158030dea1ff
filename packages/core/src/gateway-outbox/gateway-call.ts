import { newId } from '../ids.ts';

/**
 * What the shop asks of a gateway outside of any shopper's call. POLL: what do you know of this payment? CANCEL: nobody
 * waits for this attempt any more. The other two move money.
 */
export const gatewayCallKinds = ['POLL', 'CANCEL', 'CAPTURE', 'REFUND'] as const;
export type GatewayCallKind = (typeof gatewayCallKinds)[number];

/** DUE until the gateway has given a definite answer. */
export const gatewayCallStatuses = ['DUE', 'DONE', 'REFUSED'] as const;
export type GatewayCallStatus = (typeof gatewayCallStatuses)[number];

/** One row of the outbox to the gateways: decided in a transaction, made after it, repeated until it is answered. */
export type GatewayCall = {
  id: string;
  kind: GatewayCallKind;
  provider: string;
  paymentId: string;
  orderId: string;
  /** Of a REFUND. */
  refundId: string | null;
  /** Of a CAPTURE, in minor units of the payment's currency. */
  amount: number | null;
  status: GatewayCallStatus;
  /** Times it was begun; whoever finishes it must have begun it last. */
  attempts: number;
  /** When it may be made next; while one process makes it, the end of that one's lease. */
  dueAt: Date | null;
  /** The gateway's reason for its no, or what went wrong last. */
  failureCode: string | null;
  createdAt: Date;
  updatedAt: Date;
};

type Asked = Pick<GatewayCall, 'kind'> & Partial<Pick<GatewayCall, 'refundId' | 'amount'>>;

/** What a call needs to know of the payment that it is about. */
export type CalledPayment = { id: string; orderId: string; provider: string };

/** A call about a payment, due at once. */
export function newGatewayCall(
  { id: paymentId, orderId, provider }: CalledPayment,
  { kind, refundId = null, amount = null }: Asked,
  now: Date,
): GatewayCall {
  return {
    id: newId(),
    kind,
    provider,
    paymentId,
    orderId,
    refundId,
    amount,
    status: 'DUE',
    attempts: 0,
    dueAt: now,
    failureCode: null,
    createdAt: now,
    updatedAt: now,
  };
}

/** How long one process may take for a call before another one makes it again. */
export const callLeaseMs = 60_000;

const firstRetryMs = 2_000;
const retryMaxMs = 15 * 60_000;

/** When to make a call again that got no definite answer in `attempts` tries: after 2 s, doubling, 15 minutes at most. */
export const nextCallAt = (attempts: number, now: Date): Date =>
  new Date(now.getTime() + Math.min(firstRetryMs * 2 ** Math.min(attempts - 1, 20), retryMaxMs));

/** Unanswered tries after which a person should know, about an hour, and again. The call goes on being made. */
export const callAttemptsBeforeAttention = 10;
