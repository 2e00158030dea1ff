import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from './testing/index.ts';
import { refusalFrom } from './testing/refusal-from.ts';

let api: TestApi;
beforeAll(async () => (api = await startTestApi()));
afterAll(() => api?.close());

const countBy = (outcomes: string[]) =>
  Object.fromEntries([...Map.groupBy(outcomes, (outcome) => outcome)].map(([outcome, all]) => [outcome, all.length]));

test('of 200 concurrent orders for 50 units exactly 50 succeed, and the others get a 409', async () => {
  const productId = await api.createProduct({ quantity: 50 });
  const shoppers = await Promise.all(Array.from({ length: 200 }, () => api.customerClient()));
  const outcomes = await Promise.all(
    shoppers.map(async (shopper) => {
      const call = shopper.order.create.mutate({ lines: [{ productId, quantity: 1 }] });
      const created = await call.then(
        () => true,
        () => false,
      );
      if (created) return 'created';
      const { status, code } = await refusalFrom(call);
      return `${status} ${code}`;
    }),
  );
  expect(countBy(outcomes)).toEqual({ created: 50, '409 insufficient_stock': 150 });
  expect(await api.readStock(productId)).toEqual([50, 50]);
  expect((await (await api.operatorClient('orders')).system.doctor.query()).violations).toEqual([]);
});

test('concurrent orders that list the same products in opposite order all succeed', async () => {
  const [a, b] = [await api.createProduct({ quantity: 100 }), await api.createProduct({ quantity: 100 })];
  const shopper = await api.customerClient();
  const orders = Array.from({ length: 60 }, (_, index) => {
    const lines = [
      { productId: a, quantity: 1 },
      { productId: b, quantity: 1 },
    ];
    return shopper.order.create.mutate({ lines: index % 2 === 0 ? lines : lines.toReversed() });
  });
  expect((await Promise.all(orders)).map(({ status }) => status)).toEqual(Array(60).fill('CREATED'));
  expect(await api.readStock(a)).toEqual([100, 60]);
  expect(await api.readStock(b)).toEqual([100, 60]);
});

test('of 20 concurrent attempts to pay one order one succeeds, and the others get a 409', async () => {
  const shopper = await api.customerClient();
  const { id: orderId } = await shopper.order.create.mutate({
    lines: [{ productId: await api.createProduct(), quantity: 1 }],
  });
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const call = shopper.payment.create.mutate({ orderId, provider: 'mock' });
      return (await call.then(
        () => true,
        () => false,
      ))
        ? 'created'
        : (await refusalFrom(call)).code;
    }),
  );
  expect(countBy(outcomes)).toEqual({ created: 1, payment_in_progress: 19 });
});
