import { refundedAmount, type BankPayment } from './bank/bank-payment.ts';
import type { Bank } from './bank/bank.ts';
import type { Change } from './bank/change.ts';
import type { Attempt, EventState, GatewayEvent } from './delivery/gateway-event.ts';
import type { Webhook } from './emulators/emulator.ts';

export type Totals = {
  payments: number;
  /** Minor units charged, by currency. */
  charged: Record<string, number>;
  events: Record<EventState, number>;
  attempts: number;
  /** How many payments are no longer listed. The other totals still count them. */
  forgotten: number;
};

export type BookEntry = ReturnType<typeof bookEntry>;

// Bounds the memory of a payment that is repeated or rejected many times.
const attemptsListed = 200;
const eventsListed = 100;

/**
 * The simulator's record of what the bank charged and which events were sent. It lists the payments that the bank
 * still knows, with the newest 100 events of each. The totals count everything since the start.
 */
export class Book {
  readonly #bank: () => Bank;
  readonly #eventsOf = new Map<string, GatewayEvent[]>();
  readonly #events: Record<EventState, number> = { PENDING: 0, DELIVERED: 0, GIVEN_UP: 0, DROPPED: 0 };
  #attempts = 0;

  /** @param bank read at each call, because the bank and the book refer to each other */
  constructor(bank: () => Bank) {
    this.#bank = bank;
  }

  /** Records the event of a webhook as PENDING. */
  record({ type, at, payment, refund, dispute }: Change, { id }: Webhook): GatewayEvent {
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
    this.#events.PENDING += 1;
    const listed = this.#eventsOf.get(payment.shopPaymentId) ?? [];
    this.#eventsOf.set(payment.shopPaymentId, listed);
    listed.push(event);
    if (listed.length > eventsListed) listed.shift();
    return event;
  }

  /** Stops listing a payment's events. */
  forget(payment: BankPayment): void {
    this.#eventsOf.delete(payment.shopPaymentId);
  }

  noteAttempt(event: GatewayEvent, attempt: Attempt): void {
    this.#attempts += 1;
    event.attempts.push(attempt);
    if (event.attempts.length > attemptsListed) {
      event.attempts.shift();
      event.attemptsForgotten += 1;
    }
  }

  setState(event: GatewayEvent, state: EventState): void {
    this.#events[event.state] -= 1;
    this.#events[state] += 1;
    event.state = state;
  }

  /** Returns the payment with this id, which is the shop's or the gateway's own. */
  find(paymentId: string): BookEntry | undefined {
    const found = this.#bank().find(paymentId);
    return found && this.#entry(found);
  }

  /** Returns payments in the order of their creation. `cursor` is the `nextCursor` of the last page. */
  page(limit: number, cursor?: string): { items: BookEntry[]; nextCursor: string | null } {
    const after = cursor === undefined ? 0 : Number(cursor);
    const items: BankPayment[] = [];
    const entries = () => items.map((payment) => this.#entry(payment));
    for (const payment of this.#bank().payments()) {
      if (payment.ordinal <= after) continue;
      if (items.length === limit) return { items: entries(), nextCursor: String(items.at(-1)?.ordinal) };
      items.push(payment);
    }
    return { items: entries(), nextCursor: null };
  }

  totals(): Totals {
    const { payments, forgotten, charged } = this.#bank().totals();
    return { payments, charged, events: { ...this.#events }, attempts: this.#attempts, forgotten };
  }

  #entry(payment: BankPayment): BookEntry {
    return bookEntry(payment, this.#eventsOf.get(payment.shopPaymentId) ?? []);
  }
}

function amountOf(type: Change['type'], { requestedAmount, authorizedAmount, capturedAmount }: BankPayment): number {
  if (type === 'AUTHORIZED') return authorizedAmount;
  return type === 'CAPTURED' ? capturedAmount : requestedAmount;
}

function bookEntry(payment: BankPayment, events: GatewayEvent[]) {
  const { shopPaymentId, id, provider, state, method, currency, approvedAt } = payment;
  const { authorizedAmount, capturedAmount, releasedAmount, releasedBy, requestedAmount, requestedCurrency } = payment;
  return {
    paymentId: shopPaymentId,
    gatewayPaymentId: id,
    provider,
    state,
    method,
    asked: { amount: requestedAmount, currency: requestedCurrency },
    /** What the shopper was charged. Several events about one charge count once. */
    charged: approvedAt && { amount: authorizedAmount, currency, at: approvedAt.toISOString() },
    currency,
    authorizedAmount,
    capturedAmount,
    /** Authorized and then released. `releasedBy` is the shop's refund that requested the release. */
    releasedAmount,
    releasedBy,
    /** By refunds that are PENDING or SUCCEEDED. */
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
