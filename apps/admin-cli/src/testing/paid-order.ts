import { randomUUID } from 'node:crypto';
import type { TestShop } from './shop.ts';

/** An action at the simulator: a path and its input. */
export async function atSimulator(shop: TestShop, path: string, input: object): Promise<any> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${shop.simulatorUrl}${path}`, { method: 'POST', headers, body: JSON.stringify(input) });
  if (!response.ok) throw new Error(`the simulator answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** Creates an order of 2 units for 12.50 GBP each, with a payment that the gateway has reported on. */
export async function paidOrder(
  shop: TestShop,
  outcome: 'AUTHORIZED' | 'CAPTURED' = 'CAPTURED',
  amount = 2_500,
  capture?: 'MANUAL' | 'DISPATCH',
) {
  const sku = `SKU-${randomUUID()}`;
  await shop.client.product.create.mutate({ sku, name: 'Blue mug', priceAmount: 1_250, currency: 'GBP' });
  const { items } = await shop.client.product.list.query({ sku });
  const productId = items[0]!.id;
  await shop.client.stock.receive.mutate({ productId, quantity: 10 });
  const { id: orderId } = await shop.client.order.create.mutate({
    customerId: 'ana',
    lines: [{ productId, quantity: 2 }],
  });
  const { id: paymentId } = await shop.client.payment.create.mutate({ orderId, provider: 'mock', capture });
  await atSimulator(shop, '/pay', { paymentId, amount, currency: 'GBP', outcome });
  return { productId, orderId, paymentId };
}
