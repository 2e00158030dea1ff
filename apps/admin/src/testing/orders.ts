import type { TestApi } from '@commerce-core/api/testing';

/** An order that is paid, with its payment. */
export type PaidOrder = { orderId: string; number: string; paymentId: string; productId: string };

/** Places an order of units at 1,000 KRW each, and has the gateway report its payment. */
export async function createPaidOrder(
  api: TestApi,
  { quantity = 2, type = 'CAPTURED' }: { quantity?: number; type?: 'CAPTURED' | 'AUTHORIZED' } = {},
): Promise<PaidOrder> {
  const productId = await api.createProduct({ quantity: 100 });
  const { id: orderId, number } = await api.commerce.placeOrder({
    customerId: 'customer-1',
    lines: [{ productId, quantity }],
    contact: { name: 'Ana', email: 'ana@mail.example' },
    shippingAddress: { name: 'Ana', line1: '1 Harbour Street', city: 'Busan', postalCode: '48944', country: 'KR' },
    reference: `cart ${productId.slice(-4)}`,
  });
  const { id: paymentId, amount, currency } = await api.commerce.createPayment({ orderId, provider: 'mock' });
  await api.sendWebhook({ type, paymentId, amount, currency });
  return { orderId, number, paymentId, productId };
}

/** Has an order wait for a person: the shopper's bank contests its payment. */
export async function createDisputedOrder(api: TestApi): Promise<PaidOrder> {
  const order = await createPaidOrder(api);
  const { orderId, paymentId } = order;
  await api.sendWebhook({ type: 'DISPUTE_OPENED', paymentId, amount: 500, currency: 'KRW', objectId: `dp_${orderId}` });
  return order;
}

/**
 * Has an order wait for a person: a refund of it has failed. The API must not run jobs, which would call the gateway.
 */
export async function createFailedRefund(api: TestApi): Promise<PaidOrder> {
  const order = await createPaidOrder(api);
  const { orderId, paymentId } = order;
  const { id: refundId, currency } = await api.commerce.createRefund({ orderId, amount: 500 });
  await api.sendWebhook({ type: 'REFUND_FAILED', paymentId, refundId, amount: 500, currency });
  return order;
}

/** Creates a shipment that waits, one that has left, and a return of which a unit came back. Returns their ids. */
export async function createGoods(api: TestApi): Promise<Record<'ready' | 'sent' | 'sentOrder' | 'returned', string>> {
  const shipmentOf = async ({ orderId }: PaidOrder) => (await api.commerce.listShipments({ orderId }))[0]?.id ?? '';
  const ready = await shipmentOf(await createPaidOrder(api));
  const order = await createPaidOrder(api, { quantity: 3 });
  const sent = await shipmentOf(order);
  await api.commerce.dispatchShipment({ shipmentId: sent, carrier: 'DHL', trackingNumber: sent });
  const lines = [{ lineNo: 1, quantity: 2 }];
  const { id: returned } = await api.commerce.requestReturn({ orderId: order.orderId, lines, reason: 'too small' });
  await api.commerce.approveReturn({ returnId: returned });
  await api.commerce.receiveReturn({ returnId: returned, lines: [{ lineNo: 1, restockQty: 1 }] });
  return { ready, sent, sentOrder: order.orderId, returned };
}

/** Has an order wait for a person: the gateway took another amount than the order costs. */
export async function createReview(api: TestApi): Promise<PaidOrder> {
  const productId = await api.createProduct({ quantity: 100 });
  const { id: orderId, number } = await api.commerce.placeOrder({
    customerId: 'customer-1',
    lines: [{ productId, quantity: 2 }],
  });
  const { id: paymentId, currency } = await api.commerce.createPayment({ orderId, provider: 'mock' });
  await api.sendWebhook({ type: 'CAPTURED', paymentId, amount: 1_500, currency });
  return { orderId, number, paymentId, productId };
}
