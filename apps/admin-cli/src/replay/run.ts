import { createGate } from './gate.ts';
import { createCustomerQueue } from './customer-queue.ts';
import type { PlacedOrder } from './ledger.ts';
import { createLedger } from './ledger.ts';
import type { Invoice } from './plan.ts';
import type { Shop } from './shop.ts';

export type RunOptions = {
  /** Invoices and parcels under way at once. */
  concurrency: number;
  /** An order ships once this many later orders of the file have been through; Infinity: never. */
  shipAfter: number;
  /** Takes no new invoice once it is aborted, and finishes those under way. */
  signal: AbortSignal;
  onProgress: (done: number) => void;
};

export type RunResult = {
  /** Invoices that were gone through, cancellations counted. */
  invoices: number;
  /** The orders that the shop took, in the order in which it took them. */
  orders: PlacedOrder[];
  /** Orders that it refused, by error code. */
  refused: Map<string, number>;
  cancellations: {
    /** C invoices that canceled at least one order, and the orders. */
    canceling: number;
    canceledOrders: number;
    /** C invoices that came too late, or for what was never ordered here. */
    returnsOfShipped: number;
    returnsWithoutOrder: number;
  };
  /** What went wrong otherwise, and the first few errors. */
  failures: { count: number; first: unknown[] };
};

const ERRORS_KEPT = 5;

// How far ahead of the slowest invoice others may start. Without a bound, all that wait for their customer's earlier
// ones would be in memory at once.
const AHEAD = 16;

/**
 * Sends invoices through a shop, one customer's after the other and different customers' at the same time. What a
 * cancellation meets depends on the file alone, never on timing: an order is open as long as `shipAfter` says. A
 * failure that a retry could not mend is counted and the rest goes on, unless `isFatal` says that nothing will work.
 */
export async function runInvoices(
  invoices: readonly Invoice[],
  shop: Shop,
  options: RunOptions,
  isFatal: (error: unknown) => boolean,
): Promise<RunResult> {
  const { concurrency, shipAfter, signal, onProgress } = options;
  const result: RunResult = {
    invoices: 0,
    orders: [],
    refused: new Map(),
    cancellations: { canceling: 0, canceledOrders: 0, returnsOfShipped: 0, returnsWithoutOrder: 0 },
    failures: { count: 0, first: [] },
  };
  const ledger = createLedger();
  const slots = createGate(concurrency);
  const ahead = createGate(concurrency * AHEAD);
  const fatal = new AbortController();
  const stopped = () => signal.aborted || fatal.signal.aborted;
  const shipping = new Set<Promise<void>>();

  async function attempt(work: () => Promise<void>): Promise<void> {
    await slots.enter();
    try {
      await work();
    } catch (error) {
      result.failures.count += 1;
      if (result.failures.first.length < ERRORS_KEPT) result.failures.first.push(error);
      if (isFatal(error)) fatal.abort();
    } finally {
      slots.leave();
    }
  }

  async function order(invoice: Invoice, ordinal: number): Promise<void> {
    const placed = await shop.place(invoice);
    if ('refused' in placed) {
      result.refused.set(placed.refused, (result.refused.get(placed.refused) ?? 0) + 1);
      return;
    }
    const units = invoice.lines.reduce((sum, { quantity }) => sum + quantity, 0);
    const taken: PlacedOrder = { ...placed, ordinal, units, lines: invoice.lines.length, state: 'UNPAID' };
    byOrdinal.set(ordinal, taken);
    result.orders.push(taken);
    ledger.note(invoice, taken);
    if (await shop.pay(taken.orderId)) taken.state = 'PAID';
  }

  async function cancel(invoice: Invoice, ordersBefore: number): Promise<void> {
    const { cancellations } = result;
    const isOpen = ({ ordinal }: PlacedOrder) => ordersBefore - 1 - ordinal < shipAfter;
    const { open, shipped } = ledger.find(invoice, ordersBefore, isOpen);
    let canceled = 0;
    for (const target of open) {
      if (!(await shop.cancel(target.orderId))) continue;
      target.state = 'CANCELED';
      canceled += 1;
    }
    cancellations.canceledOrders += canceled;
    if (canceled > 0) cancellations.canceling += 1;
    else if (shipped || open.length > 0) cancellations.returnsOfShipped += 1;
    else cancellations.returnsWithoutOrder += 1;
  }

  // Orders whose turn to ship may still come, and how many orders all of whose predecessors are through.
  const byOrdinal = new Map<number, PlacedOrder>();
  const through = new Set<number>();
  let position = 0;
  let ordersThrough = 0;

  function advance(finished: number): void {
    through.add(finished);
    for (; through.delete(position); position += 1) {
      if (invoices[position]?.isCancellation) continue;
      const due = ordersThrough - shipAfter;
      ordersThrough += 1;
      const target = byOrdinal.get(due);
      byOrdinal.delete(due);
      if (!target || target.state !== 'PAID') continue;
      const task = attempt(async () => {
        if (stopped()) return;
        await shop.ship(target.orderId);
        target.state = 'SHIPPED';
      }).finally(() => shipping.delete(task));
      shipping.add(task);
    }
  }

  const queue = createCustomerQueue();
  let ordersBefore = 0;
  for (const [index, invoice] of invoices.entries()) {
    await ahead.enter();
    if (stopped()) break;
    const ordinal = ordersBefore;
    if (!invoice.isCancellation) ordersBefore += 1;
    const work = () => (invoice.isCancellation ? cancel(invoice, ordinal) : order(invoice, ordinal));
    const done = queue.after(invoice).then(async () => {
      let begun = false;
      await attempt(async () => {
        if (stopped()) return;
        begun = true;
        await work();
      });
      if (begun) {
        result.invoices += 1;
        onProgress(result.invoices);
        advance(index);
      }
      ahead.leave();
    });
    queue.add(invoice, done);
  }
  await queue.idle();
  // What ships last may still be on its way, and shipping starts no more of it.
  await Promise.all(shipping);
  return result;
}
