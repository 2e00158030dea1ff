import { createCommerce } from '../commerce.ts';
import { mockGateway } from '../gateways/mock.ts';
import { newId } from '../ids.ts';
import { openShop, webhookSecret, type Shop } from './shop.ts';
import { moveMoney } from './moved-money.ts';

/** A shop with orders in every state that the flows can reach, each brought there by them. */
export async function openLivedInShop(): Promise<Shop> {
  const shop = await openShop({ quote });
  await keepCatalogue(shop);
  const mug = await shop.product({ quantity: 1_000, priceAmount: 900 });
  const tray = await shop.product({ quantity: 1_000, priceAmount: 2_500 });
  // The whole of it twice: what one of them left is no longer said of the other.
  for (const basket of [{ [mug]: 2, [tray]: 1 }, { [tray]: 3 }]) {
    await leaveUnpaid(shop, basket);
    await leavePaid(shop, basket);
    await ship(shop, basket);
    await leaveMoneyBehind(shop, basket);
    await approveTooLate(shop, basket);
    await review(shop, basket);
    await moveMoney(shop, basket);
  }
  await leaveMessages(shop, { [mug]: 1 });
  return shop;
}

const quote = () => [
  { kind: 'SHIPPING' as const, name: 'Parcel', quantity: 1, unitAmount: 3_000 },
  { kind: 'DISCOUNT' as const, name: 'Welcome', quantity: 2, unitAmount: -150 },
  { kind: 'TAX' as const, name: 'VAT', quantity: 1, unitAmount: 120 },
];

type Basket = Record<string, number>;

async function keepCatalogue({ commerce, product }: Shop): Promise<void> {
  const productId = await product({ quantity: 40 });
  await commerce.renameProduct({ productId, name: 'A better thing' });
  await commerce.repriceProduct({ productId, priceAmount: 1_200 });
  await commerce.receiveStock({ productId, quantity: 5, reason: 'second delivery' });
  await commerce.setStock({ productId, expectedAvailableQty: 45, availableQty: 43, reason: 'two were broken' });
  await commerce.archiveProduct({ productId });
  await product({ quantity: 0 });
}

async function leaveUnpaid({ commerce, order, pending, tell, expire }: Shop, basket: Basket): Promise<void> {
  await order(basket);
  await pending(basket);
  await tell('FAILED', (await pending(basket)).payment, { failureCode: 'card_declined' });
  await commerce.cancelOrder({ orderId: (await order(basket)).id });
  await commerce.cancelOrder({ orderId: (await pending(basket)).orderId });
  await expire((await order(basket)).id);
  const retried = await pending(basket);
  await tell('FAILED', retried.payment);
  await commerce.createPayment({ orderId: retried.orderId, provider: 'mock' });
  await expire(retried.orderId);
}

async function pay({ pending, tell }: Shop, basket: Basket) {
  const { orderId, payment } = await pending(basket);
  await tell('AUTHORIZED', payment);
  return { orderId, payment };
}

async function leavePaid(shop: Shop, basket: Basket): Promise<void> {
  const { commerce, tell } = shop;
  const { payment } = await pay(shop, basket);
  await tell('AUTHORIZED', payment);
  await tell('FAILED', payment);
  await commerce.cancelOrder({ orderId: (await pay(shop, basket)).orderId });
}

async function ship(shop: Shop, basket: Basket): Promise<void> {
  const { commerce } = shop;
  const dispatched = async () => {
    const [parcel] = await commerce.listShipments({ orderId: (await pay(shop, basket)).orderId });
    return commerce.dispatchShipment({ shipmentId: parcel!.id, carrier: 'Pigeon Post', trackingNumber: 'P-1' });
  };
  await dispatched();
  await commerce.markShipmentInTransit({ shipmentId: (await dispatched()).id });
  await commerce.deliverShipment({ shipmentId: (await dispatched()).id });
  const { id: shipmentId } = await dispatched();
  await commerce.markShipmentInTransit({ shipmentId });
  await commerce.deliverShipment({ shipmentId });
}

/** Money for orders that can't take it: each is surplus, and asked back. */
async function leaveMoneyBehind({ commerce, pending, tell }: Shop, basket: Basket): Promise<void> {
  const canceled = await pending(basket);
  await commerce.cancelOrder({ orderId: canceled.orderId });
  await tell('FAILED', canceled.payment);
  await tell('AUTHORIZED', canceled.payment);
  await commerce.clearAttention({ orderId: canceled.orderId });

  const otherAmount = await pending(basket);
  await commerce.cancelOrder({ orderId: otherAmount.orderId });
  await tell('AUTHORIZED', otherAmount.payment, { amount: 7 });

  const twice = await pending(basket);
  await tell('FAILED', twice.payment);
  await tell('FAILED', twice.payment);
  const second = await commerce.createPayment({ orderId: twice.orderId, provider: 'mock' });
  await tell('AUTHORIZED', second);
  await tell('AUTHORIZED', twice.payment);
}

async function approveTooLate(shop: Shop, basket: Basket): Promise<void> {
  const { commerce, product, pending, order, tell, expire } = shop;
  const failed = await pending(basket);
  await tell('FAILED', failed.payment);
  await tell('AUTHORIZED', failed.payment);

  const expired = await pending(basket);
  await expire(expired.orderId);
  await tell('AUTHORIZED', expired.payment);

  const overtaken = await pending(basket);
  await tell('FAILED', overtaken.payment);
  await commerce.createPayment({ orderId: overtaken.orderId, provider: 'mock' });
  await tell('AUTHORIZED', overtaken.payment);

  const scarce = await product({ quantity: 1 });
  const outOfStock = await pending({ [scarce]: 1 });
  await expire(outOfStock.orderId);
  await order({ [scarce]: 1 });
  await tell('AUTHORIZED', outOfStock.payment);
}

async function review({ commerce, pending, tell, expire }: Shop, basket: Basket): Promise<void> {
  const waiting = await pending(basket);
  await tell('AUTHORIZED', waiting.payment, { amount: waiting.payment.amount - 1 });
  await tell('FAILED', waiting.payment);
  await tell('AUTHORIZED', waiting.payment);
  await expire(waiting.orderId);

  const afterFailure = await pending(basket);
  await tell('FAILED', afterFailure.payment);
  await tell('AUTHORIZED', afterFailure.payment, { currency: 'USD' });

  const canceled = await pending(basket);
  await tell('AUTHORIZED', canceled.payment, { amount: 5 });
  await commerce.cancelOrder({ orderId: canceled.orderId });

  const paid = await pending(basket);
  await tell('AUTHORIZED', paid.payment);
  await tell('AUTHORIZED', paid.payment, { amount: paid.payment.amount + 1 });
}

/** Messages that wait, that were given up on, and that contradict an earlier one. */
async function leaveMessages(shop: Shop, basket: Basket): Promise<void> {
  const { commerce, database, order, pending, tell } = shop;
  const unknown = () => ({ id: newId(), amount: 100, currency: 'KRW' });
  await tell('AUTHORIZED', unknown());
  for (let retried = 1; retried > 0;) {
    await database.pool.query(`
      update commerce.gateway_events set due_at = now() - interval '1 second' where due_at is not null`);
    retried = await commerce.retryGatewayEvents();
  }
  await tell('AUTHORIZED', unknown());

  const { payment } = await pending(basket);
  await tell('FAILED', payment, { eventId: 'evt_contradicted' });
  await tell('AUTHORIZED', payment, { eventId: 'evt_contradicted' });

  // A gateway that speaks of another one's payment names one that it doesn't have.
  const former = createCommerce({ database, gateways: [{ ...mockGateway([webhookSecret]), provider: 'former' }] });
  const { id: orderId } = await order(basket);
  await tell('AUTHORIZED', await former.createPayment({ orderId, provider: 'former' }));
}
