import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from './testing/index.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => {
  await api?.close();
});

test.each([
  `'); drop table commerce.orders; --`,
  `' or '1'='1`,
  `" or ""="`,
  String.raw`\'; select pg_sleep(5); --`,
  `$1; $$ delete from commerce.products $$`,
  `%_*?{}[]`,
])('a text with SQL in it is stored and found as a text, and no statement: %s', async (text) => {
  const operator = await api.operatorClient();
  const { id: productId } = await operator.product.create.mutate({
    sku: text,
    name: text,
    priceAmount: 100,
    currency: 'EUR',
  });
  await operator.stock.receive.mutate({ productId, quantity: 1 });
  const contact = { email: 'jo@example.com', name: text };
  const lines = [{ productId, quantity: 1 }];
  const { id } = await operator.order.create.mutate({ customerId: text, lines, reference: text, contact });

  expect((await operator.product.list.query({ sku: text })).items).toMatchObject([{ id: productId, name: text }]);
  expect((await operator.order.list.query({ customerId: text })).items).toMatchObject([{ id, reference: text }]);
  expect(await operator.order.get.query({ orderId: id })).toMatchObject({ contact, lines: [{ name: text }] });
});
