import type { Row } from './read-rows.ts';
import type { LeftOutReason } from './sift-row.ts';
import { clean, siftRow } from './sift-row.ts';

/** The most lines that one order may have. */
const LINES_MAX = 2_000;

export type PlannedProduct = { sku: string; name: string; priceAmount: number };
export type PlannedLine = { sku: string; quantity: number };

/** An invoice of the file: an order, or (`C…`) the cancellation of one. Lines are as the file has them, unsummed. */
export type Invoice = {
  invoiceNo: string;
  isCancellation: boolean;
  customerId: string;
  lines: PlannedLine[];
  /** The sum of quantity × the row's own price, in pence. */
  fileAmount: number;
};

export type LeftOut = { reason: LeftOutReason; rows: number; firstLine: number };

export type Plan = {
  /** In the order in which the file first sells them. */
  products: Map<string, PlannedProduct>;
  /** In file order. An invoice whose rows are not adjacent stands at its first row. */
  invoices: Invoice[];
  rows: number;
  leftOut: LeftOut[];
  /** Invoices without any usable row. */
  emptyInvoices: number;
};

export const CURRENCY = 'GBP';

/**
 * Reads all rows and plans the calls to the shop. A product's price and name are the most frequent ones of its sales in
 * the whole file, so they don't depend on how much of it is replayed. Of equally frequent ones the first counts.
 */
export async function planReplay(rows: AsyncIterable<Row> | Iterable<Row>): Promise<Plan> {
  const invoices = new Map<string, Invoice>();
  const invoiceNos = new Set<string>();
  const sold = new Map<string, { names: Tally<string>; prices: Tally<number> }>();
  const leftOut = new Map<LeftOutReason, LeftOut>();
  let count = 0;

  function leave(reason: LeftOutReason, line: number): void {
    const known = leftOut.get(reason);
    if (known) known.rows += 1;
    else leftOut.set(reason, { reason, rows: 1, firstLine: line });
  }

  for await (const row of rows) {
    count += 1;
    const sifted = siftRow(row);
    const number = clean(row.invoiceNo);
    if (number !== '') invoiceNos.add(number);
    if (typeof sifted === 'string') {
      leave(sifted, row.line);
      continue;
    }
    const { invoiceNo, isCancellation, sku, name, quantity, unitAmount, customerId } = sifted;
    let invoice = invoices.get(invoiceNo);
    if (!invoice)
      invoices.set(invoiceNo, (invoice = { invoiceNo, isCancellation, customerId, lines: [], fileAmount: 0 }));
    if (invoice.lines.length === LINES_MAX) {
      leave('more than 2,000 lines on the invoice', row.line);
      continue;
    }
    invoice.lines.push({ sku, quantity });
    invoice.fileAmount += quantity * unitAmount;
    if (isCancellation) continue;
    let product = sold.get(sku);
    if (!product) sold.set(sku, (product = { names: new Tally(), prices: new Tally() }));
    product.names.add(name);
    product.prices.add(unitAmount);
  }

  const products = new Map<string, PlannedProduct>();
  for (const [sku, { names, prices }] of sold) {
    products.set(sku, { sku, name: names.mostFrequent(), priceAmount: prices.mostFrequent() });
  }
  return {
    products,
    invoices: [...invoices.values()],
    rows: count,
    leftOut: [...leftOut.values()].sort((a, b) => b.rows - a.rows),
    emptyInvoices: invoiceNos.size - invoices.size,
  };
}

/** The same plan for the first invoices, `C` invoices included. */
export function firstInvoices(plan: Plan, limit: number): Plan {
  return { ...plan, invoices: plan.invoices.slice(0, limit) };
}

/** Units that the plan's orders ask for, by sku. */
export function demandOf(plan: Plan): Map<string, number> {
  const demand = new Map<string, number>();
  for (const { isCancellation, lines } of plan.invoices) {
    if (isCancellation) continue;
    for (const { sku, quantity } of lines) demand.set(sku, (demand.get(sku) ?? 0) + quantity);
  }
  return demand;
}

/** The total of the orders by the file's own prices and by the most frequent prices, in pence. */
export type Totals = { orders: number; lines: number; units: number; fileAmount: number; ourAmount: number };

export function totalsOf(plan: Plan): Totals {
  const totals = { orders: 0, lines: 0, units: 0, fileAmount: 0, ourAmount: 0 };
  for (const invoice of plan.invoices) {
    if (invoice.isCancellation) continue;
    totals.orders += 1;
    totals.lines += invoice.lines.length;
    totals.fileAmount += invoice.fileAmount;
    for (const { sku, quantity } of invoice.lines) {
      totals.units += quantity;
      totals.ourAmount += quantity * (plan.products.get(sku)?.priceAmount ?? 0);
    }
  }
  return totals;
}

/** Counts how often each value occurs. */
class Tally<T> {
  readonly #counts = new Map<T, number>();

  add(value: T): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
  }

  /**
   * Returns the most frequent value; of equally frequent values the first that was added.
   * @throws Error when no value was added
   */
  mostFrequent(): T {
    let best: { value: T; count: number } | undefined;
    for (const [value, count] of this.#counts) {
      if (!best || count > best.count) best = { value, count };
    }
    if (!best) throw new Error('nothing was counted');
    return best.value;
  }
}
