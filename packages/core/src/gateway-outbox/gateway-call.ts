import { newId } from '../ids.ts';

/**
 * What the shop requests of a gateway outside of any shopper's call. POLL reads the payment's state. CANCEL ends an
 * attempt that the shop no longer waits for. CAPTURE and REFUND move money.
 */
export const gatewayCallKinds = ['POLL', 'CANCEL', 'CAPTURE', 'REFUND'] as const;
export type GatewayCallKind = (typeof gatewayCallKinds)[number];

/** A call is DUE until the gateway has accepted (DONE) or refused it. */
export const gatewayCallStatuses = ['DUE', 'DONE', 'REFUSED'] as const;
export type GatewayCallStatus = (typeof gatewayCallStatuses)[number];

/**
 * A row of the outbox to the gateways: written by the transaction that decides on the call, which is made afterwards.
 */
export type GatewayCall = {
  id: string;
  kind: GatewayCallKind;
  provider: string;
  paymentId: string;
  orderId: string;
  /** Set for a REFUND only. */
  refundId: string | null;
  /** Set for a CAPTURE only, in minor units of the payment's currency. */
  amount: number | null;
  status: GatewayCallStatus;
  /** How often the call was claimed. Only the worker with the last claim may finish the call. */
  attempts: number;
  /** When the call is due; while a worker makes it, the end of that worker's lease. */
  dueAt: Date | null;
  /** The gateway's code for its refusal, or `no_answer` after an attempt without an answer. */
  failureCode: string | null;
  createdAt: Date;
  updatedAt: Date;
  /** W3C trace context of the call to the shop that requested it; null where it isn't known. */
  traceparent: string | null;
};

/** What a flow chooses about a gateway call. */
export type RequestedCall = Pick<GatewayCall, 'kind'> & Partial<Pick<GatewayCall, 'refundId' | 'amount'>>;

/** The payment that a call is about. */
export type CalledPayment = { id: string; orderId: string; provider: string };

/** The name of the job that makes a provider's calls. */
export const gatewayCallJob = (provider: string): string => `call_gateway_${provider}`;

/** A call about a payment, due at once. */
export function newGatewayCall(
  { id: paymentId, orderId, provider }: CalledPayment,
  { kind, refundId = null, amount = null }: RequestedCall,
  { now, traceparent }: { now: Date; traceparent: string | null },
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
    traceparent,
  };
}

/** When a call without a definite answer is made again. */
export const callRetry = { firstMs: 2_000, maxMs: 15 * 60_000 };

/**
 * Each time a call has made so many attempts without an answer, its order asks for an operator: first after about 17
 * minutes.
 */
export const callAttemptsBeforeAttention = 10;
