import { randomUUID } from 'node:crypto';
import type { Client } from '../client.ts';
import { mutationInputs } from './mutation-inputs.ts';
import { present } from './present.ts';
import type { TestApi } from './test-api.ts';

/** What the inputs of queries and of mutations without a key need. */
export type Shop = Awaited<ReturnType<typeof createShop>>;

/** Creates one of each thing that a procedure may name. */
export async function createShop(api: TestApi, operator: Client) {
  const inputs = mutationInputs(() => api);
  const inputOf = async (path: string) => present(inputs[path], path)() as Promise<Record<string, string>>;
  const { parcelId = '' } = await inputOf('parcel.deliver');
  const { returnId = '' } = await inputOf('return.close');
  const { gatewayEventId = '' } = await inputOf('gatewayEvent.redrive');
  const { messageId = '' } = await inputOf('trackingMessage.redrive');
  const { paymentId = '' } = await inputOf('payment.confirm');
  const productId = await api.createProduct();
  const { orderId } = await api.commerce.getReturn({ returnId });
  const [shipment] = await api.commerce.listShipments({ orderId });
  const email = 'jo@mail.example';
  const ofGuest = await api
    .anonymousClient()
    .order.create.mutate(
      { lines: [{ productId, quantity: 1 }], contact: { email } },
      { context: { idempotencyKey: randomUUID() } },
    );
  const key = await operator.apiKey.create.mutate({ name: 'of the tests', scopes: ['stock'] });
  const { id: endpointId } = await operator.webhookEndpoint.create.mutate({ url: 'https://receiver.example/' });
  const review = await inputOf('payment.decideReview');
  const { orderId: reviewedOrderId } = await api.commerce.getPayment({ paymentId: present(review['paymentId']) });
  const guestOrderId = ofGuest.id;
  return {
    parcelId,
    returnId,
    gatewayEventId,
    messageId,
    paymentId,
    productId,
    orderId,
    email,
    guestOrderId,
    endpointId,
    reviewedOrderId,
    shipmentId: present(shipment, 'shipment').id,
    apiKeyId: key.id,
    sessionId: (await api.commerce.signIn({ key: key.key })).sessionId,
  };
}

/** An input that succeeds for each query, and for each mutation without a key, in an order in which they succeed. */
export function otherInputs(shop: Shop): Record<string, unknown> {
  const { orderId, productId, returnId, paymentId, parcelId, endpointId, gatewayEventId, messageId } = shop;
  return {
    'product.list': {},
    'product.get': { productId },
    'stock.get': { productId },
    'stock.movements': { productId },
    'stock.list': {},
    'shippingOption.list': {},
    'order.quote': { lines: [{ productId, quantity: 1 }] },
    'order.get': { orderId },
    'order.list': {},
    'order.stats': {},
    'sales.daily': { from: '2026-11-01', to: '2026-11-30', timeZone: 'Asia/Seoul' },
    'order.history': { orderId },
    'order.renewAccess': { email: shop.email, orderId: shop.guestOrderId },
    'order.clearAttention': { orderId: shop.reviewedOrderId },
    'payment.list': { orderId },
    'payment.get': { paymentId },
    'payment.listAll': {},
    'payment.reconcile': {},
    'payment.resume': { paymentId },
    'payment.poll': { paymentId },
    'refund.list': {},
    'refund.preview': { orderId },
    'dispute.list': {},
    'return.get': { returnId },
    'return.list': {},
    'return.preview': { returnId },
    'return.previewExchange': { returnId, order: { lines: [{ productId, quantity: 1 }] } },
    'return.listCredits': { returnId },
    'session.get': {},
    'session.createLink': {},
    'session.list': {},
    'session.end': { sessionId: shop.sessionId },
    'shipment.list': { orderId },
    'shipment.listAll': {},
    'shipment.packingSlips': { shipmentIds: [shop.shipmentId] },
    'shipment.find': { names: [orderId] },
    'parcel.get': { parcelId },
    'parcel.history': { parcelId },
    'trackingMessage.list': {},
    'trackingMessage.get': { messageId },
    'event.list': { limit: 500 },
    'gatewayEvent.list': {},
    'gatewayEvent.get': { gatewayEventId },
    'gatewayEvent.fetchMissed': { provider: 'stripe', since: '2026-01-01T00:00:00Z' },
    'gatewayCall.list': {},
    'webhookEndpoint.create': { url: 'https://other.example/', ed25519: true },
    'webhookEndpoint.get': { endpointId },
    'webhookEndpoint.list': {},
    'webhookEndpoint.update': { endpointId, description: 'of the tests' },
    'webhookEndpoint.pause': { endpointId },
    'webhookEndpoint.resume': { endpointId },
    'webhookEndpoint.rewind': { endpointId, to: '0' },
    'webhookEndpoint.rotateSecret': { endpointId },
    'webhookEndpoint.test': { endpointId },
    'delivery.list': { endpointId },
    'delivery.redrive': { endpointId, from: '0', to: '1.1' },
    'webhookEndpoint.delete': { endpointId },
    'eventSink.list': undefined,
    'eventSink.republish': { sink: 'broker', from: '0' },
    'apiKey.list': {},
    'apiKey.create': { name: 'another', scopes: ['stock'] },
    'apiKey.revoke': { apiKeyId: shop.apiKeyId },
    'system.doctor': undefined,
    'system.status': undefined,
    'system.lookUp': { kind: 'order', text: orderId },
  };
}
