import { connect } from '../database/connect.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createCommerce } from '../commerce.ts';
import { type Database } from '@commerce-core/pg-pipeline';
import { errorCodeOf, createTestShop, type TestShop } from '../testing/test-shop.ts';

let shop: TestShop;
let other: Database;
beforeAll(async () => {
  shop = await createTestShop();
  other = connect({ url: shop.database.url });
});
afterAll(async () => {
  await other.close();
  await shop.close();
});

const order = (productId: string) => ({ customerId: 'customer-1', lines: [{ productId, quantity: 1 }] });

/** Runs `during` while another transaction holds the locks on the stock rows of these products. */
async function whileLocked(
  productIds: string[],
  during: (release: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const holder = await shop.database.pool.connect();
  const release = async () => {
    await holder.query('rollback');
  };
  try {
    await holder.query('begin');
    await holder.query('select 1 from commerce.stocks where product_id = any($1::uuid[]) for update', [productIds]);
    await during(release);
  } finally {
    await release();
    holder.release();
  }
}

test('a locked stock row delays only the orders that need it, in every lane, until it is unlocked', async () => {
  const [lockedRow, free] = [
    await shop.createTestProduct({ quantity: 1000 }),
    await shop.createTestProduct({ quantity: 1000 }),
  ];
  const both = {
    customerId: 'c',
    lines: [
      { productId: lockedRow, quantity: 1 },
      { productId: free, quantity: 1 },
    ],
  };
  await whileLocked([lockedRow], async (release) => {
    let ended = 0;
    const waitFor = async (input: typeof both) =>
      shop.commerce.placeOrder(input).finally(() => {
        ended += 1;
      });
    // The order that needs the free row, too, arrives before any batch has met the locked row.
    const waiting = [waitFor(both), ...Array.from({ length: 20 }, async () => waitFor(order(lockedRow)))];
    for (let turn = 0; turn < 40; turn += 1) await shop.commerce.placeOrder(order(free));
    waiting.push(waitFor(both));
    await Promise.all(Array.from({ length: 300 }, async () => shop.commerce.placeOrder(order(free))));
    expect(ended).toBe(0);
    await release();
    await Promise.all(waiting);
  });
  expect([await shop.readStock(lockedRow), await shop.readStock(free)]).toEqual([
    [1000, 22],
    [1000, 342],
  ]);
});

test('orders for many locked stock rows leave connections free for other calls', async () => {
  const commerce = createCommerce({ database: other, batching: { waitMaxMs: 1_500 } });
  const locked = await shop.createTestProducts(40, 10);
  const free = await shop.createTestProduct({ quantity: 100 });
  await whileLocked(locked, async () => {
    let answered = 0;
    const waiting = locked.map(async (productId) =>
      errorCodeOf(commerce.placeOrder(order(productId))).finally(() => {
        answered += 1;
      }),
    );
    let inUse = 0;
    while (answered < locked.length) {
      expect(await errorCodeOf(commerce.placeOrder(order(free)))).toBe('accepted');
      inUse = Math.max(inUse, other.writers.totalCount - other.writers.idleCount);
      await commerce.receiveStock({ productId: free, quantity: 1 });
    }
    expect(inUse, 'two lanes and the other call').toBeLessThanOrEqual(3);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['overloaded']));
  });
  await commerce.close();
});

test('a webhook or payment that needs a locked row waits alone; others of its batch run at once', async () => {
  const [lockedRow, free] = [
    await shop.createTestProduct({ quantity: 1000 }),
    await shop.createTestProduct({ quantity: 1000 }),
  ];
  const blocked = await shop.createPendingOrder({ [lockedRow]: 1 });
  const others = await Promise.all(Array.from({ length: 30 }, async () => shop.createPendingOrder({ [free]: 1 })));
  const [failed, unpaid] = [
    await shop.createPendingOrder({ [lockedRow]: 1 }),
    await shop.createTestOrder({ [free]: 1 }),
  ];
  await shop.sendWebhook('FAILED', failed.payment);
  await whileLocked([lockedRow], async (release) => {
    let ended = 0;
    const waiting = [
      shop.sendWebhook('CAPTURED', blocked.payment),
      // A payment after a failed one reserves the stock again, so it needs the row, too.
      shop.commerce.createPayment({ orderId: failed.orderId, provider: 'mock' }),
    ].map(async (each) =>
      Promise.resolve(each).finally(() => {
        ended += 1;
      }),
    );
    await Promise.all([
      ...others.map(async ({ payment }) => shop.sendWebhook('CAPTURED', payment)),
      shop.commerce.createPayment({ orderId: unpaid.id, provider: 'mock' }),
    ]);
    expect(ended).toBe(0);
    await release();
    await Promise.all(waiting);
  });
  const statuses = await Promise.all(
    [blocked, ...others].map(async ({ orderId }) => (await shop.commerce.getOrder({ orderId })).status),
  );
  expect(new Set(statuses)).toEqual(new Set(['PAID']));
});

test('an order for a stock row that stays locked is refused with overloaded and changes nothing', async () => {
  const lockedRow = await shop.createTestProduct({ quantity: 10 });
  await whileLocked([lockedRow], async () => {
    expect(await errorCodeOf(shop.commerce.placeOrder(order(lockedRow)))).toBe('overloaded');
  });
  expect(await shop.readStock(lockedRow)).toEqual([10, 0]);
  await vi.waitFor(async () => {
    expect(await errorCodeOf(shop.commerce.placeOrder(order(lockedRow)))).toBe('accepted');
  }, 60_000);
});
