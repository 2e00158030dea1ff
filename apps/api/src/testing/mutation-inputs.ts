import { randomUUID } from 'node:crypto';
import { present } from './present.ts';
import type { TestApi } from './test-api.ts';

const orderOf = (productId: string, quantity = 1) => ({ lines: [{ productId, quantity }] });

/**
 * An input that succeeds for each mutation that takes an Idempotency-Key, with the rows that it needs. The orders are
 * those of the customer `c`. The API has the fake gateway `stripe`.
 */
export function mutationInputs(api: () => TestApi): Record<string, () => Promise<object>> {
  const createOrder = async (quantity?: number) =>
    api().commerce.placeOrder({ ...orderOf(await api().createProduct(), quantity), customerId: 'c' });
  const createDispatchedShipment = async () => {
    const shipmentId = await createReadyShipment();
    await api().commerce.dispatchShipment({ shipmentId, carrier: 'CJ', trackingNumber: shipmentId });
    return shipmentId;
  };
  const createParcel = async (carrier = 'CJ') => {
    const shipmentId = await createReadyShipment();
    const dispatched = await api().commerce.dispatchShipment({ shipmentId, carrier, trackingNumber: shipmentId });
    return present(dispatched.parcels[0], 'parcel').id;
  };
  const createAttempt = async (provider: string, quantity?: number) =>
    api().commerce.createPayment({ orderId: (await createOrder(quantity)).id, provider });
  async function createApprovedPayment(type: 'AUTHORIZED' | 'CAPTURED', amount = 1_000, quantity = 1) {
    const payment = await createAttempt('mock', quantity);
    await api().sendWebhook({ type, paymentId: payment.id, amount, currency: payment.currency });
    return payment;
  }
  const createReadyShipment = async (quantity = 1) => {
    const { orderId } = await createApprovedPayment('AUTHORIZED', 1_000 * quantity, quantity);
    return present((await api().commerce.listShipments({ orderId }))[0], 'shipment').id;
  };
  const firstUnit = [{ lineNo: 1, quantity: 1 }];
  const createSentOrder = async () => {
    const { orderId } = await createApprovedPayment('CAPTURED');
    const { id: shipmentId } = present((await api().commerce.listShipments({ orderId }))[0], 'shipment');
    await api().commerce.dispatchShipment({ shipmentId, carrier: 'CJ', trackingNumber: shipmentId });
    return orderId;
  };
  const createReturn = async (status: 'REQUESTED' | 'APPROVED' | 'RECEIVED') => {
    const request = { orderId: await createSentOrder(), lines: firstUnit };
    const { id: returnId } = await api().commerce.requestReturn(request);
    if (status !== 'REQUESTED') await api().commerce.approveReturn({ returnId });
    if (status === 'RECEIVED') await api().commerce.receiveReturn({ returnId, lines: [{ lineNo: 1, restockQty: 1 }] });
    return returnId;
  };
  const receiveUnmatchedEvent = async (): Promise<string> =>
    (await api().sendWebhook({ type: 'AUTHORIZED', paymentId: randomUUID(), amount: 1, currency: 'KRW' })).body.eventId;
  const receiveUnmatchedMessage = async (): Promise<string> => {
    const checkpoints = [{ checkpointId: randomUUID(), tracking: 'MOVING' }];
    const report = { carrier: 'mock', trackingNumber: randomUUID(), checkpoints };
    return (await api().sendTracking({ reports: [report] })).body.messageId;
  };

  return {
    'product.create': async () => ({ sku: randomUUID(), name: 'x', priceAmount: 1, currency: 'KRW' }),
    'product.rename': async () => ({ productId: await api().createProduct(), name: 'Another' }),
    'product.reprice': async () => ({ productId: await api().createProduct(), priceAmount: 5 }),
    'product.update': async () => ({ productId: await api().createProduct(), description: 'What it is' }),
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
    'order.cancelLines': async () => {
      const { orderId } = await createApprovedPayment('CAPTURED', 2_000, 2);
      return { orderId, lines: [{ lineNo: 1, quantity: 1 }] };
    },
    'order.update': async () => {
      const { id: orderId, version } = await createOrder();
      return { orderId, expectedVersion: version, reference: 'by phone' };
    },
    'order.note': async () => ({ orderId: (await createOrder()).id, text: 'a note' }),
    'order.redact': async () => {
      const { id: orderId } = await createOrder();
      await api().commerce.cancelOrder({ orderId });
      return { orderId };
    },
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
    'shipment.split': async () => ({ shipmentId: await createReadyShipment(2), lines: [{ lineNo: 1, quantity: 1 }] }),
    'shipment.merge': async () => {
      const shipmentId = await createReadyShipment(2);
      const split = await api().commerce.splitShipment({ shipmentId, lines: [{ lineNo: 1, quantity: 1 }] });
      return { shipmentId: split.id, intoShipmentId: shipmentId };
    },
    'shipment.dispatch': async () => ({
      shipmentId: await createReadyShipment(),
      carrier: 'CJ',
      trackingNumber: randomUUID(),
    }),
    'shipment.markInTransit': async () => ({ shipmentId: await createDispatchedShipment() }),
    'shipment.deliver': async () => ({ shipmentId: await createDispatchedShipment() }),
    'shipment.markLost': async () => ({ shipmentId: await createDispatchedShipment() }),
    'shipment.markReturned': async () => ({ shipmentId: await createDispatchedShipment() }),
    'return.request': async () => ({ orderId: await createSentOrder(), lines: firstUnit }),
    'return.approve': async () => ({ returnId: await createReturn('REQUESTED') }),
    'return.decline': async () => ({ returnId: await createReturn('REQUESTED') }),
    'return.cancel': async () => ({ returnId: await createReturn('REQUESTED') }),
    'return.receive': async () => ({
      returnId: await createReturn('APPROVED'),
      lines: [{ lineNo: 1, restockQty: 1 }],
    }),
    'return.replace': async () => ({ returnId: await createReturn('RECEIVED'), lines: firstUnit }),
    'return.cancelReplacement': async () => {
      const returnId = await createReturn('RECEIVED');
      const { orderId } = await api().commerce.replaceReturn({ returnId, lines: firstUnit });
      const shipments = await api().commerce.listShipments({ orderId });
      return { returnId, shipmentId: present(shipments.at(-1), 'replacement').id };
    },
    'return.close': async () => ({ returnId: await createReturn('RECEIVED') }),
    'return.refundCredit': async () => {
      const order = orderOf(await api().createProduct());
      return { orderId: (await api().commerce.exchangeReturn({ returnId: await createReturn('RECEIVED'), order })).id };
    },
    'return.exchange': async () => ({
      returnId: await createReturn('RECEIVED'),
      order: orderOf(await api().createProduct()),
    }),
    'return.refund': async () => {
      const returnId = await createReturn('RECEIVED');
      return { returnId, expectedVersion: (await api().commerce.getReturn({ returnId })).orderVersion };
    },
    'parcel.deliver': async () => ({ parcelId: await createParcel() }),
    'parcel.track': async () => ({ parcelId: await createParcel('Mock Post') }),
    'trackingMessage.redrive': async () => ({ messageId: await receiveUnmatchedMessage() }),
    'trackingMessage.dismiss': async () => ({ messageId: await receiveUnmatchedMessage() }),
    'parcel.correct': async () => ({ parcelId: await createParcel(), trackingNumber: randomUUID() }),
  };
}
