import { createCommerce } from '../../commerce.ts';
import { mockGateway } from '../../gateways/mock.ts';
import { newId } from '../../ids.ts';
import { createTestShop, webhookSecret, type OrderTexts, type TestShop } from '../test-shop.ts';
import { failingWebhooks, populateWebhooks } from './webhooks.ts';
import { populateMoney } from './money.ts';
import { populateExchanges } from './exchanges.ts';
import { populateReturns } from './returns.ts';
import { populateShipments } from './shipments.ts';

/**
 * Creates a shop with orders in every state that the flows can reach, made by the flows themselves. Every order has
 * `orderTexts`.
 */
export async function createPopulatedShop(orderTexts: OrderTexts = {}): Promise<TestShop> {
  const shop = await createTestShop({ quote, orderTexts, webhooks: failingWebhooks });
  await createCatalog(shop);
  const mug = await shop.createTestProduct({ quantity: 1_000, priceAmount: 900 });
  const tray = await shop.createTestProduct({ quantity: 1_000, priceAmount: 2_500 });
  // Everything twice, so that no state depends on being the only one of its kind.
  for (const basket of [{ [mug]: 2, [tray]: 1 }, { [tray]: 3 }]) {
    await createUnpaidOrders(shop, basket);
    await placeAsGuests(shop, basket, orderTexts);
    await createPaidOrders(shop, basket);
    await populateShipments(shop, basket);
    await createSurpluses(shop, basket);
    await approveLate(shop, basket);
    await createReviews(shop, basket);
    await populateMoney(shop, basket);
  }
  for (let twice = 0; twice < 2; twice += 1) await populateReturns(shop, { [mug]: 3, [tray]: 1 });
  for (let twice = 0; twice < 2; twice += 1) await populateExchanges(shop, { [mug]: 3, [tray]: 1 }, orderTexts);
  await createGatewayEvents(shop, { [mug]: 1 });
  await populateWebhooks(shop);
  await shop.commerce.numberEvents();
  while ((await shop.commerce.updateReports()) > 0);
  return shop;
}

const quote = () => [
  { kind: 'SHIPPING' as const, name: 'Parcel', quantity: 1, unitAmount: 3_000 },
  { kind: 'DISCOUNT' as const, name: 'Welcome', quantity: 2, unitAmount: -150 },
  { kind: 'TAX' as const, name: 'VAT', quantity: 1, unitAmount: 120 },
];

type Basket = Record<string, number>;

async function createCatalog({ commerce, createTestProduct }: TestShop): Promise<void> {
  const productId = await createTestProduct({ quantity: 40 });
  await commerce.renameProduct({ productId, name: 'A better thing' });
  await commerce.repriceProduct({ productId, priceAmount: 1_200 });
  await commerce.updateProduct({ productId, description: 'It is even better.', metadata: { color: 'blue' } });
  await commerce.receiveStock({ productId, quantity: 5, reason: 'second delivery' });
  await commerce.countStock({ productId, countedQty: 43, expectedShelfQty: 45, reason: 'two were broken' });
  await commerce.archiveProduct({ productId });
  await createTestProduct({ quantity: 0 });
}

async function createUnpaidOrders(
  { commerce, createTestOrder, createPendingOrder, sendWebhook, expireTestOrder }: TestShop,
  basket: Basket,
): Promise<void> {
  await createTestOrder(basket);
  await createPendingOrder(basket);
  await sendWebhook('FAILED', (await createPendingOrder(basket)).payment, { failureCode: 'card_declined' });
  await commerce.cancelOrder({ orderId: (await createTestOrder(basket)).id });
  await commerce.cancelOrder({ orderId: (await createPendingOrder(basket)).orderId });
  await expireTestOrder((await createTestOrder(basket)).id);
  const retried = await createPendingOrder(basket);
  await sendWebhook('FAILED', retried.payment);
  await commerce.createPayment({ orderId: retried.orderId, provider: 'mock' });
  await expireTestOrder(retried.orderId);
  await changeTexts({ commerce, createTestOrder }, basket);
}

/** Orders of guests: one that is open, one that is paid, and one whose contact was erased. */
async function placeAsGuests({ commerce, sendWebhook }: TestShop, basket: Basket, orderTexts: OrderTexts) {
  const lines = Object.entries(basket).map(([productId, quantity]) => ({ productId, quantity }));
  const place = async () =>
    commerce.placeGuestOrder({ contact: { email: 'jo@mail.example' }, ...orderTexts, lines, origin: 'an address' });
  await place();
  const { id: paid } = await place();
  await sendWebhook('AUTHORIZED', await commerce.createPayment({ orderId: paid, provider: 'mock' }));
  const { id: erased } = await place();
  await commerce.cancelOrder({ orderId: erased });
  await commerce.redactOrder({ orderId: erased });
}

async function changeTexts(
  { commerce, createTestOrder }: Pick<TestShop, 'commerce' | 'createTestOrder'>,
  basket: Basket,
): Promise<void> {
  const { id: orderId, version: expectedVersion } = await createTestOrder(basket);
  await commerce.updateOrder({ orderId, expectedVersion, contact: { name: 'Bo' } });
  await commerce.noteOrder({ orderId, text: 'Bo called.' });
  await commerce.cancelOrder({ orderId });
  await commerce.redactOrder({ orderId });
}

async function createPaidOrder({ createPendingOrder, sendWebhook }: TestShop, basket: Basket) {
  const { orderId, payment } = await createPendingOrder(basket);
  await sendWebhook('AUTHORIZED', payment);
  return { orderId, payment };
}

async function createPaidOrders(shop: TestShop, basket: Basket): Promise<void> {
  const { commerce, sendWebhook } = shop;
  const { payment } = await createPaidOrder(shop, basket);
  await sendWebhook('AUTHORIZED', payment);
  await sendWebhook('FAILED', payment);
  await commerce.cancelOrder({ orderId: (await createPaidOrder(shop, basket)).orderId });
}

/** Approvals for orders that can't take the money: each payment is a surplus and gets a refund. */
async function createSurpluses({ commerce, createPendingOrder, sendWebhook }: TestShop, basket: Basket): Promise<void> {
  const canceled = await createPendingOrder(basket);
  await commerce.cancelOrder({ orderId: canceled.orderId });
  await sendWebhook('FAILED', canceled.payment);
  await sendWebhook('AUTHORIZED', canceled.payment);
  await commerce.clearAttention({ orderId: canceled.orderId });

  const otherAmount = await createPendingOrder(basket);
  await commerce.cancelOrder({ orderId: otherAmount.orderId });
  await sendWebhook('AUTHORIZED', otherAmount.payment, { amount: 7 });

  const twice = await createPendingOrder(basket);
  await sendWebhook('FAILED', twice.payment);
  await sendWebhook('FAILED', twice.payment);
  const second = await commerce.createPayment({ orderId: twice.orderId, provider: 'mock' });
  await sendWebhook('AUTHORIZED', second);
  await sendWebhook('AUTHORIZED', twice.payment);
}

async function approveLate(shop: TestShop, basket: Basket): Promise<void> {
  const { commerce, createTestProduct, createPendingOrder, createTestOrder, sendWebhook, expireTestOrder } = shop;
  const failed = await createPendingOrder(basket);
  await sendWebhook('FAILED', failed.payment);
  await sendWebhook('AUTHORIZED', failed.payment);

  const expired = await createPendingOrder(basket);
  await expireTestOrder(expired.orderId);
  await sendWebhook('AUTHORIZED', expired.payment);

  const overtaken = await createPendingOrder(basket);
  await sendWebhook('FAILED', overtaken.payment);
  await commerce.createPayment({ orderId: overtaken.orderId, provider: 'mock' });
  await sendWebhook('AUTHORIZED', overtaken.payment);

  const scarce = await createTestProduct({ quantity: 1 });
  const outOfStock = await createPendingOrder({ [scarce]: 1 });
  await expireTestOrder(outOfStock.orderId);
  await createTestOrder({ [scarce]: 1 });
  await sendWebhook('AUTHORIZED', outOfStock.payment);
}

async function createReviews(
  { commerce, createPendingOrder, sendWebhook, expireTestOrder }: TestShop,
  basket: Basket,
): Promise<void> {
  const waiting = await createPendingOrder(basket);
  await sendWebhook('AUTHORIZED', waiting.payment, { amount: waiting.payment.amount - 1 });
  await sendWebhook('FAILED', waiting.payment);
  await sendWebhook('AUTHORIZED', waiting.payment);
  await expireTestOrder(waiting.orderId);

  const afterFailure = await createPendingOrder(basket);
  await sendWebhook('FAILED', afterFailure.payment);
  await sendWebhook('AUTHORIZED', afterFailure.payment, { currency: 'USD' });

  const canceled = await createPendingOrder(basket);
  await sendWebhook('AUTHORIZED', canceled.payment, { amount: 5 });
  await commerce.cancelOrder({ orderId: canceled.orderId });

  const paid = await createPendingOrder(basket);
  await sendWebhook('AUTHORIZED', paid.payment);
  await sendWebhook('AUTHORIZED', paid.payment, { amount: paid.payment.amount + 1 });
}

/** Gateway events that wait, that were given up, and that contradict an earlier one. */
async function createGatewayEvents(shop: TestShop, basket: Basket): Promise<void> {
  const { commerce, database, createTestOrder, createPendingOrder, sendWebhook } = shop;
  const unknown = () => ({ id: newId(), amount: 100, currency: 'KRW' });
  await sendWebhook('AUTHORIZED', unknown());
  for (let retried = 1; retried > 0;) {
    await database.pool.query(`
      update commerce.gateway_events set due_at = now() - interval '1 second' where due_at is not null`);
    retried = await commerce.retryGatewayEvents();
  }
  await sendWebhook('AUTHORIZED', unknown());

  const { payment } = await createPendingOrder(basket);
  await sendWebhook('FAILED', payment, { eventId: 'evt_contradicted' });
  await sendWebhook('AUTHORIZED', payment, { eventId: 'evt_contradicted' });

  // A gateway's event about another gateway's payment names a payment that this gateway doesn't have.
  const former = createCommerce({ database, gateways: [{ ...mockGateway([webhookSecret]), provider: 'former' }] });
  const { id: orderId } = await createTestOrder(basket);
  await sendWebhook('AUTHORIZED', await former.createPayment({ orderId, provider: 'former' }));
}
