import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from './testing/index.ts';
import { refused } from './testing/refused.ts';

let api: TestApi;
beforeAll(async () => (api = await startTestApi()));
afterAll(() => api?.close());

const tally = (outcomes: string[]) =>
  Object.fromEntries([...Map.groupBy(outcomes, (outcome) => outcome)].map(([outcome, all]) => [outcome, all.length]));

test('of 200 shoppers at once for 50 units exactly 50 get an order, and the others a 409', async () => {
  const productId = await api.product({ quantity: 50 });
  const shoppers = await Promise.all(Array.from({ length: 200 }, () => api.customer()));
  const outcomes = await Promise.all(
    shoppers.map(async (shopper) => {
      const call = shopper.order.create.mutate({ lines: [{ productId, quantity: 1 }] });
      const created = await call.then(
        () => true,
        () => false,
      );
      if (created) return 'created';
      const { status, code } = await refused(call);
      return `${status} ${code}`;
    }),
  );
  expect(tally(outcomes)).toEqual({ created: 50, '409 insufficient_stock': 150 });
  expect(await api.stock(productId)).toEqual([50, 50]);
  expect((await (await api.operator('orders')).system.doctor.query()).violations).toEqual([]);
});

test('orders that name the same products in opposite order all get through', async () => {
  const [a, b] = [await api.product({ quantity: 100 }), await api.product({ quantity: 100 })];
  const shopper = await api.customer();
  const orders = Array.from({ length: 60 }, (_, index) => {
    const lines = [
      { productId: a, quantity: 1 },
      { productId: b, quantity: 1 },
    ];
    return shopper.order.create.mutate({ lines: index % 2 === 0 ? lines : lines.toReversed() });
  });
  expect((await Promise.all(orders)).map(({ status }) => status)).toEqual(Array(60).fill('CREATED'));
  expect(await api.stock(a)).toEqual([100, 60]);
  expect(await api.stock(b)).toEqual([100, 60]);
});

test('of 20 attempts at once to pay one order one is live, and the others answer 409', async () => {
  const shopper = await api.customer();
  const { id: orderId } = await shopper.order.create.mutate({
    lines: [{ productId: await api.product(), quantity: 1 }],
  });
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const call = shopper.payment.create.mutate({ orderId, provider: 'mock' });
      return (await call.then(
        () => true,
        () => false,
      ))
        ? 'created'
        : (await refused(call)).code;
    }),
  );
  expect(tally(outcomes)).toEqual({ created: 1, payment_in_progress: 19 });
});
