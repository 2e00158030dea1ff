import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client, RouterInputs } from '../client.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { refused } from '../testing/refused.ts';

let api: TestApi;
let customer: Client;
beforeAll(async () => {
  api = await startTestApi();
  customer = await api.customer('kim');
});
afterAll(() => api?.close());

const place = (lines: { productId: string; quantity: number }[]) => customer.order.create.mutate({ lines });

test('an order reserves its stock, and answers as plain JSON', async () => {
  const productId = await api.product({ quantity: 5, priceAmount: 700 });
  const order = await place([{ productId, quantity: 2 }]);
  expect(order).toMatchObject({
    status: 'CREATED',
    reservationStatus: 'HELD',
    customerId: 'kim',
    totalAmount: 1_400,
    currency: 'KRW',
    lines: [{ productId, quantity: 2, unitAmount: 700, amount: 1_400 }],
  });
  expect(order.createdAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(Date.parse(order.reservedUntil) - Date.parse(order.createdAt)).toBe(30 * 60_000);
  expect(await api.stock(productId)).toEqual([5, 2]);
  expect(await customer.order.get.query({ orderId: order.id })).toEqual(order);
});

test('the same product asked for twice is one line with the sum', async () => {
  const productId = await api.product({ quantity: 5 });
  const { lines } = await place([
    { productId, quantity: 2 },
    { productId: productId.toUpperCase(), quantity: 3 },
  ]);
  expect(lines).toMatchObject([{ productId, quantity: 5 }]);
  expect(await api.stock(productId)).toEqual([5, 5]);
});

test('a shortage answers 409 with what was asked and what is left of each product, and holds nothing', async () => {
  const [plenty, scarce, none] = [
    await api.product({ quantity: 9 }),
    await api.product({ quantity: 2 }),
    await api.product({ quantity: 0 }),
  ];
  await place([{ productId: scarce, quantity: 1 }]);
  const lines = [
    { productId: plenty, quantity: 1 },
    { productId: scarce, quantity: 2 },
    { productId: none, quantity: 7 },
  ];
  expect(await refused(place(lines))).toEqual({
    status: 409,
    code: 'insufficient_stock',
    details: {
      products: [
        { productId: scarce, requestedQty: 2, sellableQty: 1 },
        { productId: none, requestedQty: 7, sellableQty: 0 },
      ],
    },
  });
  expect(await api.stock(plenty)).toEqual([9, 0]);
});

describe('what is not an order', () => {
  const productId = randomUUID();
  const cases: [title: string, lines: unknown, path: string][] = [
    ['no id', [{ productId: 'shoes', quantity: 1 }], 'lines.0.productId'],
    ['zero', [{ productId, quantity: 0 }], 'lines.0.quantity'],
    ['negative', [{ productId, quantity: -1 }], 'lines.0.quantity'],
    ['a fraction', [{ productId, quantity: 1.5 }], 'lines.0.quantity'],
    ['huge', [{ productId, quantity: 1_000_001 }], 'lines.0.quantity'],
    ['beyond integers', [{ productId, quantity: 1e300 }], 'lines.0.quantity'],
    ['text', [{ productId, quantity: '1' }], 'lines.0.quantity'],
    ['no quantity', [{ productId }], 'lines.0.quantity'],
    ['a price', [{ productId, quantity: 1, unitAmount: 1 }], 'lines.0'],
    ['2,001 lines', Array.from({ length: 2_001 }, () => ({ productId, quantity: 1 })), 'lines'],
    ['not a list', { productId, quantity: 1 }, 'lines'],
    ['nothing', undefined, 'lines'],
  ];
  test.each(cases)('%s answers 400 and says where', async (_, lines, path) => {
    const refusal = await refused(customer.order.create.mutate({ lines } as RouterInputs['order']['create']));
    expect(refusal).toMatchObject({ status: 400, code: 'validation_failed' });
    const { issues } = refusal.details as { issues: { path: string }[] };
    expect(new Set(issues.map((issue) => issue.path))).toEqual(new Set([path]));
  });

  test('without lines answers 400 with a code of its own', async () => {
    expect(await refused(place([]))).toEqual({ status: 400, code: 'empty_order' });
  });

  test('an order that says too much, or cannot be stored, answers 400', async () => {
    const wrong = async (more: object) =>
      refused(
        customer.order.create.mutate({
          lines: [{ productId, quantity: 1 }],
          ...more,
        } as RouterInputs['order']['create']),
      );
    for (const more of [
      { totalAmount: 1 },
      { reference: 'a\u0000b' },
      { reference: 'half \ud800' },
      { metadata: { big: 'x'.repeat(4_097) } },
      { contact: { email: 'nobody' } },
      { shippingAddress: { name: 'Kim' } },
    ]) {
      expect(await wrong(more), JSON.stringify(more)).toMatchObject({ status: 400, code: 'validation_failed' });
    }
  });
});

test('the message of a refusal is a sentence, without what was sent', async () => {
  const call = customer.order.create.mutate({ lines: [{ productId: 'my-secret-thing', quantity: 1 }] });
  const error: Error = await call.then(
    () => Promise.reject(new Error('let in')),
    (failure: Error) => failure,
  );
  expect(error.message).toMatch(/^lines\.0\.productId: [\w ]+$/);
});

test('2,000 lines are an order', async () => {
  const ids = await Promise.all(Array.from({ length: 4 }, () => api.product({ quantity: 500 })));
  const lines = Array.from({ length: 2_000 }, (_, index) => ({ productId: ids[index % 4]!, quantity: 1 }));
  expect((await place(lines)).totalAmount).toBe(2_000_000);
});

test('a product that is unknown or archived answers 404 and names it', async () => {
  const [archived, unknown] = [await api.product(), randomUUID()];
  await (await api.operator('catalog')).product.archive.mutate({ productId: archived });
  for (const productId of [archived, unknown]) {
    expect(await refused(place([{ productId, quantity: 1 }]))).toEqual({
      status: 404,
      code: 'product_not_found',
      details: { productIds: [productId] },
    });
    expect(await refused(customer.product.get.query({ productId }))).toMatchObject({
      status: 404,
      code: 'product_not_found',
    });
  }
});

test('two currencies in one order answer 400', async () => {
  const lines = [
    { productId: await api.product(), quantity: 1 },
    { productId: await api.product({ currency: 'USD' }), quantity: 1 },
  ];
  expect(await refused(place(lines))).toMatchObject({ status: 400, code: 'currency_mismatch' });
});

test('anybody sees what can be sold of a product, and never the raw numbers', async () => {
  const productId = await api.product({ quantity: 7 });
  await place([{ productId, quantity: 3 }]);
  const product = await api.anonymous().product.get.query({ productId });
  expect(product.sellableQty).toBe(4);
  expect(Object.keys(product).join()).not.toMatch(/available|reserved/i);
  const { items } = await api.anonymous().product.list.query({ limit: 100 });
  expect(items.find(({ id }) => id === productId)).toEqual(product);
});

test('an order that waits for its money can be canceled by its customer, once, and lets go of its stock', async () => {
  const productId = await api.product({ quantity: 3 });
  const { id: orderId } = await place([{ productId, quantity: 3 }]);
  expect(await customer.order.cancel.mutate({ orderId })).toMatchObject({
    status: 'CANCELED',
    reservationStatus: 'RELEASED',
  });
  expect(await api.stock(productId)).toEqual([3, 0]);
  expect(await refused(customer.order.cancel.mutate({ orderId }))).toEqual({
    status: 409,
    code: 'invalid_transition',
    details: { subject: 'order', from: 'CANCELED', to: 'CANCELED' },
  });
  const { items } = await customer.order.history.query({ orderId });
  expect(items.map(({ type }) => type)).toEqual(['order.created', 'order.canceled']);
});
