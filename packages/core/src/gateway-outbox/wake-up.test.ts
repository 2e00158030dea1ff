import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestShop, type TestShop } from '../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(async () => {
  await shop.close();
});

test('the commit of a call to a gateway wakes the job that makes it', async () => {
  const { payment } = await shop.createPendingOrder({ [await shop.createTestProduct()]: 1 });
  await shop.sendWebhook('AUTHORIZED', payment);
  const heard: string[] = [];
  shop.database.notices.listen((topic) => heard.push(topic));
  await shop.commerce.capturePayment({ paymentId: payment.id });
  expect(heard).toEqual(['call_gateway_mock']);
});
