import { createGate, type Gate } from './gate.ts';
import { createCustomerQueue } from './customer-queue.ts';
import type { PlacedOrder, UnitsOfOrder } from './ledger.ts';
import { createLedger } from './ledger.ts';
import type { Invoice } from './plan.ts';
import type { Shop } from './shop.ts';

export type RunOptions = {
  /** How many invoices and shipments run at once. */
  concurrency: number;
  /** An order ships after this many later orders of the file are done; Infinity: never. */
  shipAfter: number;
  /** When it aborts, no new invoice starts, and those that run are finished. */
  signal: AbortSignal;
  onProgress: (done: number) => void;
};

export type RunResult = {
  /** Finished invoices, cancellations included. */
  invoices: number;
  /** The orders that the shop accepted, in that order. */
  orders: PlacedOrder[];
  /** Orders that the shop refused, by error code. */
  refused: Map<string, number>;
  cancellations: {
    /** C invoices that canceled at least one order, and the orders. */
    canceling: number;
    canceledOrders: number;
    /** C invoices that came after shipping and returned units, the units, and what was refunded for them, in pence. */
    returning: number;
    returnedUnits: number;
    refundedAmount: number;
    /** C invoices that neither canceled nor returned anything: nothing of the kind was ordered here, or is left. */
    withoutOrder: number;
  };
  /** Other failures, with the first few errors. */
  failures: { count: number; first: unknown[] };
};

const total = (units: ReadonlyMap<string, number>): number =>
  [...units.values()].reduce((sum, quantity) => sum + quantity, 0);

const ERRORS_KEPT = 5;

// How far ahead of the slowest invoice other invoices may start. Without this bound, all invoices that wait for an
// earlier one of their customer would be in memory at once.
const AHEAD = 16;

/**
 * Sends invoices through a shop: one customer's in order, different customers' concurrently. `shipAfter` decides how
 * long an order stays open, so the result of a cancellation depends on the file and never on timing. A failure that a
 * retry cannot repair is counted, and the replay continues unless `isFatal` returns true for it.
 */
export async function runInvoices(
  invoices: readonly Invoice[],
  shop: Shop,
  options: RunOptions,
  isFatal: (error: unknown) => boolean,
): Promise<RunResult> {
  return new Replay(invoices, shop, options, isFatal).run();
}

class Replay {
  readonly #invoices: readonly Invoice[];
  readonly #shop: Shop;
  readonly #options: RunOptions;
  readonly #isFatal: (error: unknown) => boolean;
  readonly #result: RunResult = {
    invoices: 0,
    orders: [],
    refused: new Map(),
    cancellations: {
      canceling: 0,
      canceledOrders: 0,
      returning: 0,
      returnedUnits: 0,
      refundedAmount: 0,
      withoutOrder: 0,
    },
    failures: { count: 0, first: [] },
  };
  readonly #ledger = createLedger();
  readonly #slots: Gate;
  readonly #fatal = new AbortController();
  // Orders that may still have to ship, and the number of orders whose predecessors are all done.
  readonly #byOrdinal = new Map<number, PlacedOrder>();
  readonly #done = new Set<number>();
  #position = 0;
  #ordersDone = 0;
  readonly #shipping = new Set<Promise<void>>();
  /** Returns of orders that are being shipped. */
  readonly #awaitingShipment = new Map<PlacedOrder, Map<string, number>[]>();

  constructor(invoices: readonly Invoice[], shop: Shop, options: RunOptions, isFatal: (error: unknown) => boolean) {
    this.#invoices = invoices;
    this.#shop = shop;
    this.#options = options;
    this.#isFatal = isFatal;
    this.#slots = createGate(options.concurrency);
  }

  async run(): Promise<RunResult> {
    const ahead = createGate(this.#options.concurrency * AHEAD);
    const queue = createCustomerQueue();
    let ordersBefore = 0;
    for (const [index, invoice] of this.#invoices.entries()) {
      await ahead.enter();
      if (this.#isStopped()) break;
      const ordinal = ordersBefore;
      if (!invoice.isCancellation) ordersBefore += 1;
      const done = queue.after(invoice).then(async () => {
        await this.#runInvoice(invoice, index, ordinal);
        ahead.leave();
      });
      queue.add(invoice, done);
    }
    await queue.idle();
    // Wait for the shipments that are still being shipped.
    await Promise.all(this.#shipping);
    return this.#result;
  }

  #isStopped(): boolean {
    return this.#options.signal.aborted || this.#fatal.signal.aborted;
  }

  async #runInvoice(invoice: Invoice, index: number, ordinal: number): Promise<void> {
    let hasBegun = false;
    await this.#attempt(async () => {
      if (this.#isStopped()) return;
      hasBegun = true;
      await (invoice.isCancellation ? this.#cancel(invoice, ordinal) : this.#order(invoice, ordinal));
    });
    if (!hasBegun) return;
    this.#result.invoices += 1;
    this.#options.onProgress(this.#result.invoices);
    this.#advance(index);
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    const { failures } = this.#result;
    await this.#slots.enter();
    try {
      await work();
    } catch (error) {
      failures.count += 1;
      if (failures.first.length < ERRORS_KEPT) failures.first.push(error);
      if (this.#isFatal(error)) this.#fatal.abort();
    } finally {
      this.#slots.leave();
    }
  }

  async #order(invoice: Invoice, ordinal: number): Promise<void> {
    const { refused, orders } = this.#result;
    const placed = await this.#shop.place(invoice);
    if ('refused' in placed) {
      refused.set(placed.refused, (refused.get(placed.refused) ?? 0) + 1);
      return;
    }
    const leftQty = new Map<string, number>();
    for (const { sku, quantity } of invoice.lines) leftQty.set(sku, (leftQty.get(sku) ?? 0) + quantity);
    const units = total(leftQty);
    const taken: PlacedOrder = { ...placed, ordinal, units, lines: invoice.lines.length, state: 'UNPAID', leftQty };
    this.#byOrdinal.set(ordinal, taken);
    orders.push(taken);
    this.#ledger.note(invoice, taken);
    if (await this.#shop.pay(taken.orderId)) taken.state = 'PAID';
  }

  async #cancel(invoice: Invoice, ordersBefore: number): Promise<void> {
    const { cancellations } = this.#result;
    const isOpen = ({ ordinal }: PlacedOrder) => ordersBefore - 1 - ordinal < this.#options.shipAfter;
    const { open, shipped } = this.#ledger.find(invoice, ordersBefore, isOpen);
    let canceled = 0;
    for (const target of open) {
      if (!(await this.#shop.cancel(target.orderId))) continue;
      target.state = 'CANCELED';
      canceled += 1;
    }
    cancellations.canceledOrders += canceled;
    if (canceled > 0) cancellations.canceling += 1;
    if (shipped.length > 0) cancellations.returning += 1;
    if (canceled === 0 && shipped.length === 0) cancellations.withoutOrder += 1;
    for (const units of shipped) await this.#takeBack(units);
  }

  /** Returns units now, or as soon as their order has shipped. */
  async #takeBack({ order, units }: UnitsOfOrder): Promise<void> {
    const { cancellations } = this.#result;
    if (order.state !== 'SHIPPED') {
      const waiting = this.#awaitingShipment.get(order) ?? [];
      this.#awaitingShipment.set(order, [...waiting, units]);
      return;
    }
    const amount = await this.#shop.takeBack(order.orderId, units);
    cancellations.refundedAmount += amount;
    cancellations.returnedUnits += total(units);
  }

  /** Ships the orders that are due now that the invoice at `finished` is done. */
  #advance(finished: number): void {
    this.#done.add(finished);
    for (; this.#done.delete(this.#position); this.#position += 1) {
      if (this.#invoices[this.#position]?.isCancellation) continue;
      const due = this.#ordersDone - this.#options.shipAfter;
      this.#ordersDone += 1;
      const order = this.#byOrdinal.get(due);
      this.#byOrdinal.delete(due);
      if (order?.state === 'PAID') this.#ship(order);
    }
  }

  #ship(order: PlacedOrder): void {
    const task = this.#attempt(async () => {
      if (this.#isStopped()) return;
      await this.#shop.ship(order.orderId);
      order.state = 'SHIPPED';
      for (const units of this.#awaitingShipment.get(order) ?? []) await this.#takeBack({ order, units });
      this.#awaitingShipment.delete(order);
    }).finally(() => this.#shipping.delete(task));
    this.#shipping.add(task);
  }
}
