import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commerceErrorOf, type Client } from '../client.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';

let api: TestApi;
let productId: string;
beforeAll(async () => {
  api = await startTestApi({ guestOrders: { secrets: ['a secret of guests in the tests only'] } });
  productId = await api.createProduct({ quantity: 4_732 });
});
afterAll(() => api?.close());

const refusedProducts = async (call: Promise<unknown>) => {
  const error = commerceErrorOf(await call.catch((thrown: unknown) => thrown));
  if (error?.code !== 'insufficient_stock') throw new Error(`the call ended with ${error?.code}`);
  return error.details.products;
};

const contact = { email: 'kim@example.com', name: 'Kim' };
const shoppers: [string, () => Promise<Client>, object][] = [
  ['a caller without a token', async () => api.anonymousClient(), { contact }],
  ['a customer', async () => api.customerClient(), {}],
];

describe.each(shoppers)('%s', (_, clientOf, more) => {
  test('who wants very many units learns how many can be ordered, and not how many there are', async () => {
    const client = await clientOf();
    const lines = [{ productId, quantity: 5_000 }];
    const shortage = { productId, requestedQty: 5_000, sellableQty: 4_000 };
    expect((await client.order.quote.query({ lines })).shortages).toEqual([shortage]);
    // Lines of the same product are one request.
    const halves = [1, 2].map(() => ({ productId, quantity: 2_500 }));
    expect((await client.order.quote.query({ lines: halves })).shortages).toEqual([shortage]);
  });

  test('who wants a usual number of units learns how many are left', async () => {
    const client = await clientOf();
    const few = await api.createProduct({ quantity: 13 });
    const quote = async (quantity: number) =>
      (await client.order.quote.query({ lines: [{ productId: few, quantity }] })).shortages[0]?.sellableQty;
    expect(await quote(20)).toBe(13);
    expect(await quote(21)).toBe(10);
    expect(await quote(13)).toBeUndefined();
    const lines = [{ productId: few, quantity: 20 }];
    expect(await refusedProducts(client.order.create.mutate({ lines, ...more }))).toEqual([
      { productId: few, requestedQty: 20, sellableQty: 13 },
    ]);
  });
});

test('a refused order says no more than a quote, also when it is sent again with its key', async () => {
  const client = await api.customerClient();
  const order = async () =>
    refusedProducts(
      client.order.create.mutate(
        { lines: [{ productId, quantity: 900_000 }] },
        { context: { idempotencyKey: 'the-same-purchase-again' } },
      ),
    );
  const told = [{ productId, requestedQty: 900_000, sellableQty: 4_000 }];
  expect(await order()).toEqual(told);
  expect(await order()).toEqual(told);
});

test('a sold-out product has no units for anyone', async () => {
  const soldOut = await api.createProduct({ quantity: 0 });
  const { shortages } = await api
    .anonymousClient()
    .order.quote.query({ lines: [{ productId: soldOut, quantity: 50 }] });
  expect(shortages).toEqual([{ productId: soldOut, requestedQty: 50, sellableQty: 0 }]);
});

test('an operator learns the exact number', async () => {
  const client = await api.operatorClient('orders');
  const lines = [{ productId, quantity: 5_000 }];
  const exact = [{ productId, requestedQty: 5_000, sellableQty: 4_732 }];
  expect((await client.order.quote.query({ lines })).shortages).toEqual(exact);
  expect(await refusedProducts(client.order.create.mutate({ customerId: 'customer-1', lines }))).toEqual(exact);
});
