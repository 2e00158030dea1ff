import { createTestShop, type TestShop } from '../../testing/test-shop.ts';

/** Opens a shop with functions that read the parts of an order. */
export async function openPaymentShop() {
  const shop = await createTestShop();
  return {
    ...shop,
    getOrder: (orderId: string) => shop.commerce.getOrder({ orderId }),
    listPayments: (orderId: string) => shop.commerce.listPayments({ orderId }),
    listRefunds: async (orderId: string) => (await shop.commerce.listRefunds({ orderId })).items,
  };
}

export type PaymentShop = Awaited<ReturnType<typeof openPaymentShop>>;

/** Creates an order of `quantity` units at 1,000 KRW with a live payment. Its product has `stock` units. */
export async function createPendingOrder(shop: TestShop, quantity = 2, stock = 10) {
  const productId = await shop.createTestProduct({ quantity: stock });
  return { productId, ...(await shop.createPendingOrder({ [productId]: quantity })) };
}

/** Creates an order with two attempts: the first has FAILED, the second is live. */
export async function createSecondAttempt(shop: TestShop) {
  const { productId, orderId, payment: first } = await createPendingOrder(shop);
  await shop.sendWebhook('FAILED', first);
  const second = await shop.commerce.createPayment({ orderId, provider: 'mock' });
  return { productId, orderId, first, second };
}
