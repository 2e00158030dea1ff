import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { present } from '../../testing/only.ts';
import { seededRandom } from '../../testing/seeded-random.ts';
import { errorCodeOf, type TestShop } from '../../testing/test-shop.ts';
import { openTwoProcesses } from '../../testing/two-processes.ts';

type Process = Omit<TestShop, 'database' | 'close'>;
/** What all runners share: products, orders, and what came to or left the shelf of each product. */
type Shared = { products: readonly string[]; orders: string[]; shelf: Map<string, number> };

/** Runs 40 random commands through one process. Returns the code of each: a refusal changes nothing. */
async function runCommands({ commerce, ...shop }: Process, shared: Shared, seed: number): Promise<string[]> {
  const random = seededRandom(seed);
  const below = (bound: number) => Math.floor(random() * bound);
  const oneProduct = () => present(shared.products[below(shared.products.length)], 'the product');
  const oneOrder = () => shared.orders[below(shared.orders.length)] ?? '';
  const move = (productId: string, units: number) =>
    shared.shelf.set(productId, (shared.shelf.get(productId) ?? 0) + units);
  const commands = {
    async buy() {
      const { orderId, payment } = await shop.createPendingOrder({ [oneProduct()]: 1 + below(3), [oneProduct()]: 1 });
      await shop.sendWebhook(below(4) === 0 ? 'FAILED' : 'CAPTURED', payment);
      shared.orders.push(orderId);
    },
    async cancel() {
      await commerce.cancelOrder({ orderId: oneOrder() });
    },
    async restock() {
      await commerce.createRefund({ orderId: oneOrder(), lines: [{ lineNo: 1, quantity: 1, restock: true }] });
    },
    async dispatch() {
      const orderId = oneOrder();
      const parcel = (await commerce.listShipments({ orderId })).find(({ status }) => status === 'READY');
      if (!parcel) return;
      const { lines } = await commerce.getOrder({ orderId });
      await commerce.dispatchShipment({ shipmentId: parcel.id, carrier: 'Post', trackingNumber: randomUUID() });
      for (const { lineNo, quantity } of parcel.lines) {
        const { productId } = present(
          lines.find((line) => line.lineNo === lineNo),
          'the line',
        );
        move(present(productId ?? undefined, 'its product'), -quantity);
      }
    },
    async receive() {
      const [productId, quantity] = [oneProduct(), 1 + below(3)];
      await commerce.receiveStock({ productId, quantity });
      move(productId, quantity);
    },
    async count() {
      const productId = oneProduct();
      const { shelfQty: expectedShelfQty } = await commerce.getStock({ productId });
      const countedQty = Math.max(0, expectedShelfQty + below(4) - 2);
      await commerce.countStock({ productId, countedQty, expectedShelfQty, reason: 'counted' });
      move(productId, countedQty - expectedShelfQty);
    },
  };
  const all = Object.values(commands);
  const codes: string[] = [];
  for (let step = 0; step < 40; step += 1)
    codes.push(await errorCodeOf(present(all[below(all.length)], 'the command')()));
  return codes;
}

test('concurrent commands of two processes leave the right number on the shelf and break no invariant', async () => {
  const { shop, otherProcess, close } = await openTwoProcesses();
  const products = await shop.createTestProducts(3, 30);
  const shared: Shared = { products, orders: [], shelf: new Map(products.map((productId) => [productId, 30])) };
  let isRunning = true;
  const runners = Promise.all(
    Array.from({ length: 8 }, (_, index) => runCommands(index % 2 === 0 ? shop : otherProcess, shared, 100 + index)),
  ).finally(() => (isRunning = false));
  while (isRunning) expect(await shop.commerce.doctor()).toEqual([]);
  const codes = new Set((await runners).flat());
  expect(codes).toContain('accepted');
  expect(codes).not.toContain('internal_error');
  const stocks = await Promise.all(products.map(async (productId) => shop.commerce.getStock({ productId })));
  expect(new Map(stocks.map(({ productId, shelfQty }) => [productId, shelfQty]))).toEqual(shared.shelf);
  expect(Math.max(...stocks.map(({ unshippedQty }) => unshippedQty))).toBeGreaterThan(0);
  await close();
});
