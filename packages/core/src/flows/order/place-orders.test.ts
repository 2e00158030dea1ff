import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import { errorCodeOf, createTestShop, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

const place = (lines: { productId: string; quantity: number }[], rest = {}) =>
  shop.commerce.placeOrder({ customerId: 'customer-1', lines, ...rest });

test('an order holds the stock of all its lines and snapshots what was bought', async () => {
  const [a, b] = await Promise.all([
    shop.createTestProduct({ priceAmount: 1500 }),
    shop.createTestProduct({ priceAmount: 20 }),
  ]);
  const order = await place([
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

test('what was bought keeps its name and price when the product changes', async () => {
  const productId = await shop.createTestProduct({ priceAmount: 100 });
  const { id } = await place([{ productId, quantity: 1 }]);
  await shop.commerce.repriceProduct({ productId, priceAmount: 999 });
  await shop.commerce.renameProduct({ productId, name: 'Another thing' });
  expect(await shop.commerce.getOrder({ orderId: id })).toMatchObject({
    totalAmount: 100,
    lines: [{ name: 'A thing', unitAmount: 100 }],
  });
});

test('the same product twice is one line with the sum, and is checked as the sum', async () => {
  const productId = await shop.createTestProduct({ quantity: 5 });
  const order = await place([
    { productId, quantity: 2 },
    { productId: productId.toUpperCase(), quantity: 3 },
  ]);
  expect(order.lines).toMatchObject([{ productId, quantity: 5 }]);
  expect(await errorCodeOf(place([{ productId, quantity: 1 }]))).toBe('insufficient_stock');
});

test('a shortage on one line holds nothing, and says per product what was asked and what is left', async () => {
  const [a, b, c] = [
    await shop.createTestProduct(),
    await shop.createTestProduct({ quantity: 2 }),
    await shop.createTestProduct({ quantity: 0 }),
  ];
  const call = place([
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

describe('bad input is refused with a code, and nothing is held', () => {
  const id = randomUUID();
  test.each([
    ['no lines', [], 'empty_order'],
    ['an id that is none', [{ productId: 'nope', quantity: 1 }], 'validation_failed'],
    ['zero', [{ productId: id, quantity: 0 }], 'validation_failed'],
    ['a negative quantity', [{ productId: id, quantity: -1 }], 'validation_failed'],
    ['a fraction', [{ productId: id, quantity: 1.5 }], 'validation_failed'],
    ['a huge quantity', [{ productId: id, quantity: 1_000_001 }], 'validation_failed'],
    ['infinity', [{ productId: id, quantity: Infinity }], 'validation_failed'],
    ['text for a number', [{ productId: id, quantity: '1' }], 'validation_failed'],
    ['a price from outside', [{ productId: id, quantity: 1, unitAmount: 1 }], 'validation_failed'],
    [
      'more than 2,000 lines',
      Array.from({ length: 2001 }, () => ({ productId: id, quantity: 1 })),
      'validation_failed',
    ],
    ['an unknown product', [{ productId: id, quantity: 1 }], 'product_not_found'],
  ])('%s', async (_, lines, code) => {
    expect(await errorCodeOf(place(lines as never))).toBe(code);
  });
});

test('an archived product is not for sale, and the refusal names every product that is not', async () => {
  const [archived, unknown, fine] = [await shop.createTestProduct(), randomUUID(), await shop.createTestProduct()];
  await shop.commerce.archiveProduct({ productId: archived });
  const call = place([archived, unknown, fine].map((productId) => ({ productId, quantity: 1 })));
  await expect(call).rejects.toMatchObject({ code: 'product_not_found', details: { productIds: [archived, unknown] } });
  expect(await shop.readStock(fine)).toEqual([10, 0]);
});

test('an order has one currency', async () => {
  const lines = [await shop.createTestProduct(), await shop.createTestProduct({ currency: 'EUR' })].map(
    (productId) => ({
      productId,
      quantity: 1,
    }),
  );
  expect(await errorCodeOf(place(lines))).toBe('currency_mismatch');
});

test('a total that could not be counted exactly is refused', async () => {
  const productId = await shop.createTestProduct({ priceAmount: 1_000_000_000_000, quantity: 1_000_000 });
  expect(await errorCodeOf(place([{ productId, quantity: 1_000_000 }]))).toBe('amount_too_large');
  expect(await shop.readStock(productId)).toEqual([1_000_000, 0]);
});

test('an order of 2,000 lines goes through', async () => {
  const ids = await shop.createTestProducts(2000, 9);
  const order = await place(ids.map((productId) => ({ productId, quantity: 2 })));
  expect(order).toMatchObject({ totalAmount: 20_000 });
  expect(order.lines).toHaveLength(2000);
});

test('address, contact, reference and metadata are kept as given, and stay out of the events', async () => {
  const productId = await shop.createTestProduct();
  const rest = {
    contact: { email: 'kim@example.com', name: 'Kim' },
    shippingAddress: { name: 'Kim', line1: 'Sejong-daero 110', city: 'Seoul', postalCode: '04524', country: 'KR' },
    reference: 'cart-17',
    metadata: { gift: true, tags: ['a', 1, null] },
  };
  const { id } = await place([{ productId, quantity: 1 }], rest);
  expect(await shop.commerce.getOrder({ orderId: id })).toMatchObject(rest);
  expect(JSON.stringify(await shop.commerce.orderHistory({ orderId: id }))).not.toMatch(/Kim|Sejong|example/);
});

test.each([
  ['metadata beyond 4 KB', { metadata: { text: 'x'.repeat(4096) } }],
  ['metadata with a NUL', { metadata: { deep: [{ 'a\0': 1 }] } }],
  ['metadata with half a surrogate pair', { metadata: { text: '\ud800' } }],
  ['a reference with a line break', { reference: 'a\nb' }],
  [
    'a country that is no code',
    { shippingAddress: { name: 'K', line1: 'x', city: 'y', postalCode: '1', country: 'Korea' } },
  ],
  ['an unknown field', { contact: { nickname: 'k' } }],
])('%s is refused', async (_, rest) => {
  const productId = await shop.createTestProduct();
  expect(await errorCodeOf(place([{ productId, quantity: 1 }], rest))).toBe('validation_failed');
  expect(await shop.readStock(productId)).toEqual([10, 0]);
});

describe('the quote hook', () => {
  const quoting = (quote: (order: { lines: readonly unknown[] }) => unknown) =>
    createCommerce({ database: shop.database, quote: quote as never });
  const line = (kind: string, unitAmount: number) => ({ kind, name: kind, quantity: 1, unitAmount });

  test('adds shipping, discounts and tax to the total', async () => {
    const productId = await shop.createTestProduct();
    const commerce = quoting(() => [line('SHIPPING', 3000), line('DISCOUNT', -500), line('TAX', 350)]);
    const order = await commerce.placeOrder({ customerId: 'c', lines: [{ productId, quantity: 2 }] });
    expect(order.totalAmount).toBe(2000 + 3000 - 500 + 350);
    expect(order.lines.map(({ kind, lineNo }) => [lineNo, kind])).toEqual([
      [1, 'PRODUCT'],
      [2, 'SHIPPING'],
      [3, 'DISCOUNT'],
      [4, 'TAX'],
    ]);
  });

  test('cannot take more off than the order costs', async () => {
    const productId = await shop.createTestProduct();
    const commerce = quoting(() => [line('DISCOUNT', -1001)]);
    expect(await errorCodeOf(commerce.placeOrder({ customerId: 'c', lines: [{ productId, quantity: 1 }] }))).toBe(
      'validation_failed',
    );
    expect(await shop.readStock(productId)).toEqual([10, 0]);
  });

  test.each([
    ['a promise', async () => []],
    ['a product', () => [{ ...line('PRODUCT', 1), productId: randomUUID() }]],
    ['a discount above zero', () => [line('DISCOUNT', 1)]],
    ['a fraction', () => [line('TAX', 0.5)]],
  ])('that answers %s is a fault, and nothing is held', async (_, quote) => {
    const productId = await shop.createTestProduct();
    await expect(quoting(quote).placeOrder({ customerId: 'c', lines: [{ productId, quantity: 1 }] })).rejects.toThrow(
      'quote hook',
    );
    expect(await shop.readStock(productId)).toEqual([10, 0]);
  });
});

describe('many at once', () => {
  test('200 orders for 50 units: exactly 50 are placed', async () => {
    const productId = await shop.createTestProduct({ quantity: 50 });
    const codes = await Promise.all(
      Array.from({ length: 200 }, () => errorCodeOf(place([{ productId, quantity: 1 }]))),
    );
    expect(codes.filter((code) => code === 'accepted')).toHaveLength(50);
    expect(codes.filter((code) => code === 'insufficient_stock')).toHaveLength(150);
    expect(await shop.readStock(productId)).toEqual([50, 50]);
  });

  test('orders that name the same products in opposite order do not deadlock', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => shop.createTestProduct({ quantity: 1000 })));
    const orders = Array.from({ length: 120 }, (_, index) => {
      const lines = ids.map((productId) => ({ productId, quantity: 1 }));
      return errorCodeOf(place(index % 2 ? lines : lines.reverse()));
    });
    expect(new Set(await Promise.all(orders))).toEqual(new Set(['accepted']));
    const { rows } = await shop.database.pool.query(
      `select deadlocks::int from pg_stat_database where datname = current_database()`,
    );
    expect(rows).toEqual([{ deadlocks: 0 }]);
    for (const id of ids) expect(await shop.readStock(id)).toEqual([1000, 120]);
  });

  test('an order that waits for the stock lock pays the price that was set meanwhile', async () => {
    const productId = await shop.createTestProduct({ priceAmount: 100 });
    const client = await shop.database.pool.connect();
    await client.query('begin');
    await client.query('select 1 from commerce.stocks where product_id = $1 for update', [productId]);
    const order = place([{ productId, quantity: 1 }]);
    await waitForLock(1);
    await client.query('update commerce.products set price_amount = 250 where id = $1', [productId]);
    await client.query('commit');
    client.release();
    expect((await order).totalAmount).toBe(250);
  });
});

test('each command of a list gets its own answer, and a refused one takes nothing from its neighbours', async () => {
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

test('an order and a row of the embedder’s own commit together, or not at all', async () => {
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
