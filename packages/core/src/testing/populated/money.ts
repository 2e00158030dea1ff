import { first } from '../only.ts';
import type { TestShop } from '../test-shop.ts';

/** Makes captures, refunds of every kind, disputes and review decisions, by the flows and the mock gateway. */
export async function populateMoney(shop: TestShop, basket: Record<string, number>): Promise<void> {
  await createPendingPayment(shop, basket);
  await capturePart(shop, basket);
  await refundInParts(shop, basket);
  await refundByLines(shop, basket);
  await cancelUnits(shop, basket);
  await refundInDashboard(shop, basket);
  await createDisputes(shop, basket);
  await decideReviews(shop, basket);
  await cancelAtGateway(shop, basket);
  await createUnsentRefund(shop, basket);
}

async function createPaidOrder(
  { createPendingOrder, sendWebhook }: TestShop,
  basket: Record<string, number>,
  type: 'AUTHORIZED' | 'CAPTURED' = 'CAPTURED',
) {
  const { orderId, payment } = await createPendingOrder(basket);
  await sendWebhook(type, payment);
  return { orderId, payment };
}

async function createPendingPayment(shop: TestShop, basket: Record<string, number>): Promise<void> {
  const { payment } = await shop.createPendingOrder(basket);
  await shop.sendWebhook('PENDING', payment, { payableUntil: new Date(Date.now() + 3 * 24 * 60 * 60_000) });
}

async function capturePart(shop: TestShop, basket: Record<string, number>): Promise<void> {
  const { payment } = await createPaidOrder(shop, basket, 'AUTHORIZED');
  await shop.commerce.capturePayment({ paymentId: payment.id, amount: payment.amount - 100 });
  await shop.commerce.callGateways();
}

async function refundInParts(shop: TestShop, basket: Record<string, number>): Promise<void> {
  const { orderId, payment } = await createPaidOrder(shop, basket);
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
  const { orderId } = await createPaidOrder(shop, basket);
  await shop.commerce.createRefund({ orderId, lines: [{ lineNo: 1, quantity: 2, restock: true }] });
  await shop.commerce.callGateways();
  const whole = await createPaidOrder(shop, basket);
  const { quantity } = first((await shop.commerce.getOrder({ orderId: whole.orderId })).lines);
  for (let unit = 0; unit < quantity; unit += 1)
    await shop.commerce.createRefund({ orderId: whole.orderId, lines: [{ lineNo: 1, quantity: 1 }] });
  await shop.commerce.callGateways();
  const shipped = await createPaidOrder(shop, basket);
  const parcel = first(await shop.commerce.listShipments({ orderId: shipped.orderId }));
  await shop.commerce.dispatchShipment({ shipmentId: parcel.id, carrier: 'Post', trackingNumber: parcel.id });
  await shop.commerce.createRefund({ orderId: shipped.orderId, lines: [{ lineNo: 1, quantity: 1, restock: false }] });
  await shop.commerce.callGateways();
  const { orderId: canceled } = await createPaidOrder(shop, basket);
  await shop.commerce.createRefund({ orderId: canceled, lines: [{ lineNo: 1, quantity: 1, restock: true }] });
  await shop.commerce.cancelOrder({ orderId: canceled });
  await shop.commerce.callGateways();
}

/** Units of orders that are captured, authorized and shipped in part are canceled; then the rest of one of them. */
async function cancelUnits(shop: TestShop, basket: Record<string, number>): Promise<void> {
  const one = [{ lineNo: 1, quantity: 1 }];
  const captured = await createPaidOrder(shop, basket);
  await shop.commerce.cancelLines({ orderId: captured.orderId, lines: one, reason: 'ordered twice' });
  await shop.commerce.cancelOrder({ orderId: captured.orderId });
  const authorized = await createPaidOrder(shop, basket, 'AUTHORIZED');
  await shop.commerce.cancelLines({ orderId: authorized.orderId, lines: one });
  await shop.commerce.capturePayment({ paymentId: authorized.payment.id });
  await shop.commerce.callGateways();
  const shipped = await createPaidOrder(shop, basket);
  const ready = first(await shop.commerce.listShipments({ orderId: shipped.orderId }));
  const part = await shop.commerce.splitShipment({ shipmentId: ready.id, lines: one });
  await shop.commerce.dispatchShipment({ shipmentId: part.id, carrier: 'Post', trackingNumber: part.id });
  await shop.commerce.cancelLines({
    orderId: shipped.orderId,
    lines: ready.lines
      .map(({ lineNo, quantity }) => ({
        lineNo,
        quantity: lineNo === 1 ? quantity - 1 : quantity,
      }))
      .filter(({ quantity }) => quantity > 0),
  });
  await shop.commerce.callGateways();
}

async function refundInDashboard(shop: TestShop, basket: Record<string, number>): Promise<void> {
  const { payment } = await createPaidOrder(shop, basket);
  await shop.sendWebhook('REFUNDED', { ...payment, amount: 700 }, { objectId: 're_dashboard' });
}

async function createDisputes(shop: TestShop, basket: Record<string, number>): Promise<void> {
  const { payment } = await createPaidOrder(shop, basket);
  await shop.sendWebhook('DISPUTE_OPENED', payment, { objectId: 'dp_1' });
  await shop.sendWebhook('DISPUTE_WON', payment, { objectId: 'dp_1' });
  await shop.sendWebhook('DISPUTE_LOST', payment, { objectId: 'dp_2' });
  const canceled = await createPaidOrder(shop, basket);
  await shop.sendWebhook('DISPUTE_LOST', { ...canceled.payment, amount: 500 }, { objectId: 'dp_3' });
  await shop.commerce.cancelOrder({ orderId: canceled.orderId });
  await shop.commerce.callGateways();
}

async function decideReviews(shop: TestShop, basket: Record<string, number>): Promise<void> {
  for (const decision of ['ACCEPT', 'REJECT'] as const) {
    for (const type of ['AUTHORIZED', 'CAPTURED'] as const) {
      const { payment } = await shop.createPendingOrder(basket);
      await shop.sendWebhook(type, { ...payment, amount: payment.amount - 1 });
      await shop.commerce.decideReview({ paymentId: payment.id, decision });
    }
  }
  await shop.commerce.callGateways();
}

/** The authorization is canceled at the gateway before the shop's own gateway call. */
async function cancelAtGateway(shop: TestShop, basket: Record<string, number>): Promise<void> {
  const { orderId, payment } = await createPaidOrder(shop, basket, 'AUTHORIZED');
  await shop.commerce.cancelOrder({ orderId });
  await shop.sendWebhook('CANCELED', payment);
  await shop.sendWebhook('AUTHORIZED', payment);
}

async function createUnsentRefund(shop: TestShop, basket: Record<string, number>): Promise<void> {
  const { orderId } = await createPaidOrder(shop, basket, 'AUTHORIZED');
  await shop.commerce.cancelOrder({ orderId });
}
