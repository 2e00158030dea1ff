import type { Commerce } from '@commerce-core/core';

/** Places an order of two hats, of which there are five. `priceAmount` is a hat's price in won. */
export async function placeTestOrder(commerce: Commerce, priceAmount: number) {
  const product = { sku: 'HAT', name: 'Hat', priceAmount, currency: 'KRW' };
  const { id: productId } = await commerce.createProduct(product);
  await commerce.receiveStock({ productId, quantity: 5 });
  const { id: orderId } = await commerce.placeOrder({ customerId: 'kim', lines: [{ productId, quantity: 2 }] });
  return { productId, orderId };
}
