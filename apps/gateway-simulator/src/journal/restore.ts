import type { BankPayment } from '../bank/bank-payment.ts';
import type { Bank } from '../bank/bank.ts';
import type { EventState } from '../delivery/gateway-event.ts';
import type { Outbox } from '../delivery/outbox.ts';
import { paymentIn, type JournalEntry } from './journal.ts';

/**
 * Restores the payments and the webhooks of a journal. Webhooks whose delivery didn't end are sent again. Faults that
 * the hostile mode had planned are forgotten.
 */
export function restore(entries: readonly JournalEntry[], bank: Bank, outbox: Outbox): void {
  const payments = new Map<string, BankPayment>();
  const states = new Map<string, EventState>();
  for (const entry of entries) {
    const payment = paymentIn(entry);
    if (payment) payments.set(payment.shopPaymentId, payment);
    if ('event' in entry) states.set(entry.event, entry.state);
  }
  // Changes hold the payment of their time, so the bank gets copies of its own.
  for (const payment of payments.values()) bank.restore(structuredClone(payment));
  for (const entry of entries)
    if ('change' in entry) outbox.restore(entry.change, entry.webhooks, (id) => states.get(id) ?? 'PENDING');
}
