import type { PlacedOrder } from './ledger.ts';
import type { Invoice } from './plan.ts';
import type { RunOptions } from './run.ts';
import { runInvoices } from './run.ts';
import type { Shop } from './shop.ts';

/** An invoice with one unit of each article; a cancellation when its number begins with C. */
export const invoice = (invoiceNo: string, customerId: string, ...skus: string[]): Invoice => ({
  invoiceNo,
  customerId,
  isCancellation: invoiceNo.startsWith('C'),
  lines: skus.map((sku) => ({ sku, quantity: 1 })),
  fileAmount: 100 * skus.length,
});

/** A shop in memory that answers after random pauses and records its calls. */
export function slowShop(changed: Partial<Shop> = {}) {
  const log: string[] = [];
  const busy = { now: 0, most: 0 };
  const shipped = new Set<string>();
  async function slowly<T>(entry: string, answer: () => T): Promise<T> {
    busy.most = Math.max(busy.most, (busy.now += 1));
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
    busy.now -= 1;
    log.push(entry);
    return answer();
  }
  const shop: Shop = {
    place: ({ invoiceNo, lines }) =>
      slowly(`place ${invoiceNo}`, () => ({ orderId: invoiceNo, amount: 100 * lines.length })),
    pay: (orderId) => slowly(`pay ${orderId}`, () => true),
    ship: (orderId) => slowly(`ship ${orderId}`, () => void shipped.add(orderId)),
    cancel: (orderId) => slowly(`cancel ${orderId}`, () => !shipped.has(orderId)),
    takeBack: (orderId, units) =>
      slowly(`take back ${orderId} ${[...units].join()}`, () => {
        if (!shipped.has(orderId)) throw new Error(`${orderId} has not shipped`);
        return 100 * [...units.values()].reduce((sum, quantity) => sum + quantity, 0);
      }),
    ...changed,
  };
  return { shop, log, busy };
}

/** Replays invoices, one at a time where nothing else is said. */
export async function runReplay(
  invoices: Invoice[],
  shop: Shop,
  options: Partial<RunOptions> = {},
  isFatal = () => false,
) {
  const calm: RunOptions = { concurrency: 1, shipAfter: 0, signal: new AbortController().signal, onProgress: () => {} };
  return runInvoices(invoices, shop, { ...calm, ...options }, isFatal);
}

/** The state of each order. */
export const states = (orders: PlacedOrder[]) =>
  Object.fromEntries(orders.map(({ orderId, state }) => [orderId, state]));

/** Invoices of many customers with few products and some cancellations, always the same. */
export function manyInvoices(count: number): Invoice[] {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  return Array.from({ length: count }, (_, index) => {
    const skus = Array.from({ length: 1 + random(3) }, () => `sku-${random(4)}`);
    return invoice(
      `${random(4) === 0 ? 'C' : ''}${index}`,
      random(3) === 0 ? 'guest' : `customer-${random(9)}`,
      ...skus,
    );
  });
}
