import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorCodeOf, createTestShop, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

const placeTestOrder = (lines: { productId: string; quantity: number }[], rest = {}) =>
  shop.commerce.placeOrder({ customerId: 'customer-1', lines, ...rest });

test('an order reserves the stock of all its lines and stores names and prices as they were', async () => {
  const [a, b] = await Promise.all([
    shop.createTestProduct({ priceAmount: 1500 }),
    shop.createTestProduct({ priceAmount: 20 }),
  ]);
  const order = await placeTestOrder([
    { productId: a, quantity: 2 },
    { productId: b, quantity: 3 },
  ]);
  expect(order).toMatchObject({
    status: 'CREATED',
    reservationStatus: 'HELD',
    fulfillmentStatus: 'UNFULFILLED',
    totalAmount: 3060,
    currency: 'KRW',
    lines: [
      { lineNo: 1, kind: 'PRODUCT', productId: a, quantity: 2, unitAmount: 1500, amount: 3000, name: 'A thing' },
      { lineNo: 2, kind: 'PRODUCT', productId: b, quantity: 3, unitAmount: 20, amount: 60 },
    ],
  });
  expect([await shop.readStock(a), await shop.readStock(b)]).toEqual([
    [10, 2],
    [10, 3],
  ]);
  expect(order.reservedUntil.getTime() - order.createdAt.getTime()).toBe(30 * 60_000);
});

test('an order keeps its names and prices when its products change', async () => {
  const productId = await shop.createTestProduct({ priceAmount: 100 });
  const { id } = await placeTestOrder([{ productId, quantity: 1 }]);
  await shop.commerce.repriceProduct({ productId, priceAmount: 999 });
  await shop.commerce.renameProduct({ productId, name: 'Another thing' });
  expect(await shop.commerce.getOrder({ orderId: id })).toMatchObject({
    totalAmount: 100,
    lines: [{ name: 'A thing', unitAmount: 100 }],
  });
});

test('two lines of one product become one line with the sum, and the sum is checked', async () => {
  const productId = await shop.createTestProduct({ quantity: 5 });
  const order = await placeTestOrder([
    { productId, quantity: 2 },
    { productId: productId.toUpperCase(), quantity: 3 },
  ]);
  expect(order.lines).toMatchObject([{ productId, quantity: 5 }]);
  expect(await errorCodeOf(placeTestOrder([{ productId, quantity: 1 }]))).toBe('insufficient_stock');
});

test('a shortage on one line reserves nothing, and each short product is named with its quantities', async () => {
  const [a, b, c] = [
    await shop.createTestProduct(),
    await shop.createTestProduct({ quantity: 2 }),
    await shop.createTestProduct({ quantity: 0 }),
  ];
  const call = placeTestOrder([
    { productId: a, quantity: 1 },
    { productId: b, quantity: 3 },
    { productId: c, quantity: 1 },
  ]);
  await expect(call).rejects.toMatchObject({
    code: 'insufficient_stock',
    details: {
      products: [
        { productId: b, requestedQty: 3, sellableQty: 2 },
        { productId: c, requestedQty: 1, sellableQty: 0 },
      ],
    },
  });
  expect([await shop.readStock(a), await shop.readStock(b), await shop.readStock(c)]).toEqual([
    [10, 0],
    [2, 0],
    [0, 0],
  ]);
});

test('an order of 2,000 lines is accepted', async () => {
  const ids = await shop.createTestProducts(2000, 9);
  const order = await placeTestOrder(ids.map((productId) => ({ productId, quantity: 2 })));
  expect(order).toMatchObject({ totalAmount: 20_000 });
  expect(order.lines).toHaveLength(2000);
});

describe('concurrent orders', () => {
  test('never exceed the stock: 50 of 200 orders for 50 units are accepted', async () => {
    const productId = await shop.createTestProduct({ quantity: 50 });
    const codes = await Promise.all(
      Array.from({ length: 200 }, () => errorCodeOf(placeTestOrder([{ productId, quantity: 1 }]))),
    );
    expect(codes.filter((code) => code === 'accepted')).toHaveLength(50);
    expect(codes.filter((code) => code === 'insufficient_stock')).toHaveLength(150);
    expect(await shop.readStock(productId)).toEqual([50, 50]);
  });

  test('for the same products in opposite order cause no deadlock', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => shop.createTestProduct({ quantity: 1000 })));
    const orders = Array.from({ length: 120 }, (_, index) => {
      const lines = ids.map((productId) => ({ productId, quantity: 1 }));
      return errorCodeOf(placeTestOrder(index % 2 ? lines : lines.reverse()));
    });
    expect(new Set(await Promise.all(orders))).toEqual(new Set(['accepted']));
    const { rows } = await shop.database.pool.query(
      `select deadlocks::int from pg_stat_database where datname = current_database()`,
    );
    expect(rows).toEqual([{ deadlocks: 0 }]);
    for (const id of ids) expect(await shop.readStock(id)).toEqual([1000, 120]);
  });

  test('that wait for a stock lock get a price that was set during the wait', async () => {
    const productId = await shop.createTestProduct({ priceAmount: 100 });
    const client = await shop.database.pool.connect();
    await client.query('begin');
    await client.query('select 1 from commerce.stocks where product_id = $1 for update', [productId]);
    const order = placeTestOrder([{ productId, quantity: 1 }]);
    await waitForLock(1);
    await client.query('update commerce.products set price_amount = 250 where id = $1', [productId]);
    await client.query('commit');
    client.release();
    expect((await order).totalAmount).toBe(250);
  });
});

test('each command of a list gets its own outcome, and a rejected one changes nothing for the others', async () => {
  const productId = await shop.createTestProduct({ quantity: 3 });
  const input = (quantity: number) => ({ customerId: 'c', lines: [{ productId, quantity }] });
  const outcomes = await shop.commerce.transaction((tx) =>
    shop.commerce.placeOrdersIn(tx, [input(2), input(2), input(1)]),
  );
  expect(outcomes.map((outcome) => (outcome.ok ? outcome.value.totalAmount : outcome.error.code))).toEqual([
    2000,
    'insufficient_stock',
    1000,
  ]);
  expect(await shop.readStock(productId)).toEqual([3, 3]);
});

test('an order and a row of the embedder commit together or not at all', async () => {
  const { commerce, database } = shop;
  await database.pool.query('create table carts (id text primary key, order_id uuid not null)');
  const productId = await shop.createTestProduct();
  const checkout = (cartId: string) =>
    commerce.transaction(async (tx) => {
      const [outcome] = await commerce.placeOrdersIn(tx, [{ customerId: 'c', lines: [{ productId, quantity: 1 }] }]);
      if (!outcome?.ok) throw outcome?.error;
      await tx.db.execute(`insert into carts values ('${cartId}', '${outcome.value.id}')`);
      return outcome.value;
    });
  const order = await checkout('cart-1');
  await expect(checkout('cart-1')).rejects.toThrow();
  const { rows } = await database.pool.query('select order_id from carts');
  expect(rows).toEqual([{ order_id: order.id }]);
  expect(await shop.readStock(productId)).toEqual([10, 1]);
});

async function waitForLock(waiting: number): Promise<void> {
  await expect
    .poll(async () => {
      const { rows } = await shop.database.pool.query(
        `select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rows[0].count;
    })
    .toBe(waiting);
}
