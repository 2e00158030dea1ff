import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../client.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { pendingOrder } from '../testing/pending-order.ts';
import { refused } from '../testing/refused.ts';

let api: TestApi;
let customer: Client;
let operator: Client;
beforeAll(async () => {
  api = await startTestApi();
  customer = await api.customer();
  operator = await api.operator();
});
afterAll(() => api?.close());

const orderStatus = async (orderId: string) => (await customer.order.get.query({ orderId })).status;
const attempts = async (orderId: string) =>
  (await customer.payment.list.query({ orderId })).items.map(({ status }) => status);

test('an attempt makes the order PAYMENT_PENDING, itself CREATED; another one meanwhile answers 409', async () => {
  const { orderId, payment, productId } = await pendingOrder(api, customer);
  expect(payment).toMatchObject({ orderId, provider: 'mock', status: 'CREATED', amount: 2_000, currency: 'KRW' });
  expect(await orderStatus(orderId)).toBe('PAYMENT_PENDING');
  expect(await api.stock(productId)).toEqual([5, 2]);
  expect(await refused(customer.payment.create.mutate({ orderId, provider: 'mock' }))).toEqual({
    status: 409,
    code: 'payment_in_progress',
  });
});

test('a provider that is not configured answers 404', async () => {
  const { orderId } = await pendingOrder(api, customer);
  expect(await refused(customer.payment.create.mutate({ orderId, provider: 'stripe' }))).toEqual({
    status: 404,
    code: 'provider_not_configured',
  });
});

test('an approval pays the order and takes the stock; then it ships and arrives', async () => {
  const { orderId, productId, approval } = await pendingOrder(api, customer);
  expect(await api.webhook(approval)).toEqual({
    status: 200,
    body: { outcome: 'APPLIED', effect: 'order_paid', duplicate: false, eventId: expect.any(String) },
  });
  expect([await orderStatus(orderId), await attempts(orderId)]).toEqual(['PAID', ['AUTHORIZED']]);
  expect(await api.stock(productId)).toEqual([3, 0]);

  const {
    items: [shipment],
    nextCursor,
  } = await customer.shipment.list.query({ orderId });
  expect([shipment?.status, nextCursor]).toEqual(['READY', null]);
  const shipmentId = shipment!.id;
  const parcel = { carrier: 'CJ', trackingNumber: '1234' };
  expect(await operator.shipment.dispatch.mutate({ shipmentId, ...parcel })).toMatchObject({
    status: 'SHIPPED',
    ...parcel,
  });
  expect(await refused(customer.order.cancel.mutate({ orderId }))).toMatchObject({
    status: 409,
    code: 'invalid_transition',
  });
  expect(await operator.shipment.markInTransit.mutate({ shipmentId })).toMatchObject({ status: 'IN_TRANSIT' });
  expect(await operator.shipment.deliver.mutate({ shipmentId })).toMatchObject({ status: 'DELIVERED' });
  expect(await customer.order.get.query({ orderId })).toMatchObject({ status: 'PAID', fulfillmentStatus: 'DELIVERED' });
  expect(await refused(operator.shipment.deliver.mutate({ shipmentId: randomUUID() }))).toEqual({
    status: 404,
    code: 'shipment_not_found',
  });
});

test('a failure gives the stock back; a new attempt holds it again and may succeed', async () => {
  const { orderId, productId, failure } = await pendingOrder(api, customer);
  expect((await api.webhook(failure)).body).toMatchObject({ outcome: 'APPLIED', effect: 'payment_failed' });
  expect(await orderStatus(orderId)).toBe('PAYMENT_FAILED');
  expect(await api.stock(productId)).toEqual([5, 0]);
  const { id: paymentId, amount, currency } = await customer.payment.create.mutate({ orderId, provider: 'mock' });
  expect(await api.stock(productId)).toEqual([5, 2]);
  await api.webhook({ type: 'AUTHORIZED', paymentId, amount, currency });
  expect([await orderStatus(orderId), await attempts(orderId)]).toEqual(['PAID', ['AUTHORIZED', 'FAILED']]);
  expect(await api.stock(productId)).toEqual([3, 0]);
});

test('another amount than was asked leaves the order unpaid and asks for a person', async () => {
  const { orderId, productId, approval } = await pendingOrder(api, customer);
  expect((await api.webhook({ ...approval, amount: 1_999 })).body).toMatchObject({
    outcome: 'APPLIED',
    effect: 'payment_in_review',
  });
  expect(await customer.order.get.query({ orderId })).toMatchObject({
    status: 'PAYMENT_PENDING',
    needsAttention: 'amount_mismatch',
  });
  expect(await api.stock(productId)).toEqual([5, 2]);
  expect(await operator.order.clearAttention.mutate({ orderId })).toMatchObject({ needsAttention: null });
});

test('an approval after the order was canceled is money to give back', async () => {
  const { orderId, approval } = await pendingOrder(api, customer);
  await customer.order.cancel.mutate({ orderId });
  expect(await api.webhook(approval)).toMatchObject({ status: 200, body: { outcome: 'APPLIED', effect: 'surplus' } });
  const { items } = await (await api.operator('money')).refund.list.query({ orderId });
  expect(items).toMatchObject([{ status: 'REQUESTED', amount: 2_000, reason: 'surplus' }]);
});
