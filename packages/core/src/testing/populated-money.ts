import type { TestShop } from './test-shop.ts';

/** Captures, refunds of every kind, disputes and decisions, each brought about by the flows and a gateway that obeys. */
export async function populateMoney(shop: TestShop, basket: Record<string, number>): Promise<void> {
  await waitForDeposit(shop, basket);
  await captureInPart(shop, basket);
  await refundInParts(shop, basket);
  await refundByLines(shop, basket);
  await refundAtTheGateway(shop, basket);
  await dispute(shop, basket);
  await decide(shop, basket);
  await letGoAtTheGateway(shop, basket);
  await leaveOneUnsent(shop, basket);
}

async function paid(
  { createPendingOrder, sendWebhook }: TestShop,
  basket: Record<string, number>,
  type: 'AUTHORIZED' | 'CAPTURED' = 'CAPTURED',
) {
  const { orderId, payment } = await createPendingOrder(basket);
  await sendWebhook(type, payment);
  return { orderId, payment };
}

async function waitForDeposit(shop: TestShop, basket: Record<string, number>): Promise<void> {
  const { payment } = await shop.createPendingOrder(basket);
  await shop.sendWebhook('PENDING', payment, { payableUntil: new Date(Date.now() + 3 * 24 * 60 * 60_000) });
}

async function captureInPart(shop: TestShop, basket: Record<string, number>): Promise<void> {
  const { payment } = await paid(shop, basket, 'AUTHORIZED');
  await shop.commerce.capturePayment({ paymentId: payment.id, amount: payment.amount - 100 });
  await shop.commerce.callGateways();
}

async function refundInParts(shop: TestShop, basket: Record<string, number>): Promise<void> {
  const { orderId, payment } = await paid(shop, basket);
  await shop.commerce.createRefund({ orderId, amount: 500 });
  await shop.commerce.callGateways();
  const { id: refundId } = await shop.commerce.createRefund({ orderId });
  await shop.sendWebhook(
    'REFUND_FAILED',
    { ...payment, amount: payment.amount - 500 },
    { refundId, failureCode: 'account_closed' },
  );
}

async function refundByLines(shop: TestShop, basket: Record<string, number>): Promise<void> {
  const { orderId } = await paid(shop, basket);
  await shop.commerce.createRefund({ orderId, lines: [{ lineNo: 1, quantity: 2, restock: true }] });
  await shop.commerce.callGateways();
  const shipped = await paid(shop, basket);
  const [parcel] = await shop.commerce.listShipments({ orderId: shipped.orderId });
  await shop.commerce.dispatchShipment({ shipmentId: parcel!.id, carrier: 'Post', trackingNumber: 'R-1' });
  await shop.commerce.createRefund({ orderId: shipped.orderId, lines: [{ lineNo: 1, quantity: 1, restock: false }] });
  await shop.commerce.callGateways();
  const { orderId: canceled } = await paid(shop, basket);
  await shop.commerce.createRefund({ orderId: canceled, lines: [{ lineNo: 1, quantity: 1, restock: true }] });
  await shop.commerce.cancelOrder({ orderId: canceled });
  await shop.commerce.callGateways();
}

async function refundAtTheGateway(shop: TestShop, basket: Record<string, number>): Promise<void> {
  const { payment } = await paid(shop, basket);
  await shop.sendWebhook('REFUNDED', { ...payment, amount: 700 }, { objectId: 're_dashboard' });
}

async function dispute(shop: TestShop, basket: Record<string, number>): Promise<void> {
  const { payment } = await paid(shop, basket);
  await shop.sendWebhook('DISPUTE_OPENED', payment, { objectId: 'dp_1' });
  await shop.sendWebhook('DISPUTE_WON', payment, { objectId: 'dp_1' });
  await shop.sendWebhook('DISPUTE_LOST', payment, { objectId: 'dp_2' });
}

async function decide(shop: TestShop, basket: Record<string, number>): Promise<void> {
  for (const decision of ['ACCEPT', 'REJECT'] as const) {
    for (const type of ['AUTHORIZED', 'CAPTURED'] as const) {
      const { payment } = await shop.createPendingOrder(basket);
      await shop.sendWebhook(type, { ...payment, amount: payment.amount - 1 });
      await shop.commerce.decideReview({ paymentId: payment.id, decision });
    }
  }
  await shop.commerce.callGateways();
}

/** Whoever lets go of the authorization at the gateway is faster than the shop's own call. */
async function letGoAtTheGateway(shop: TestShop, basket: Record<string, number>): Promise<void> {
  const { orderId, payment } = await paid(shop, basket, 'AUTHORIZED');
  await shop.commerce.cancelOrder({ orderId });
  await shop.sendWebhook('CANCELED', payment);
  await shop.sendWebhook('AUTHORIZED', payment);
}

async function leaveOneUnsent(shop: TestShop, basket: Record<string, number>): Promise<void> {
  const { orderId } = await paid(shop, basket, 'AUTHORIZED');
  await shop.commerce.cancelOrder({ orderId });
}
