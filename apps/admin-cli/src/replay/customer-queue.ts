import type { Invoice } from './plan.ts';
import { GUEST } from './sift-row.ts';

/** Which invoices must wait for which. */
export type CustomerQueue = {
  /** Resolves when the invoices that must come before this one are done. */
  after: (invoice: Invoice) => Promise<unknown>;
  add: (invoice: Invoice, done: Promise<unknown>) => void;
  /** Resolves when all added invoices are done. */
  idle: () => Promise<unknown>;
};

/**
 * One customer's invoices run in the order of the file. Guests are many people under one name. Their orders do not
 * wait, and their cancellations wait for the earlier invoices of all guests. One in twelve orders is a guest's, so a
 * queue for them would delay the rest.
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
