import { refundedAmount, type BankPayment } from './bank-payment.ts';
import type { Bank, Change } from './bank.ts';
import type { Message } from './dialect.ts';
import type { Attempt, EventState, GatewayEvent } from './event.ts';

export type Totals = {
  payments: number;
  /** Minor units charged, by currency. */
  charged: Record<string, number>;
  events: Record<EventState, number>;
  attempts: number;
  /** Payments that the book no longer lists; the other totals still count them. */
  forgotten: number;
};

export type Book = ReturnType<typeof createBook>;
export type BookEntry = ReturnType<typeof shown>;

// An event that is repeated and refused again and again would otherwise grow for as long as it is retried.
const attemptsListed = 200;
const eventsListed = 100;

/**
 * What the gateway charged (by the bank) and told. It lists what the bank still knows and each payment's newest 100
 * events; the totals count everything since the start.
 */
export function createBook(bank: () => Bank) {
  const eventsOf = new Map<string, GatewayEvent[]>();
  const events: Record<EventState, number> = { PENDING: 0, DELIVERED: 0, GIVEN_UP: 0, DROPPED: 0 };
  let attempts = 0;
  const entry = (payment: BankPayment) => shown(payment, eventsOf.get(payment.shopPaymentId) ?? []);

  return {
    record({ type, at, payment, refund, dispute }: Change, { id }: Message): GatewayEvent {
      const { currency, failureCode } = payment;
      const amount = (refund ?? dispute)?.amount ?? amountOf(type, payment);
      const event: GatewayEvent = {
        id,
        type,
        amount,
        currency,
        failureCode,
        createdAt: at.toISOString(),
        state: 'PENDING',
        attempts: [],
        attemptsForgotten: 0,
      };
      events.PENDING += 1;
      const listed = eventsOf.get(payment.shopPaymentId) ?? [];
      eventsOf.set(payment.shopPaymentId, listed);
      listed.push(event);
      if (listed.length > eventsListed) listed.shift();
      return event;
    },
    forget(payment: BankPayment): void {
      eventsOf.delete(payment.shopPaymentId);
    },
    noteAttempt(event: GatewayEvent, attempt: Attempt): void {
      attempts += 1;
      event.attempts.push(attempt);
      if (event.attempts.length > attemptsListed) {
        event.attempts.shift();
        event.attemptsForgotten += 1;
      }
    },
    settle(event: GatewayEvent, state: EventState): void {
      events[event.state] -= 1;
      events[state] += 1;
      event.state = state;
    },
    find(paymentId: string): BookEntry | undefined {
      const found = bank().find(paymentId);
      return found && entry(found);
    },
    /** Payments in the order in which they became known. `cursor` is the last page's `nextCursor`. */
    page(limit: number, cursor?: string): { items: BookEntry[]; nextCursor: string | null } {
      const after = cursor === undefined ? 0 : Number(cursor);
      const items: BankPayment[] = [];
      for (const payment of bank().payments()) {
        if (payment.ordinal <= after) continue;
        if (items.length === limit) return { items: items.map(entry), nextCursor: String(items.at(-1)?.ordinal) };
        items.push(payment);
      }
      return { items: items.map(entry), nextCursor: null };
    },
    totals(): Totals {
      const { payments, forgotten, charged } = bank().totals();
      return { payments, charged, events: { ...events }, attempts, forgotten };
    },
  };
}

function amountOf(type: Change['type'], { askedAmount, authorizedAmount, capturedAmount }: BankPayment): number {
  if (type === 'AUTHORIZED') return authorizedAmount;
  return type === 'CAPTURED' ? capturedAmount : askedAmount;
}

function shown(payment: BankPayment, events: GatewayEvent[]) {
  const { shopPaymentId, id, provider, state, method, currency, approvedAt } = payment;
  const { authorizedAmount, capturedAmount, releasedAmount, releasedBy, askedAmount, askedCurrency } = payment;
  return {
    paymentId: shopPaymentId,
    gatewayPaymentId: id,
    provider,
    state,
    method,
    asked: { amount: askedAmount, currency: askedCurrency },
    /** What the shopper was charged: once, however many events say so. */
    charged: approvedAt && { amount: authorizedAmount, currency, at: approvedAt.toISOString() },
    currency,
    authorizedAmount,
    capturedAmount,
    /** Authorized and let go again; `releasedBy` is the shop's refund that asked for it. */
    releasedAmount,
    releasedBy,
    /** Gone back or on its way back. */
    refundedAmount: refundedAmount(payment),
    refunds: payment.refunds.map(({ id, shopRefundId, amount, status, failureCode }) => ({
      id,
      refundId: shopRefundId,
      amount,
      status,
      failureCode,
    })),
    disputes: payment.disputes.map(({ id, amount, status }) => ({ id, amount, status })),
    events,
  };
}
