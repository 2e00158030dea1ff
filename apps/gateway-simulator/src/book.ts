import { randomUUID } from 'node:crypto';
import type { Attempt, GatewayEvent, PayInput, Payment } from './payment.ts';

export type Totals = {
  payments: number;
  /** Minor units charged, by currency. */
  charged: Record<string, number>;
  events: Record<GatewayEvent['state'], number>;
  attempts: number;
  /** Payments that the book no longer lists; the other totals still count them. */
  forgotten: number;
};

export type BookPage = { items: Payment[]; nextCursor: string | null };

export type Book = {
  /** Notes what the shopper did; returns the event that tells the shop. */
  record(input: PayInput, at: Date): GatewayEvent;
  noteAttempt(event: GatewayEvent, attempt: Attempt): void;
  settle(event: GatewayEvent, state: 'DELIVERED' | 'GIVEN_UP'): void;
  find(paymentId: string): Payment | undefined;
  /** Payments in the order of their first event. `cursor` is the last page's `nextCursor`. */
  page(limit: number, cursor?: string): BookPage;
  totals(): Totals;
};

// An event that is repeated and refused again and again would otherwise grow for as long as it is retried.
const ATTEMPTS_LISTED = 200;
const EVENTS_LISTED = 100;

/**
 * The gateway's own account of what it charged and told, kept in memory. It lists the newest `paymentsMax` payments and
 * each one's newest 100 events; the totals count everything since the start.
 */
export function createBook(paymentsMax: number): Book {
  const payments = new Map<string, Payment & { sequence: number }>();
  const charged: Record<string, number> = {};
  const events = { PENDING: 0, DELIVERED: 0, GIVEN_UP: 0 };
  let sequence = 0;
  let attempts = 0;

  function open(paymentId: string): Payment {
    const known = payments.get(paymentId);
    if (known) return known;
    const payment = { paymentId, charged: null, events: [], sequence: ++sequence };
    payments.set(paymentId, payment);
    const oldest = payments.keys().next().value;
    if (payments.size > paymentsMax && oldest !== undefined) payments.delete(oldest);
    return payment;
  }

  return {
    record(input, at) {
      const payment = open(input.paymentId);
      if (input.outcome === 'AUTHORIZED' && payment.charged === null) {
        payment.charged = { amount: input.amount, currency: input.currency, at: at.toISOString() };
        charged[input.currency] = (charged[input.currency] ?? 0) + input.amount;
      }
      const event: GatewayEvent = {
        id: `evt_${randomUUID()}`,
        type: input.outcome,
        amount: input.amount,
        currency: input.currency,
        failureCode: input.failureCode ?? null,
        createdAt: at.toISOString(),
        state: 'PENDING',
        attempts: [],
        attemptsForgotten: 0,
      };
      events.PENDING += 1;
      payment.events.push(event);
      if (payment.events.length > EVENTS_LISTED) payment.events.shift();
      return event;
    },
    noteAttempt(event, attempt) {
      attempts += 1;
      event.attempts.push(attempt);
      if (event.attempts.length > ATTEMPTS_LISTED) {
        event.attempts.shift();
        event.attemptsForgotten += 1;
      }
    },
    settle(event, state) {
      events[event.state] -= 1;
      events[state] += 1;
      event.state = state;
    },
    find(paymentId) {
      const found = payments.get(paymentId);
      return found && shown(found);
    },
    page(limit, cursor) {
      const after = cursor === undefined ? 0 : Number(cursor);
      const items: (Payment & { sequence: number })[] = [];
      for (const payment of payments.values()) {
        if (payment.sequence <= after) continue;
        if (items.length === limit) {
          return { items: items.map(shown), nextCursor: String(items.at(-1)?.sequence) };
        }
        items.push(payment);
      }
      return { items: items.map(shown), nextCursor: null };
    },
    totals() {
      const forgotten = sequence - payments.size;
      return { payments: sequence, charged: { ...charged }, events: { ...events }, attempts, forgotten };
    },
  };
}

function shown({ paymentId, charged, events }: Payment): Payment {
  return { paymentId, charged, events };
}
