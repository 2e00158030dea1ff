import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestShop, errorCodeOf, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

test.each([
  ['ZZZ', 'ZZZ'],
  ['XAU', 'XAU'],
  ['bitcoin', 'XXX'],
])('money that a gateway reports in %s is reviewed as %s, and goes back when it is rejected', async (named, stored) => {
  const productId = await shop.createTestProduct();
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 2 });
  expect(await shop.sendWebhook('CAPTURED', payment, { currency: named })).toMatchObject({
    outcome: 'APPLIED',
    effect: 'payment_in_review',
  });
  const paymentId = payment.id;
  expect(await shop.commerce.getPayment({ paymentId })).toMatchObject({ status: 'REVIEW', reportedCurrency: stored });
  expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ needsAttention: 'amount_mismatch' });
  expect(await errorCodeOf(shop.commerce.decideReview({ paymentId, decision: 'ACCEPT' }))).toBe('currency_mismatch');
  await shop.commerce.decideReview({ paymentId, decision: 'REJECT' });
  await shop.commerce.callGateways();
  const { items } = await shop.commerce.listRefunds({ orderId });
  expect(items).toMatchObject([{ status: 'SUCCEEDED', amount: 2000, currency: stored }]);
});

test('a product with a currency that is refused today can be read, repriced and ordered', async () => {
  const id = randomUUID();
  expect(
    await errorCodeOf(shop.commerce.createProduct({ sku: id, name: 'Old', priceAmount: 5, currency: 'ZZZ' })),
  ).toBe('validation_failed');
  const productId = await shop.createTestProduct();
  await shop.database.pool.query(`update commerce.products set currency = 'ZZZ' where id = $1`, [productId]);
  expect(await shop.commerce.getProduct({ productId })).toMatchObject({ currency: 'ZZZ' });
  expect((await shop.commerce.listProducts()).items.map(({ currency }) => currency)).toContain('ZZZ');
  expect(await shop.commerce.repriceProduct({ productId, priceAmount: 7 })).toMatchObject({ currency: 'ZZZ' });
  const order = await shop.createTestOrder({ [productId]: 2 });
  expect(order).toMatchObject({ currency: 'ZZZ', totalAmount: 14 });
  expect((await shop.commerce.listOrders()).items[0]).toMatchObject({ currency: 'ZZZ' });
});
