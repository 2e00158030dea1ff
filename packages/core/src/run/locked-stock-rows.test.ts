import type { Database } from '@commerce-core/pg-pipeline';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createCommerce } from '../commerce.ts';
import { connect } from '../database/connect.ts';
import { errorCodeOf, createTestShop, type TestShop } from '../testing/test-shop.ts';
import { orderInput } from './shared-transactions.testing.ts';

let shop: TestShop;
let otherDatabase: Database;
beforeAll(async () => {
  shop = await createTestShop();
  otherDatabase = connect({ url: shop.database.url });
});
afterAll(async () => {
  await otherDatabase.close();
  await shop.close();
});

/** Runs `during` while another transaction has locked the stock rows of these products. */
async function whileLocked(
  productIds: string[],
  during: (release: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const client = await shop.database.pool.connect();
  const release = async () => {
    await client.query('rollback');
  };
  try {
    await client.query('begin');
    await client.query('select 1 from commerce.stocks where product_id = any($1::uuid[]) for update', [productIds]);
    await during(release);
  } finally {
    await release();
    client.release();
  }
}

test('a locked stock row blocks only its own orders, in every lane and until it is released', async () => {
  const [locked, free] = [
    await shop.createTestProduct({ quantity: 1000 }),
    await shop.createTestProduct({ quantity: 1000 }),
  ];
  const orderOfBoth = {
    customerId: 'c',
    lines: [
      { productId: locked, quantity: 1 },
      { productId: free, quantity: 1 },
    ],
  };
  await whileLocked([locked], async (release) => {
    let finished = 0;
    const placeBlockedOrder = async (input: typeof orderOfBoth) =>
      shop.commerce.placeOrder(input).finally(() => {
        finished += 1;
      });
    // The first order needs both rows. It arrives before the batcher knows that one is locked.
    const waiting = [
      placeBlockedOrder(orderOfBoth),
      ...Array.from({ length: 20 }, async () => placeBlockedOrder(orderInput(locked))),
    ];
    for (let turn = 0; turn < 40; turn += 1) await shop.commerce.placeOrder(orderInput(free));
    waiting.push(placeBlockedOrder(orderOfBoth));
    await Promise.all(Array.from({ length: 300 }, async () => shop.commerce.placeOrder(orderInput(free))));
    expect(finished).toBe(0);
    await release();
    await Promise.all(waiting);
  });
  expect([await shop.readStock(locked), await shop.readStock(free)]).toEqual([
    [1000, 22],
    [1000, 342],
  ]);
});

test('40 locked stock rows occupy at most 3 connections', async () => {
  const commerce = createCommerce({ database: otherDatabase, batching: { waitMaxMs: 1_500 } });
  const locked = await shop.createTestProducts(40, 10);
  const free = await shop.createTestProduct({ quantity: 100 });
  await whileLocked(locked, async () => {
    let finished = 0;
    const waiting = locked.map(async (productId) =>
      errorCodeOf(commerce.placeOrder(orderInput(productId))).finally(() => {
        finished += 1;
      }),
    );
    let inUse = 0;
    while (finished < locked.length) {
      expect(await errorCodeOf(commerce.placeOrder(orderInput(free)))).toBe('accepted');
      inUse = Math.max(inUse, otherDatabase.writers.totalCount - otherDatabase.writers.idleCount);
      await commerce.receiveStock({ productId: free, quantity: 1 });
    }
    expect(inUse, 'two lanes and one direct call').toBeLessThanOrEqual(3);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['overloaded']));
  });
  await commerce.close();
});

test('a webhook and a payment that need a locked stock row block no other command', async () => {
  const [locked, free] = [
    await shop.createTestProduct({ quantity: 1000 }),
    await shop.createTestProduct({ quantity: 1000 }),
  ];
  const lockedOrder = await shop.createPendingOrder({ [locked]: 1 });
  const freeOrders = await Promise.all(Array.from({ length: 30 }, async () => shop.createPendingOrder({ [free]: 1 })));
  const [failed, unpaid] = [await shop.createPendingOrder({ [locked]: 1 }), await shop.createTestOrder({ [free]: 1 })];
  await shop.sendWebhook('FAILED', failed.payment);
  await whileLocked([locked], async (release) => {
    const startedAt = performance.now();
    let finished = 0;
    const waiting = [
      shop.sendWebhook('CAPTURED', lockedOrder.payment),
      // A new attempt reserves the stock again, so it needs the locked row too.
      shop.commerce.createPayment({ orderId: failed.orderId, provider: 'mock' }),
    ].map(async (each) =>
      Promise.resolve(each).finally(() => {
        finished += 1;
      }),
    );
    await Promise.all([
      ...freeOrders.map(async ({ payment }) => shop.sendWebhook('CAPTURED', payment)),
      shop.commerce.createPayment({ orderId: unpaid.id, provider: 'mock' }),
    ]);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(finished).toBe(0);
    await release();
    await Promise.all(waiting);
  });
  const statuses = await Promise.all(
    [lockedOrder, ...freeOrders].map(async ({ orderId }) => (await shop.commerce.getOrder({ orderId })).status),
  );
  expect(new Set(statuses)).toEqual(new Set(['PAID']));
});

test('an order for a stock row that stays locked is rejected as overloaded and reserves nothing', async () => {
  const locked = await shop.createTestProduct({ quantity: 10 });
  await whileLocked([locked], async () => {
    expect(await errorCodeOf(shop.commerce.placeOrder(orderInput(locked)))).toBe('overloaded');
  });
  expect(await shop.readStock(locked)).toEqual([10, 0]);
  await vi.waitFor(async () => {
    expect(await errorCodeOf(shop.commerce.placeOrder(orderInput(locked)))).toBe('accepted');
  }, 5_000);
}, 30_000);
