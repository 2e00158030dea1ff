import { commerceErrorOf, createClient } from '@commerce-core/client';

const { COMMERCE_URL = 'http://127.0.0.1:3000', SIMULATOR_URL = 'http://127.0.0.1:3001', CUSTOMER_TOKEN } = process.env;
const shop = createClient({ url: COMMERCE_URL, token: CUSTOMER_TOKEN });

const [product] = (await shop.product.list.query({ sku: 'MUG-STONEWARE' })).items;
if (!product || product.availability === 'SOLD_OUT') throw new Error('the mug is sold out');

try {
  // Reserves the stock, or refuses the whole order.
  const order = await shop.order.create.mutate({ lines: [{ productId: product.id, quantity: 1 }] });
  const payment = await shop.payment.create.mutate({ orderId: order.id, provider: 'mock' });

  // Sends the order as it is, and again when it has changed, over one connection that renews itself.
  const decided = new Promise<string>((resolve, reject) => {
    const watching = shop.order.watch.subscribe(
      { orderId: order.id },
      {
        onData({ data: { order: changed } }) {
          if (changed.status === 'CREATED' || changed.status === 'PAYMENT_PENDING') return;
          watching.unsubscribe();
          resolve(changed.status);
        },
        onError: reject,
      },
    );
  });

  // The shopper pays at the gateway, which then sends the shop a webhook.
  const { id: paymentId, amount, currency } = payment;
  const outcome = 'CAPTURED';
  const headers = { 'content-type': 'application/json' };
  await fetch(`${SIMULATOR_URL}/pay`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ paymentId, amount, currency, outcome }),
  });

  console.log(`${product.name}: ${await decided}, ${amount} ${currency}`);
} catch (error) {
  const refusal = commerceErrorOf(error);
  if (refusal?.code !== 'insufficient_stock') throw error;
  for (const { productId, requestedQty, sellableQty } of refusal.details.products) {
    console.log(`${productId}: ${requestedQty} requested, ${sellableQty} can be sold`);
  }
}
