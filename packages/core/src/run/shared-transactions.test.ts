import { connect } from '../database/connect.ts';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createCommerce } from '../commerce.ts';
import { type Database } from '@commerce-core/pg-pipeline';
import { openFaultInjectingProxy } from '@commerce-core/pg-pipeline/testing';
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

const order = (productId: string, quantity = 1, reference?: string) => ({
  customerId: 'customer-1',
  lines: [{ productId, quantity }],
  ...(reference ? { reference } : {}),
});

test('good and bad orders at once: each gets its own answer, and only the good ones hold stock', async () => {
  const [plenty, scarce] = [
    await shop.createTestProduct({ quantity: 1000 }),
    await shop.createTestProduct({ quantity: 3 }),
  ];
  const calls = Array.from({ length: 60 }, async (_, index) => {
    if (index % 3 === 0) return errorCodeOf(shop.commerce.placeOrder(order(plenty, 2)));
    if (index % 3 === 1) return errorCodeOf(shop.commerce.placeOrder(order(scarce)));
    return errorCodeOf(shop.commerce.placeOrder(order(randomUUID())));
  });
  const codes = Map.groupBy(await Promise.all(calls), (code) => code);
  expect(codes.get('accepted')).toHaveLength(20 + 3);
  expect(codes.get('insufficient_stock')).toHaveLength(17);
  expect(codes.get('product_not_found')).toHaveLength(20);
  expect([await shop.readStock(plenty), await shop.readStock(scarce)]).toEqual([
    [1000, 40],
    [3, 3],
  ]);
});

test('a command that makes the database fail fails alone, and its neighbours succeed', async () => {
  await shop.database.pool.query(`
    create function commerce.refuse_cursed() returns trigger language plpgsql as $$
      begin if new.reference = 'cursed' then raise exception 'a secret of the database'; end if; return new; end $$;
    create trigger refuse_cursed before insert on commerce.orders for each row execute function commerce.refuse_cursed()`);
  const productId = await shop.createTestProduct({ quantity: 1000 });
  const settled = await Promise.allSettled(
    Array.from({ length: 100 }, async (_, index) =>
      shop.commerce.placeOrder(order(productId, 1, index % 25 === 7 ? 'cursed' : undefined)),
    ),
  );
  await shop.database.pool.query('drop function commerce.refuse_cursed() cascade');
  expect(settled.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).toEqual([7, 32, 57, 82]);
  expect(await shop.readStock(productId)).toEqual([1000, 96]);
});

test('lanes on overlapping products in opposite orders all get through', async () => {
  const commerce = createCommerce({ database: shop.database, batching: { lanes: 4, commandsMax: 5 } });
  const ids = await Promise.all(Array.from({ length: 8 }, async () => shop.createTestProduct({ quantity: 1000 })));
  const codes = await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      const lines = ids.map((productId) => ({ productId, quantity: 1 }));
      return errorCodeOf(commerce.placeOrder({ customerId: 'c', lines: index % 2 ? lines : lines.toReversed() }));
    }),
  );
  expect(new Set(codes)).toEqual(new Set(['accepted']));
  for (const id of ids) expect(await shop.readStock(id)).toEqual([1000, 200]);
});

/** While somebody else holds the stock rows of these products, in a transaction of their own. */
async function whileHeld(productIds: string[], during: (release: () => Promise<void>) => Promise<void>): Promise<void> {
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

test('a stock row that somebody holds keeps only its own orders waiting, in every lane and for as long as it is held', async () => {
  const [stuck, free] = [
    await shop.createTestProduct({ quantity: 1000 }),
    await shop.createTestProduct({ quantity: 1000 }),
  ];
  const both = {
    customerId: 'c',
    lines: [
      { productId: stuck, quantity: 1 },
      { productId: free, quantity: 1 },
    ],
  };
  await whileHeld([stuck], async (release) => {
    let heldBack = 0;
    const waitFor = async (input: typeof both) =>
      shop.commerce.placeOrder(input).finally(() => {
        heldBack += 1;
      });
    // Those that need the free row as well come before anybody knows of the held one.
    const waiting = [waitFor(both), ...Array.from({ length: 20 }, async () => waitFor(order(stuck)))];
    for (let turn = 0; turn < 40; turn += 1) await shop.commerce.placeOrder(order(free));
    waiting.push(waitFor(both));
    await Promise.all(Array.from({ length: 300 }, async () => shop.commerce.placeOrder(order(free))));
    expect(heldBack).toBe(0);
    await release();
    await Promise.all(waiting);
  });
  expect([await shop.readStock(stuck), await shop.readStock(free)]).toEqual([
    [1000, 22],
    [1000, 342],
  ]);
});

test('many held stock rows take no connection from anybody', async () => {
  const commerce = createCommerce({ database: other, batching: { waitMaxMs: 1_500 } });
  const held = await shop.createTestProducts(40, 10);
  const free = await shop.createTestProduct({ quantity: 100 });
  await whileHeld(held, async () => {
    let answered = 0;
    const waiting = held.map(async (productId) =>
      errorCodeOf(commerce.placeOrder(order(productId))).finally(() => {
        answered += 1;
      }),
    );
    let inUse = 0;
    while (answered < held.length) {
      expect(await errorCodeOf(commerce.placeOrder(order(free)))).toBe('accepted');
      inUse = Math.max(inUse, other.writers.totalCount - other.writers.idleCount);
      await commerce.receiveStock({ productId: free, quantity: 1 });
    }
    expect(inUse, 'lanes and the call beside them').toBeLessThanOrEqual(3);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['overloaded']));
  });
  await commerce.close();
});

test('a webhook or an attempt to pay that needs a held row waits alone: those that came with it are answered at once', async () => {
  const [stuck, free] = [
    await shop.createTestProduct({ quantity: 1000 }),
    await shop.createTestProduct({ quantity: 1000 }),
  ];
  const held = await shop.createPendingOrder({ [stuck]: 1 });
  const others = await Promise.all(Array.from({ length: 30 }, async () => shop.createPendingOrder({ [free]: 1 })));
  const [failed, unpaid] = [await shop.createPendingOrder({ [stuck]: 1 }), await shop.createTestOrder({ [free]: 1 })];
  await shop.sendWebhook('FAILED', failed.payment);
  await whileHeld([stuck], async (release) => {
    const begin = performance.now();
    let heldBack = 0;
    const waiting = [
      shop.sendWebhook('CAPTURED', held.payment),
      // It has to hold the stock again, so it needs the row, too.
      shop.commerce.createPayment({ orderId: failed.orderId, provider: 'mock' }),
    ].map(async (each) =>
      Promise.resolve(each).finally(() => {
        heldBack += 1;
      }),
    );
    await Promise.all([
      ...others.map(async ({ payment }) => shop.sendWebhook('CAPTURED', payment)),
      shop.commerce.createPayment({ orderId: unpaid.id, provider: 'mock' }),
    ]);
    expect(performance.now() - begin).toBeLessThan(3_000);
    expect(heldBack).toBe(0);
    await release();
    await Promise.all(waiting);
  });
  const statuses = await Promise.all(
    [held, ...others].map(async ({ orderId }) => (await shop.commerce.getOrder({ orderId })).status),
  );
  expect(new Set(statuses)).toEqual(new Set(['PAID']));
});

test('orders for a stock row that stays held answer 503 in the end, and nothing of them is left', async () => {
  const stuck = await shop.createTestProduct({ quantity: 10 });
  await whileHeld([stuck], async () => {
    expect(await errorCodeOf(shop.commerce.placeOrder(order(stuck)))).toBe('overloaded');
  });
  expect(await shop.readStock(stuck)).toEqual([10, 0]);
  await vi.waitFor(async () => {
    expect(await errorCodeOf(shop.commerce.placeOrder(order(stuck)))).toBe('accepted');
  }, 5_000);
}, 30_000);

test('stock rows are updated in place: no index is written for a reservation', async () => {
  const productId = await shop.createTestProduct({ quantity: 1000 });
  const counted = async () =>
    (
      await shop.database.pool.query<{ updates: number; inPlace: number }>(
        `select n_tup_upd::int as "updates", n_tup_hot_upd::int as "inPlace" from pg_stat_user_tables where relid = 'commerce.stocks'::regclass`,
      )
    ).rows[0]!;
  const before = await counted();
  for (let turn = 0; turn < 100; turn += 1) await shop.commerce.placeOrder(order(productId));
  // The server counts them a second later at the latest.
  const after = await vi.waitUntil(
    async () => {
      const now = await counted();
      return now.updates - before.updates >= 100 && now;
    },
    { timeout: 10_000, interval: 50 },
  );
  expect((after.inPlace - before.inPlace) / (after.updates - before.updates)).toBeGreaterThan(0.95);
});

test('two processes on a hot product never oversell it', async () => {
  const productId = await shop.createTestProduct({ quantity: 75 });
  const processes = [shop.commerce, createCommerce({ database: other, batching: { lanes: 2 } })];
  const codes = await Promise.all(
    Array.from({ length: 300 }, async (_, index) => errorCodeOf(processes[index % 2]!.placeOrder(order(productId)))),
  );
  expect(codes.filter((code) => code === 'accepted')).toHaveLength(75);
  expect(await shop.readStock(productId)).toEqual([75, 75]);
});

test('an order of 1,000 lines does not keep small ones from getting through', async () => {
  const ids = await shop.createTestProducts(1000, 100);
  const hot = await shop.createTestProduct({ quantity: 1000 });
  const big = Array.from({ length: 3 }, async () =>
    errorCodeOf(
      shop.commerce.placeOrder({ customerId: 'c', lines: ids.map((productId) => ({ productId, quantity: 1 })) }),
    ),
  );
  const small = Array.from({ length: 200 }, async () => errorCodeOf(shop.commerce.placeOrder(order(hot))));
  expect(new Set(await Promise.all([...big, ...small]))).toEqual(new Set(['accepted']));
  expect(await shop.readStock(ids[0]!)).toEqual([100, 3]);
});

test.each([
  ['before it reached the server', false],
  ['while the server commits', true],
])('a batch whose COMMIT is lost %s is there once, and each caller gets the truth', async (_, deliver) => {
  const proxy = await openFaultInjectingProxy(shop.database.url);
  const database = connect({ url: proxy.url });
  const commerce = createCommerce({ database });
  const productId = await shop.createTestProduct({ quantity: 100 });
  await shop.database.pool.query(`
    create function commerce.slow_commit() returns trigger language plpgsql as $$ begin perform pg_sleep(0.02); return null; end $$;
    create constraint trigger slow_commit after insert on commerce.orders deferrable initially deferred
      for each row execute function commerce.slow_commit()`);
  const first = commerce.placeOrder(order(productId));
  const rest = Array.from({ length: 20 }, async () => commerce.placeOrder(order(productId)));
  await first;
  proxy.cutAt({ when: /commit\0/, deliver });
  const placed = await Promise.all(rest);
  await shop.database.pool.query('drop function commerce.slow_commit() cascade');
  expect(proxy.cuts()).toBe(1);
  for (const { id } of placed) expect((await shop.commerce.getOrder({ orderId: id })).status).toBe('CREATED');
  expect(await shop.readStock(productId)).toEqual([100, 21]);
  await database.close();
  await proxy.close();
});

test('a statement that was first sent behind a failed one works again afterwards', async () => {
  const lone = connect({ url: shop.database.url, poolMax: 1 });
  const commerce = createCommerce({ database: lone });
  const productId = await shop.createTestProduct();
  await shop.database.pool.query(`
    create function commerce.refuse_lines() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
    create trigger refuse_lines before insert on commerce.order_lines for each row execute function commerce.refuse_lines()`);
  // The connection's first order: all statements behind the lines are parsed in a transaction that has failed.
  await expect(commerce.placeOrder(order(productId))).rejects.toThrow('no');
  await shop.database.pool.query('drop function commerce.refuse_lines() cascade');
  expect(await errorCodeOf(commerce.placeOrder(order(productId)))).toBe('accepted');
  await lone.close();
});

test('closing answers what was taken, and takes no more', async () => {
  const commerce = createCommerce({ database: other });
  const productId = await shop.createTestProduct({ quantity: 100 });
  const taken = Array.from({ length: 40 }, async () => errorCodeOf(commerce.placeOrder(order(productId))));
  await Promise.resolve();
  await commerce.close();
  expect(new Set(await Promise.all(taken))).toEqual(new Set(['accepted']));
  expect(await errorCodeOf(commerce.placeOrder(order(productId)))).toBe('overloaded');
});
