import { randomUUID } from 'node:crypto';
import { attentionHints } from '@commerce-core/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../client.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { createPendingOrder } from '../testing/create-pending-order.ts';
import { present } from '../testing/present.ts';
import { refusalFrom } from '../testing/refusal-from.ts';

let api: TestApi;
let customer: Client;
let operator: Client;
beforeAll(async () => {
  api = await startTestApi();
  customer = await api.customerClient();
  operator = await api.operatorClient();
});
afterAll(() => api?.close());

const orderStatus = async (orderId: string) => (await customer.order.get.query({ orderId })).status;
const paymentStatuses = async (orderId: string) =>
  (await customer.payment.list.query({ orderId })).items.map(({ status }) => status);

test('an attempt makes the order PAYMENT_PENDING, and a second live one gets a 409', async () => {
  const { orderId, payment, productId } = await createPendingOrder(api, customer);
  expect(payment).toMatchObject({ orderId, provider: 'mock', status: 'CREATED', amount: 2_000, currency: 'KRW' });
  expect(await orderStatus(orderId)).toBe('PAYMENT_PENDING');
  expect(await api.readStock(productId)).toEqual([5, 2]);
  expect(await refusalFrom(customer.payment.create.mutate({ orderId, provider: 'mock' }))).toEqual({
    status: 409,
    code: 'payment_in_progress',
  });
});

test('an attempt at a provider that is not configured gets a 404', async () => {
  const { orderId } = await createPendingOrder(api, customer);
  expect(await refusalFrom(customer.payment.create.mutate({ orderId, provider: 'stripe' }))).toEqual({
    status: 404,
    code: 'provider_not_configured',
  });
});

test('an approval pays the order and sells its stock; then the order ships and arrives', async () => {
  const { orderId, productId, approval } = await createPendingOrder(api, customer);
  expect(await api.sendWebhook(approval)).toEqual({
    status: 200,
    body: { outcome: 'APPLIED', effect: 'order_paid', duplicate: false, eventId: expect.any(String) },
  });
  expect([await orderStatus(orderId), await paymentStatuses(orderId)]).toEqual(['PAID', ['AUTHORIZED']]);
  expect(await api.readStock(productId)).toEqual([3, 0]);

  const {
    items: [shipment],
    nextCursor,
  } = await customer.shipment.list.query({ orderId });
  expect([shipment?.status, nextCursor]).toEqual(['READY', null]);
  const { id: shipmentId } = present(shipment, 'shipment');
  const parcel = { carrier: 'CJ', trackingNumber: '1234' };
  expect(await operator.shipment.dispatch.mutate({ shipmentId, ...parcel })).toMatchObject({
    status: 'SHIPPED',
    ...parcel,
    parcels: [{ ...parcel, tracking: 'LABEL', trackingUrl: expect.stringMatching(/^https:.*1234$/) }],
  });
  expect(await refusalFrom(customer.order.cancel.mutate({ orderId }))).toMatchObject({
    status: 409,
    code: 'invalid_transition',
  });
  expect(await operator.shipment.markInTransit.mutate({ shipmentId })).toMatchObject({ status: 'IN_TRANSIT' });
  expect(await operator.shipment.deliver.mutate({ shipmentId })).toMatchObject({ status: 'DELIVERED' });
  expect(await customer.order.get.query({ orderId })).toMatchObject({ status: 'PAID', fulfillmentStatus: 'DELIVERED' });
  expect(await refusalFrom(operator.shipment.deliver.mutate({ shipmentId: randomUUID() }))).toEqual({
    status: 404,
    code: 'shipment_not_found',
  });
});

test('a failed attempt releases the stock; a new attempt reserves it again and may succeed', async () => {
  const { orderId, productId, failure } = await createPendingOrder(api, customer);
  expect((await api.sendWebhook(failure)).body).toMatchObject({ outcome: 'APPLIED', effect: 'payment_failed' });
  expect(await orderStatus(orderId)).toBe('PAYMENT_FAILED');
  expect(await api.readStock(productId)).toEqual([5, 0]);
  const { id: paymentId, amount, currency } = await customer.payment.create.mutate({ orderId, provider: 'mock' });
  expect(await api.readStock(productId)).toEqual([5, 2]);
  await api.sendWebhook({ type: 'AUTHORIZED', paymentId, amount, currency });
  expect([await orderStatus(orderId), await paymentStatuses(orderId)]).toEqual(['PAID', ['AUTHORIZED', 'FAILED']]);
  expect(await api.readStock(productId)).toEqual([3, 0]);
});

test('another amount than the order’s leaves it unpaid and needing attention', async () => {
  const { orderId, productId, approval } = await createPendingOrder(api, customer);
  expect((await api.sendWebhook({ ...approval, amount: 1_999 })).body).toMatchObject({
    outcome: 'APPLIED',
    effect: 'payment_in_review',
  });
  expect(await customer.order.get.query({ orderId })).toMatchObject({
    status: 'PAYMENT_PENDING',
    needsAttention: 'amount_mismatch',
  });
  const hints = { attentionReasons: ['amount_mismatch'], attentionHints: [attentionHints.amount_mismatch] };
  expect(await operator.order.get.query({ orderId })).toMatchObject(hints);
  const { items } = await operator.order.list.query({ needsAttention: true });
  expect(items.find(({ id }) => id === orderId)).toMatchObject(hints);
  expect(await customer.order.get.query({ orderId })).not.toHaveProperty('attentionHints');
  expect(await api.readStock(productId)).toEqual([5, 2]);
  expect(await operator.order.clearAttention.mutate({ orderId })).toMatchObject({ needsAttention: null });
});

test('an approval of a canceled order is surplus, which is refunded', async () => {
  const { orderId, approval } = await createPendingOrder(api, customer);
  await customer.order.cancel.mutate({ orderId });
  expect(await api.sendWebhook(approval)).toMatchObject({
    status: 200,
    body: { outcome: 'APPLIED', effect: 'surplus' },
  });
  const { items } = await (await api.operatorClient('money')).refund.list.query({ orderId });
  expect(items).toMatchObject([{ status: 'REQUESTED', amount: 2_000, reason: 'surplus' }]);
});
