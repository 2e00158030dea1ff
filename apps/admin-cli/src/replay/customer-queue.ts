import type { Invoice } from './plan.ts';
import { GUEST } from './sift-row.ts';

/** Which invoices must wait for which. */
export type CustomerQueue = {
  /** Resolves when the invoices that must come before this one are through. */
  after: (invoice: Invoice) => Promise<unknown>;
  add: (invoice: Invoice, done: Promise<unknown>) => void;
  /** Resolves when all that were added are through. */
  idle: () => Promise<unknown>;
};

/**
 * One customer's invoices come in the order of the file. Guests are many people under one name: their orders wait for
 * nobody, their cancellations for all guests' earlier invoices. In a line, one in twelve orders would hold up the rest.
 */
export function createCustomerQueue(): CustomerQueue {
  const lastOf = new Map<string, Promise<unknown>>();
  return {
    async after({ customerId, isCancellation }) {
      if (customerId !== GUEST || isCancellation) await lastOf.get(customerId);
    },
    add({ customerId }, done) {
      const earlier = customerId === GUEST ? lastOf.get(GUEST) : undefined;
      lastOf.set(customerId, earlier ? Promise.all([earlier, done]).then(() => undefined) : done);
    },
    idle: () => Promise.all(lastOf.values()),
  };
}
