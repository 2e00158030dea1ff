import { randomUUID } from 'node:crypto';
import { present } from './present.ts';
import type { TestApi } from './test-api.ts';

const orderOf = (productId: string) => ({ lines: [{ productId, quantity: 1 }] });

/**
 * An input that succeeds for each mutation that takes an Idempotency-Key, with the rows that it needs. The orders are
 * those of the customer `c`. The API has the fake gateway `stripe`.
 */
export function mutationInputs(api: () => TestApi): Record<string, () => Promise<object>> {
  const createOrder = async () =>
    api().commerce.placeOrder({ ...orderOf(await api().createProduct()), customerId: 'c' });
  const createDispatchedShipment = async () => {
    const shipmentId = await createReadyShipment();
    await api().commerce.dispatchShipment({ shipmentId, carrier: 'CJ', trackingNumber: '1' });
    return shipmentId;
  };
  const createAttempt = async (provider: string) =>
    api().commerce.createPayment({ orderId: (await createOrder()).id, provider });
  async function createApprovedPayment(type: 'AUTHORIZED' | 'CAPTURED', amount = 1_000) {
    const payment = await createAttempt('mock');
    await api().sendWebhook({ type, paymentId: payment.id, amount, currency: payment.currency });
    return payment;
  }
  const createReadyShipment = async () => {
    const { orderId } = await createApprovedPayment('AUTHORIZED');
    return present((await api().commerce.listShipments({ orderId }))[0], 'shipment').id;
  };
  const receiveUnmatchedEvent = async (): Promise<string> =>
    (await api().sendWebhook({ type: 'AUTHORIZED', paymentId: randomUUID(), amount: 1, currency: 'KRW' })).body.eventId;

  return {
    'product.create': async () => ({ sku: randomUUID(), name: 'x', priceAmount: 1, currency: 'KRW' }),
    'product.rename': async () => ({ productId: await api().createProduct(), name: 'Another' }),
    'product.reprice': async () => ({ productId: await api().createProduct(), priceAmount: 5 }),
    'product.archive': async () => ({ productId: await api().createProduct() }),
    'stock.receive': async () => ({ productId: await api().createProduct(), quantity: 5 }),
    'stock.count': async () => ({
      productId: await api().createProduct(),
      countedQty: 7,
      expectedShelfQty: 10,
      reason: 'counted',
    }),
    'shippingOption.create': async () => ({ name: 'Parcel', priceAmount: 490, currency: 'KRW', countries: ['KR'] }),
    'shippingOption.archive': async () => ({
      shippingOptionId: (
        await api().commerce.createShippingOption({ name: 'Parcel', priceAmount: 490, currency: 'KRW' })
      ).id,
    }),
    'order.create': async () => ({ ...orderOf(await api().createProduct()), customerId: 'c' }),
    'order.cancel': async () => ({ orderId: (await createOrder()).id }),
    'payment.create': async () => ({ orderId: (await createOrder()).id, provider: 'mock' }),
    'payment.confirm': async () => ({
      paymentId: (await createAttempt('stripe')).id,
      token: 'of the shopper’s browser',
    }),
    'payment.capture': async () => ({ paymentId: (await createApprovedPayment('AUTHORIZED')).id }),
    'payment.decideReview': async () => ({
      paymentId: (await createApprovedPayment('AUTHORIZED', 999)).id,
      decision: 'REJECT',
    }),
    'refund.create': async () => ({ orderId: (await createApprovedPayment('CAPTURED')).orderId }),
    'gatewayEvent.redrive': async () => ({ gatewayEventId: await receiveUnmatchedEvent() }),
    'gatewayEvent.dismiss': async () => ({ gatewayEventId: await receiveUnmatchedEvent() }),
    'shipment.dispatch': async () => ({ shipmentId: await createReadyShipment(), carrier: 'CJ', trackingNumber: '1' }),
    'shipment.markInTransit': async () => ({ shipmentId: await createDispatchedShipment() }),
    'shipment.deliver': async () => ({ shipmentId: await createDispatchedShipment() }),
  };
}
