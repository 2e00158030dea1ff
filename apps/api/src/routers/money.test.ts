import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../client.ts';
import { gatewayDouble } from '../testing/gateway-double.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { pendingOrder } from '../testing/pending-order.ts';
import { refused } from '../testing/refused.ts';

let api: TestApi;
let customer: Client;
let operator: Client;
beforeAll(async () => {
  api = await startTestApi({ gateways: [gatewayDouble('stripe').gateway] });
  customer = await api.customer();
  operator = await api.operator('orders', 'money', 'gateway-events');
});
afterAll(() => api?.close());

const paymentOf = async (orderId: string) => (await customer.payment.list.query({ orderId })).items[0]!;
const orderOf = (orderId: string) => customer.order.get.query({ orderId });

async function paidOrder(type: 'AUTHORIZED' | 'CAPTURED' = 'CAPTURED', amount = 2_000) {
  const pending = await pendingOrder(api, customer);
  await api.webhook({ ...pending.approval, type, amount });
  return { ...pending, paymentId: pending.payment.id };
}

describe('an attempt', () => {
  const attempt = async (provider: string, more: object = {}) => {
    const lines = [{ productId: await api.product(), quantity: 1 }];
    const { id: orderId } = await customer.order.create.mutate({ lines });
    return customer.payment.create.mutate({ orderId, provider, ...more });
  };

  test('answers what its front end needs to go on, typed by the provider', async () => {
    expect((await attempt('mock')).next).toEqual({ provider: 'mock' });
    const { id, next, status } = await attempt('stripe');
    expect([status, next]).toEqual([
      'PENDING',
      { provider: 'stripe', clientSecret: `client-secret-of-${id}`, publishableKey: null },
    ]);
  });

  test('says how it is captured and by which method; otherwise the provider’s own way', async () => {
    expect(await attempt('mock')).toMatchObject({ capture: 'MANUAL', method: null });
    expect(await attempt('stripe', { capture: 'MANUAL', method: 'card' })).toMatchObject({
      capture: 'MANUAL',
      method: 'card',
    });
  });

  test('is given again to its shopper who comes back, as long as it can be paid, and to nobody else', async () => {
    const created = await attempt('stripe');
    const { id: paymentId } = created;
    expect(await customer.payment.resume.mutate({ paymentId })).toMatchObject({ id: paymentId, next: created.next });
    const missing = { status: 404, code: 'payment_not_found' };
    expect(await refused((await api.customer()).payment.resume.mutate({ paymentId }))).toEqual(missing);
    expect(await refused(customer.payment.resume.mutate({ paymentId: randomUUID() }))).toEqual(missing);
    await customer.payment.confirm.mutate({ paymentId, token: 't' });
    expect(await customer.payment.resume.mutate({ paymentId })).toMatchObject({ status: 'CAPTURED', next: null });
  });

  test('is confirmed by its customer or an operator, and by nobody else', async () => {
    const [own, others] = [await attempt('stripe'), await attempt('stripe')];
    expect(await customer.payment.confirm.mutate({ paymentId: own.id, token: 't' })).toMatchObject({
      status: 'CAPTURED',
    });
    const stranger = await api.customer();
    const missing = await refused(stranger.payment.confirm.mutate({ paymentId: randomUUID(), token: 't' }));
    expect(missing).toEqual({ status: 404, code: 'payment_not_found' });
    expect(await refused(stranger.payment.confirm.mutate({ paymentId: others.id, token: 't' }))).toEqual(missing);
    await operator.payment.confirm.mutate({ paymentId: others.id, token: 't' });
    expect((await orderOf(others.orderId)).status).toBe('PAID');
  });

  test('that needs no confirmation refuses one', async () => {
    const { id: paymentId } = await attempt('mock');
    expect(await refused(customer.payment.confirm.mutate({ paymentId, token: 't' }))).toEqual({
      status: 409,
      code: 'unsupported_by_provider',
    });
  });
});

test('authorized money is captured in part, by a call that is listed; no more than was authorized, and once', async () => {
  const { orderId, paymentId } = await paidOrder('AUTHORIZED');
  expect(await refused(operator.payment.capture.mutate({ paymentId, amount: 2_001 }))).toEqual({
    status: 409,
    code: 'capture_exceeds_authorized',
    details: { authorizedAmount: 2_000, currency: 'KRW' },
  });
  expect(await operator.payment.capture.mutate({ paymentId, amount: 1_500 })).toMatchObject({ status: 'AUTHORIZED' });
  expect(await refused(operator.payment.capture.mutate({ paymentId }))).toMatchObject({ code: 'capture_in_progress' });
  const calls = async () => (await operator.gatewayCall.list.query({ orderId })).items;
  expect(await calls()).toMatchObject([{ kind: 'CAPTURE', status: 'DUE', amount: 1_500, attempts: 0 }]);
  await api.commerce.callGateways();
  expect(await calls()).toMatchObject([{ kind: 'CAPTURE', status: 'DONE', attempts: 1 }]);
  expect(await paymentOf(orderId)).toMatchObject({
    status: 'CAPTURED',
    capturedAmount: 1_500,
    authorizedAmount: 2_000,
  });
});

test('a payment of another amount waits for an operator, whose yes pays the order and whose no sends it back', async () => {
  const [yes, no] = [await paidOrder('CAPTURED', 1_999), await paidOrder('CAPTURED', 1_999)];
  const decide = (paymentId: string, decision: 'ACCEPT' | 'REJECT') =>
    operator.payment.decideReview.mutate({ paymentId, decision });
  expect(await decide(yes.paymentId, 'ACCEPT')).toMatchObject({ status: 'CAPTURED', capturedAmount: 1_999 });
  expect(await orderOf(yes.orderId)).toMatchObject({ status: 'PAID', needsAttention: null });
  expect(await decide(no.paymentId, 'REJECT')).toMatchObject({ status: 'CANCELED', surplus: true });
  const { items } = await operator.refund.list.query({ orderId: no.orderId });
  expect(items).toMatchObject([{ amount: 1_999, reason: 'amount_mismatch', status: 'REQUESTED' }]);
  expect(await refused(decide(no.paymentId, 'ACCEPT'))).toMatchObject({ status: 409, code: 'invalid_transition' });
});

test('a gateway is asked about a payment where it can be, once however often it is wanted', async () => {
  const { id: orderId } = await customer.order.create.mutate({
    lines: [{ productId: await api.product(), quantity: 1 }],
  });
  const { id: paymentId } = await customer.payment.create.mutate({ orderId, provider: 'stripe' });
  for (let times = 0; times < 2; times += 1) await operator.payment.poll.mutate({ paymentId });
  expect((await operator.gatewayCall.list.query({ orderId, status: 'DUE' })).items).toMatchObject([{ kind: 'POLL' }]);
  const { paymentId: ofMock } = await paidOrder();
  expect(await refused(operator.payment.poll.mutate({ paymentId: ofMock }))).toMatchObject({
    code: 'unsupported_by_provider',
  });
});

test('money goes back by lines, in part and in whole, and never more than there is', async () => {
  const { orderId, productId } = await paidOrder();
  const lines = [{ lineNo: 1, quantity: 1, restock: true }];
  expect(await operator.refund.create.mutate({ orderId, lines })).toMatchObject({
    status: 'REQUESTED',
    amount: 1_000,
    reason: 'requested',
  });
  expect(await api.stock(productId)).toEqual([4, 0]);
  expect(await operator.refund.create.mutate({ orderId, amount: 300 })).toMatchObject({ amount: 300 });
  expect(await refused(operator.refund.create.mutate({ orderId, amount: 701 }))).toEqual({
    status: 409,
    code: 'refund_exceeds_balance',
    details: { refundableAmount: 700, currency: 'KRW' },
  });
  expect(await operator.refund.create.mutate({ orderId })).toMatchObject({ amount: 700 });
  await api.commerce.callGateways();
  expect(await paymentOf(orderId)).toMatchObject({ refundedAmount: 2_000, refundReservedAmount: 0 });
});

test('the payments and disputes of all orders are listed, by provider and status', async () => {
  const { paymentId, payment } = await paidOrder();
  const { items } = await operator.payment.listAll.query({ provider: 'mock', status: 'CAPTURED', limit: 1 });
  expect(items).toMatchObject([{ id: paymentId }]);
  expect(await operator.payment.get.query({ paymentId })).toEqual(items[0]);
  expect((await operator.payment.listAll.query({ provider: 'nobody' })).items).toEqual([]);
  const { currency } = payment;
  await api.webhook({ type: 'DISPUTE_OPENED', paymentId, amount: 500, currency, objectId: 'dp_1' });
  expect((await operator.dispute.list.query({ status: 'OPEN' })).items).toMatchObject([
    { paymentId, gatewayDisputeId: 'dp_1', amount: 500, status: 'OPEN' },
  ]);
  const ofOrder = async (orderId: string) => (await operator.dispute.list.query({ orderId })).items.length;
  expect([await ofOrder(payment.orderId), await ofOrder(randomUUID())]).toEqual([1, 0]);
});

describe('a gateway’s event that waits', () => {
  const waiting = async (rawBody: string) => (await api.webhook(rawBody)).body.eventId as string;
  const outcomeOf = async (gatewayEventId: string) =>
    (await operator.gatewayEvent.get.query({ gatewayEventId })).outcome;

  test('is shown with its body as it came', async () => {
    const paymentId = randomUUID();
    const rawBody = `{ "type":"AUTHORIZED", "paymentId":"${paymentId}",\n "amount":1, "currency":"KRW" }`;
    const gatewayEventId = await waiting(rawBody);
    expect(await operator.gatewayEvent.get.query({ gatewayEventId })).toMatchObject({
      paymentId,
      outcome: 'UNMATCHED',
      rawBody: { text: rawBody },
    });
    expect(await refused(operator.gatewayEvent.get.query({ gatewayEventId: randomUUID() }))).toEqual({
      status: 404,
      code: 'gateway_event_not_found',
    });
  });

  test('is put aside, or tried again from the start; one that was applied is neither', async () => {
    const paymentId = randomUUID();
    const gatewayEventId = await waiting(JSON.stringify({ type: 'AUTHORIZED', paymentId, amount: 1, currency: 'KRW' }));
    await operator.gatewayEvent.dismiss.mutate({ gatewayEventId });
    expect(await outcomeOf(gatewayEventId)).toBe('DISMISSED');
    expect(await operator.gatewayEvent.redrive.mutate({ gatewayEventId })).toMatchObject({
      outcome: 'RECEIVED',
      attempts: 0,
    });
    await api.commerce.retryGatewayEvents();
    expect(await outcomeOf(gatewayEventId)).toBe('UNMATCHED');

    const { approval } = await pendingOrder(api, customer);
    const applied = (await api.webhook(approval)).body.eventId as string;
    for (const handle of ['redrive', 'dismiss'] as const) {
      expect(await refused(operator.gatewayEvent[handle].mutate({ gatewayEventId: applied }))).toMatchObject({
        status: 409,
        code: 'invalid_transition',
        details: { subject: 'gateway_event', from: 'APPLIED' },
      });
    }
  });
});

test('after all of this no invariant is broken', async () => {
  expect(await operator.system.doctor.query()).toEqual({ violations: [] });
});
