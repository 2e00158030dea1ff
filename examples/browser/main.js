// A page without a framework: a button for each product, and the status of the order that was placed.
import { commerceErrorOf, createClient, formatMoney } from '@commerce-core/client';

const shop = createClient({
  url: import.meta.env.VITE_SHOP_URL,
  token: async () => (await fetch('/token', { method: 'POST' })).text(),
});

/** @param {string} text */
const say = (text) => {
  const status = document.getElementById('status');
  if (status) status.textContent = text;
};

/** @param {string} productId */
async function order(productId) {
  try {
    const { id: orderId } = await shop.order.create.mutate({ lines: [{ productId, quantity: 1 }] });
    const { amount, currency, id: paymentId } = await shop.payment.create.mutate({ orderId, provider: 'mock' });
    shop.order.watch.subscribe(
      { orderId },
      { onData: ({ data }) => say(data.order.status), onError: (error) => say(error.message) },
    );
    await fetch('/pay', { method: 'POST', body: JSON.stringify({ paymentId, amount, currency, outcome: 'CAPTURED' }) });
  } catch (error) {
    say(commerceErrorOf(error)?.hint ?? 'The shop cannot be reached.');
  }
}

const words = { IN_STOCK: 'in stock', FEW_LEFT: 'few left', SOLD_OUT: 'sold out' };

const { items } = await shop.product.list.query();
for (const { id, sku, name, priceAmount, currency, availability } of items) {
  const button = document.createElement('button');
  button.textContent = `Buy ${name} for ${formatMoney(priceAmount, currency, 'en-GB')}, ${words[availability]}`;
  button.dataset['sku'] = sku;
  button.addEventListener('click', () => void order(id));
  document.getElementById('products')?.append(button);
}
