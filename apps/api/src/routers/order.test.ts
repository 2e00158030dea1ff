import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client, RouterInputs } from '../client.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { refusalFrom } from '../testing/refusal-from.ts';

let api: TestApi;
let customer: Client;
beforeAll(async () => {
  api = await startTestApi();
  customer = await api.customerClient('kim');
});
afterAll(() => api?.close());

const placeOrder = (lines: { productId: string; quantity: number }[]) => customer.order.create.mutate({ lines });

test('an order reserves its stock and is returned as plain JSON', async () => {
  const productId = await api.createProduct({ quantity: 5, priceAmount: 700 });
  const order = await placeOrder([{ productId, quantity: 2 }]);
  expect(order).toMatchObject({
    status: 'CREATED',
    reservationStatus: 'HELD',
    customerId: 'kim',
    totalAmount: 1_400,
    currency: 'KRW',
    lines: [
      { productId, quantity: 2, unitAmount: 700, amount: 1_400, discountAmount: 0, taxAmount: 0, paidAmount: 1_400 },
    ],
  });
  expect(order.createdAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(Date.parse(order.reservedUntil) - Date.parse(order.createdAt)).toBe(30 * 60_000);
  expect(await api.readStock(productId)).toEqual([5, 2]);
  expect(await customer.order.get.query({ orderId: order.id })).toEqual(order);
});

test('two lines of one product become one line with the sum', async () => {
  const productId = await api.createProduct({ quantity: 5 });
  const { lines } = await placeOrder([
    { productId, quantity: 2 },
    { productId: productId.toUpperCase(), quantity: 3 },
  ]);
  expect(lines).toMatchObject([{ productId, quantity: 5 }]);
  expect(await api.readStock(productId)).toEqual([5, 5]);
});

test('a shortage gets a 409 with the quantities of each short product and reserves nothing', async () => {
  const [plenty, scarce, none] = [
    await api.createProduct({ quantity: 9 }),
    await api.createProduct({ quantity: 2 }),
    await api.createProduct({ quantity: 0 }),
  ];
  await placeOrder([{ productId: scarce, quantity: 1 }]);
  const lines = [
    { productId: plenty, quantity: 1 },
    { productId: scarce, quantity: 2 },
    { productId: none, quantity: 7 },
  ];
  expect(await refusalFrom(placeOrder(lines))).toEqual({
    status: 409,
    code: 'insufficient_stock',
    details: {
      products: [
        { productId: scarce, requestedQty: 2, sellableQty: 1 },
        { productId: none, requestedQty: 7, sellableQty: 0 },
      ],
    },
  });
  expect(await api.readStock(plenty)).toEqual([9, 0]);
});

describe('an invalid order', () => {
  const productId = randomUUID();
  const cases: [title: string, lines: unknown, path: string][] = [
    ['a product id that is no UUID', [{ productId: 'shoes', quantity: 1 }], 'lines.0.productId'],
    ['a quantity of zero', [{ productId, quantity: 0 }], 'lines.0.quantity'],
    ['a negative quantity', [{ productId, quantity: -1 }], 'lines.0.quantity'],
    ['a fraction of a unit', [{ productId, quantity: 1.5 }], 'lines.0.quantity'],
    ['1,000,001 units', [{ productId, quantity: 1_000_001 }], 'lines.0.quantity'],
    ['a quantity beyond integers', [{ productId, quantity: 1e300 }], 'lines.0.quantity'],
    ['a quantity that is text', [{ productId, quantity: '1' }], 'lines.0.quantity'],
    ['no quantity', [{ productId }], 'lines.0.quantity'],
    ['a price', [{ productId, quantity: 1, unitAmount: 1 }], 'lines.0'],
    ['2,001 lines', Array.from({ length: 2_001 }, () => ({ productId, quantity: 1 })), 'lines'],
    ['lines that are not a list', { productId, quantity: 1 }, 'lines'],
    ['nothing at all', undefined, 'lines'],
  ];
  test.each(cases)('with %s gets a 400 with the path of the problem', async (_, lines, path) => {
    const refusal = await refusalFrom(customer.order.create.mutate({ lines } as RouterInputs['order']['create']));
    expect(refusal).toMatchObject({ status: 400, code: 'validation_failed' });
    const { issues } = refusal.details as { issues: { path: string }[] };
    expect(new Set(issues.map((issue) => issue.path))).toEqual(new Set([path]));
  });

  test('without lines gets a 400 with a code of its own', async () => {
    expect(await refusalFrom(placeOrder([]))).toEqual({ status: 400, code: 'empty_order' });
  });

  test('of a customer whose id is an e-mail address gets a 400, from the customer and from an operator', async () => {
    const order = { lines: [{ productId, quantity: 1 }] };
    const own = await api.customerClient('kim@mail.example');
    const operator = await api.operatorClient('orders');
    for (const call of [
      own.order.create.mutate(order),
      operator.order.create.mutate({ ...order, customerId: 'kim@mail.example' }),
    ]) {
      const refusal = await refusalFrom(call);
      expect(refusal).toMatchObject({ status: 400, code: 'validation_failed' });
      expect(refusal.details).toMatchObject({ issues: [{ path: 'customerId' }] });
    }
  });

  test('with unknown fields, or text that cannot be stored, gets a 400', async () => {
    const refusalWith = async (more: object) =>
      refusalFrom(
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
      expect(await refusalWith(more), JSON.stringify(more)).toMatchObject({ status: 400, code: 'validation_failed' });
    }
  });
});

test('the message of a refusal does not repeat the input', async () => {
  const call = customer.order.create.mutate({ lines: [{ productId: 'my-secret-thing', quantity: 1 }] });
  const error: Error = await call.then(
    () => Promise.reject(new Error('the call was not refused')),
    (failure: Error) => failure,
  );
  expect(error.message).toMatch(/^lines\.0\.productId: must be an id, like [0-9a-f-]{36}$/);
});

test('an order may have 2,000 lines', async () => {
  const ids = await Promise.all(Array.from({ length: 4 }, () => api.createProduct({ quantity: 500 })));
  const lines = Array.from({ length: 2_000 }, (_, index) => ({ productId: ids[index % 4]!, quantity: 1 }));
  expect((await placeOrder(lines)).totalAmount).toBe(2_000_000);
});

test('an unknown or archived product gets a 404 with its id', async () => {
  const [archived, unknown] = [await api.createProduct(), randomUUID()];
  await (await api.operatorClient('catalog')).product.archive.mutate({ productId: archived });
  for (const productId of [archived, unknown]) {
    expect(await refusalFrom(placeOrder([{ productId, quantity: 1 }]))).toEqual({
      status: 404,
      code: 'product_not_found',
      details: { productIds: [productId] },
    });
    expect(await refusalFrom(customer.product.get.query({ productId }))).toMatchObject({
      status: 404,
      code: 'product_not_found',
    });
  }
});

test('an order with two currencies gets a 400', async () => {
  const lines = [
    { productId: await api.createProduct(), quantity: 1 },
    { productId: await api.createProduct({ currency: 'USD' }), quantity: 1 },
  ];
  expect(await refusalFrom(placeOrder(lines))).toMatchObject({ status: 400, code: 'currency_mismatch' });
});

test('a customer filters only by what is for customers, and sees only the own orders', async () => {
  const productId = await api.createProduct({ quantity: 7 });
  const { id } = await placeOrder([{ productId, quantity: 1 }]);
  const other = await api.customerClient(randomUUID());
  const input = { status: 'CREATED', fulfillmentStatus: 'UNFULFILLED', createdFrom: '2026-01-01T00:00:00Z' } as const;
  expect((await other.order.list.query(input)).items).toEqual([]);
  for (const filter of [{ q: 'ana' }, { email: 'a@example.com' }, { productId }, { minTotalAmount: 1 }])
    expect(await refusalFrom(other.order.list.query(filter))).toMatchObject({ code: 'validation_failed' });
  const { items } = await (await api.operatorClient('orders')).order.list.query({ ...input, productId });
  expect(items.map((order) => order.id)).toEqual([id]);
});

test('only operators who keep the stock or the catalogue see how many units of a product are left', async () => {
  const productId = await api.createProduct({ quantity: 7 });
  await placeOrder([{ productId, quantity: 3 }]);
  for (const client of [api.anonymousClient(), await api.customerClient('ana'), await api.operatorClient('orders')]) {
    const product = await client.product.get.query({ productId });
    expect(product.availability).toBe('FEW_LEFT');
    expect(JSON.stringify(product)).not.toMatch(/qty/i);
    const { items } = await client.product.list.query({ limit: 100 });
    expect(items.find(({ id }) => id === productId)).toEqual(product);
  }
  for (const scope of ['stock', 'catalog'] as const)
    expect((await (await api.operatorClient(scope)).product.get.query({ productId })).sellableQty).toBe(4);
});

test('a customer can cancel units of an order that is paid and has not shipped, but gives no reason', async () => {
  const productId = await api.createProduct({ quantity: 3 });
  const { id: orderId } = await placeOrder([{ productId, quantity: 3 }]);
  const lines = [{ lineNo: 1, quantity: 2 }];
  expect(await refusalFrom(customer.order.cancelLines.mutate({ orderId, lines }))).toMatchObject({
    status: 409,
    code: 'order_not_paid',
    details: { status: 'CREATED' },
  });
  const { id: paymentId, amount, currency } = await customer.payment.create.mutate({ orderId, provider: 'mock' });
  await api.sendWebhook({ type: 'CAPTURED', paymentId, amount, currency });
  expect(await refusalFrom(customer.order.cancelLines.mutate({ orderId, lines, reason: 'no' }))).toMatchObject({
    status: 400,
    code: 'validation_failed',
  });
  const order = await customer.order.cancelLines.mutate({ orderId, lines });
  expect(order).toMatchObject({ status: 'PAID', lines: [{ quantity: 3, canceledQty: 2 }] });
  expect(await api.readStock(productId)).toEqual([2, 0]);
  expect(await refusalFrom(customer.order.cancelLines.mutate({ orderId, lines }))).toMatchObject({
    status: 409,
    code: 'units_not_cancelable',
    details: { lineNo: 1, cancelableQty: 1 },
  });
});

test('a customer can cancel an unpaid order once, which releases its stock', async () => {
  const productId = await api.createProduct({ quantity: 3 });
  const { id: orderId } = await placeOrder([{ productId, quantity: 3 }]);
  expect(await customer.order.cancel.mutate({ orderId })).toMatchObject({
    status: 'CANCELED',
    reservationStatus: 'RELEASED',
  });
  expect(await api.readStock(productId)).toEqual([3, 0]);
  expect(await refusalFrom(customer.order.cancel.mutate({ orderId }))).toEqual({
    status: 409,
    code: 'invalid_transition',
    details: { subject: 'order', from: 'CANCELED', to: 'CANCELED' },
  });
  const { items } = await customer.order.history.query({ orderId });
  expect(items.map(({ type }) => type)).toEqual(['order.created', 'order.canceled']);
});
