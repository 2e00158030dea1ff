import { createArrivedOrder } from './returns.ts';
import type { OrderTexts, TestShop } from '../test-shop.ts';

type Basket = Record<string, number>;
type Texts = Omit<OrderTexts, 'contact'>;

/**
 * Creates exchanges in every state that the flows can reach, with these texts. They have the contact of the old orders.
 */
export async function populateExchanges(
  shop: TestShop,
  basket: Basket,
  { contact: _, ...texts }: OrderTexts,
): Promise<void> {
  const { commerce, expireTestOrder } = shop;
  await exchange(shop, basket, texts);
  await expireTestOrder((await exchange(shop, basket, texts)).id);
  await pay(shop, (await exchange(shop, basket, texts)).id);
  const canceled = await exchange(shop, basket, texts);
  await pay(shop, canceled.id);
  await commerce.cancelOrder({ orderId: canceled.id });
  await exchangeForLess(shop, basket, texts);
  await commerce.settleCredits();
}

/** Takes one unit of an order back, and exchanges it for one that costs more, because its order has shipping. */
async function exchange(shop: TestShop, basket: Basket, texts: Texts) {
  const { productIds, returnId } = await takeBack(shop, basket, 1);
  const fees = [{ name: 'Return label', amount: 50 }];
  const lines = productIds.slice(0, 1).map((productId) => ({ productId, quantity: 1 }));
  return shop.commerce.exchangeReturn({ returnId, fees, order: { ...texts, lines } });
}

/** Takes everything back and exchanges it for one unit, so that the rest is refunded. Then exchanges that once more. */
async function exchangeForLess(shop: TestShop, basket: Basket, texts: Texts): Promise<void> {
  const { commerce } = shop;
  const { productIds, returnId } = await takeBack(shop, basket);
  const lines = productIds.slice(0, 1).map((productId) => ({ productId, quantity: 1 }));
  const { id: orderId } = await commerce.exchangeReturn({ returnId, order: { ...texts, lines } });
  for (const { id: shipmentId } of await commerce.listShipments({ orderId }))
    await commerce.dispatchShipment({ shipmentId, carrier: 'Return Post', trackingNumber: `X-${orderId}` });
  const again = await receive(shop, orderId, [{ lineNo: 1, quantity: 1 }]);
  await commerce.exchangeReturn({ returnId: again, order: { ...texts, lines } });
}

async function takeBack(shop: TestShop, basket: Basket, quantityMax = Infinity) {
  const { orderId } = await createArrivedOrder(shop, basket);
  const { lines } = await shop.commerce.getOrder({ orderId });
  const products = lines.filter(({ kind }) => kind === 'PRODUCT');
  const returned = products
    .slice(0, quantityMax)
    .map(({ lineNo, quantity }) => ({ lineNo, quantity: Math.min(quantity, quantityMax) }));
  const returnId = await receive(shop, orderId, returned);
  return { returnId, productIds: products.flatMap(({ productId }) => productId ?? []) };
}

/** Requests, approves and receives a return. Returns its id. */
async function receive({ commerce }: TestShop, orderId: string, lines: { lineNo: number; quantity: number }[]) {
  const { id: returnId } = await commerce.requestReturn({ orderId, lines });
  await commerce.approveReturn({ returnId });
  await commerce.receiveReturn({
    returnId,
    lines: lines.map(({ lineNo, quantity }) => ({ lineNo, restockQty: quantity })),
  });
  return returnId;
}

async function pay({ commerce, sendWebhook }: TestShop, orderId: string): Promise<void> {
  await sendWebhook('CAPTURED', await commerce.createPayment({ orderId, provider: 'mock' }));
}
