import { afterEach, expect, test } from 'vitest';
import { startTestShop, type TestShop } from './index.ts';

const shops: TestShop[] = [];
const start: typeof startTestShop = async (options) => {
  const shop = await startTestShop(options);
  shops.push(shop);
  return shop;
};
afterEach(async () => {
  for (const shop of shops.splice(0)) await shop.stop();
});

async function placeOrder({ commerce }: TestShop) {
  const product = await commerce.createProduct({ sku: 'CUP', name: 'Cup', priceAmount: 900, currency: 'EUR' });
  await commerce.receiveStock({ productId: product.id, quantity: 5 });
  const order = await commerce.placeOrder({ customerId: 'kim', lines: [{ productId: product.id, quantity: 2 }] });
  const payment = await commerce.createPayment({ orderId: order.id, provider: 'mock' });
  return { product, order, payment };
}

test('an order is paid by a signed webhook, and its stock is sold', async () => {
  const shop = await start();
  const { product, order, payment } = await placeOrder(shop);
  await shop.settle(payment);
  expect(await shop.commerce.getOrder({ orderId: order.id })).toMatchObject({ status: 'PAID', totalAmount: 1_800 });
  expect(await shop.commerce.getStock({ productId: product.id })).toMatchObject({ availableQty: 3, unshippedQty: 2 });
});

test('a payment that fails leaves the order unpaid', async () => {
  const shop = await start();
  const { order, payment } = await placeOrder(shop);
  await shop.settle(payment, 'FAILED');
  expect(await shop.commerce.getOrder({ orderId: order.id })).toMatchObject({ status: 'PAYMENT_FAILED' });
});

test('a webhook about a payment that the shop does not know throws', async () => {
  const shop = await start();
  const unknown = { id: '0195d0a0-0000-7000-8000-000000000000', amount: 1, currency: 'EUR' };
  await expect(shop.settle(unknown)).rejects.toThrow('the webhook was not applied: UNMATCHED');
});

test('two shops share nothing', async () => {
  const [one, other] = await Promise.all([start(), start()]);
  await placeOrder(one);
  expect((await other.commerce.listProducts({})).items).toEqual([]);
});
