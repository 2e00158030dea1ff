import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../client.ts';
import { createFakeGateway } from '../testing/fake-gateway.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { createPendingOrder } from '../testing/create-pending-order.ts';
import { present } from '../testing/present.ts';
import { refusalFrom } from '../testing/refusal-from.ts';

let api: TestApi;
let customer: Client;
let operator: Client;
beforeAll(async () => {
  api = await startTestApi({ gateways: [createFakeGateway('stripe').gateway] });
  customer = await api.customerClient();
  operator = await api.operatorClient('orders', 'money', 'gateway-events');
});
afterAll(() => api?.close());

const readPayment = async (orderId: string) =>
  present((await customer.payment.list.query({ orderId })).items[0], 'payment');
const readOrder = (orderId: string) => customer.order.get.query({ orderId });

async function createPaidOrder(type: 'AUTHORIZED' | 'CAPTURED' = 'CAPTURED', amount = 2_000) {
  const pending = await createPendingOrder(api, customer);
  await api.sendWebhook({ ...pending.approval, type, amount });
  return { ...pending, paymentId: pending.payment.id };
}

describe('a payment attempt', () => {
  const createAttempt = async (provider: string, more: object = {}) => {
    const lines = [{ productId: await api.createProduct(), quantity: 1 }];
    const { id: orderId } = await customer.order.create.mutate({ lines });
    return customer.payment.create.mutate({ orderId, provider, ...more });
  };

  test('returns in `next` what the front end needs, typed by the provider', async () => {
    expect((await createAttempt('mock')).next).toEqual({ provider: 'mock' });
    const { id, next, status } = await createAttempt('stripe');
    expect([status, next]).toEqual([
      'PENDING',
      { provider: 'stripe', clientSecret: `client-secret-of-${id}`, publishableKey: null },
    ]);
  });

  test('has the given method and capture mode, or the provider’s own', async () => {
    expect(await createAttempt('mock')).toMatchObject({ capture: 'MANUAL', method: null });
    expect(await createAttempt('stripe', { capture: 'MANUAL', method: 'card' })).toMatchObject({
      capture: 'MANUAL',
      method: 'card',
    });
  });

  test('can be resumed by its own customer only; `next` is null once it is paid', async () => {
    const created = await createAttempt('stripe');
    const { id: paymentId } = created;
    expect(await customer.payment.resume.mutate({ paymentId })).toMatchObject({ id: paymentId, next: created.next });
    const missing = { status: 404, code: 'payment_not_found' };
    expect(await refusalFrom((await api.customerClient()).payment.resume.mutate({ paymentId }))).toEqual(missing);
    expect(await refusalFrom(customer.payment.resume.mutate({ paymentId: randomUUID() }))).toEqual(missing);
    await customer.payment.confirm.mutate({ paymentId, token: 't' });
    expect(await customer.payment.resume.mutate({ paymentId })).toMatchObject({ status: 'CAPTURED', next: null });
  });

  test('can be confirmed by its own customer and by operators only', async () => {
    const [own, others] = [await createAttempt('stripe'), await createAttempt('stripe')];
    expect(await customer.payment.confirm.mutate({ paymentId: own.id, token: 't' })).toMatchObject({
      status: 'CAPTURED',
    });
    const stranger = await api.customerClient();
    const missing = await refusalFrom(stranger.payment.confirm.mutate({ paymentId: randomUUID(), token: 't' }));
    expect(missing).toEqual({ status: 404, code: 'payment_not_found' });
    expect(await refusalFrom(stranger.payment.confirm.mutate({ paymentId: others.id, token: 't' }))).toEqual(missing);
    await operator.payment.confirm.mutate({ paymentId: others.id, token: 't' });
    expect((await readOrder(others.orderId)).status).toBe('PAID');
  });

  test('of a provider without confirmation refuses one', async () => {
    const { id: paymentId } = await createAttempt('mock');
    expect(await refusalFrom(customer.payment.confirm.mutate({ paymentId, token: 't' }))).toEqual({
      status: 409,
      code: 'unsupported_by_provider',
    });
  });
});

test('authorized money is captured once, in part or whole, by a call in the outbox', async () => {
  const { orderId, paymentId } = await createPaidOrder('AUTHORIZED');
  expect(await refusalFrom(operator.payment.capture.mutate({ paymentId, amount: 2_001 }))).toEqual({
    status: 409,
    code: 'capture_exceeds_authorized',
    details: { authorizedAmount: 2_000, currency: 'KRW' },
  });
  expect(await operator.payment.capture.mutate({ paymentId, amount: 1_500 })).toMatchObject({ status: 'AUTHORIZED' });
  expect(await refusalFrom(operator.payment.capture.mutate({ paymentId }))).toMatchObject({
    code: 'capture_in_progress',
  });
  const calls = async () => (await operator.gatewayCall.list.query({ orderId })).items;
  expect(await calls()).toMatchObject([{ kind: 'CAPTURE', status: 'DUE', amount: 1_500, attempts: 0 }]);
  await api.commerce.callGateways();
  expect(await calls()).toMatchObject([{ kind: 'CAPTURE', status: 'DONE', attempts: 1 }]);
  expect(await readPayment(orderId)).toMatchObject({
    status: 'CAPTURED',
    capturedAmount: 1_500,
    authorizedAmount: 2_000,
  });
});

test('a payment of another amount is in REVIEW until an operator accepts it or sends it back', async () => {
  const [accepted, rejected] = [await createPaidOrder('CAPTURED', 1_999), await createPaidOrder('CAPTURED', 1_999)];
  const decide = (paymentId: string, decision: 'ACCEPT' | 'REJECT') =>
    operator.payment.decideReview.mutate({ paymentId, decision });
  expect(await decide(accepted.paymentId, 'ACCEPT')).toMatchObject({ status: 'CAPTURED', capturedAmount: 1_999 });
  expect(await readOrder(accepted.orderId)).toMatchObject({ status: 'PAID', needsAttention: null });
  expect(await decide(rejected.paymentId, 'REJECT')).toMatchObject({
    status: 'CAPTURED',
    surplus: true,
    amount: 1_999,
    capturedAmount: 1_999,
    refundReservedAmount: 1_999,
  });
  const { items } = await operator.refund.list.query({ orderId: rejected.orderId });
  expect(items).toMatchObject([{ amount: 1_999, reason: 'amount_mismatch', status: 'REQUESTED' }]);
  expect(await refusalFrom(decide(rejected.paymentId, 'ACCEPT'))).toMatchObject({
    status: 409,
    code: 'invalid_transition',
  });
});

test('repeated requests to poll a payment are one poll, and need a provider that can be polled', async () => {
  const { id: orderId } = await customer.order.create.mutate({
    lines: [{ productId: await api.createProduct(), quantity: 1 }],
  });
  const { id: paymentId } = await customer.payment.create.mutate({ orderId, provider: 'stripe' });
  for (let times = 0; times < 2; times += 1) await operator.payment.poll.mutate({ paymentId });
  expect((await operator.gatewayCall.list.query({ orderId, status: 'DUE' })).items).toMatchObject([{ kind: 'POLL' }]);
  const { paymentId: mockPaymentId } = await createPaidOrder();
  expect(await refusalFrom(operator.payment.poll.mutate({ paymentId: mockPaymentId }))).toMatchObject({
    code: 'unsupported_by_provider',
  });
});

test('refunds are by lines, in part or whole, and never exceed the balance', async () => {
  const { orderId, productId } = await createPaidOrder();
  const lines = [{ lineNo: 1, quantity: 1, restock: true }];
  expect(await operator.refund.create.mutate({ orderId, lines })).toMatchObject({
    status: 'REQUESTED',
    amount: 1_000,
    reason: 'requested',
  });
  expect(await api.readStock(productId)).toEqual([4, 0]);
  expect(await operator.refund.create.mutate({ orderId, amount: 300 })).toMatchObject({ amount: 300 });
  expect(await refusalFrom(operator.refund.create.mutate({ orderId, amount: 701 }))).toEqual({
    status: 409,
    code: 'refund_exceeds_balance',
    details: { refundableAmount: 700, currency: 'KRW', uncapturedPaymentId: null },
  });
  expect(await operator.refund.create.mutate({ orderId })).toMatchObject({ amount: 700 });
  await api.commerce.callGateways();
  expect(await readPayment(orderId)).toMatchObject({ refundedAmount: 2_000, refundReservedAmount: 0 });
});

test('payments and disputes of all orders are listed and filtered', async () => {
  const { paymentId, payment } = await createPaidOrder();
  const { items } = await operator.payment.listAll.query({ provider: 'mock', status: 'CAPTURED', limit: 1 });
  expect(items).toMatchObject([{ id: paymentId }]);
  expect(items[0]).toMatchObject(await operator.payment.get.query({ paymentId }));
  expect((await operator.payment.listAll.query({ provider: 'nobody' })).items).toEqual([]);
  const { currency } = payment;
  await api.sendWebhook({ type: 'DISPUTE_OPENED', paymentId, amount: 500, currency, objectId: 'dp_1' });
  expect((await operator.dispute.list.query({ status: 'OPEN' })).items).toMatchObject([
    { paymentId, gatewayDisputeId: 'dp_1', amount: 500, status: 'OPEN' },
  ]);
  const countOf = async (orderId: string) => (await operator.dispute.list.query({ orderId })).items.length;
  expect([await countOf(payment.orderId), await countOf(randomUUID())]).toEqual([1, 0]);
});

describe('a gateway event that was not applied', () => {
  const receiveUnmatched = async (rawBody: string) => (await api.sendWebhook(rawBody)).body.eventId as string;
  const outcomeOf = async (gatewayEventId: string) =>
    (await operator.gatewayEvent.get.query({ gatewayEventId })).outcome;

  test('is returned with its body byte for byte', async () => {
    const paymentId = randomUUID();
    const rawBody = `{ "type":"AUTHORIZED", "paymentId":"${paymentId}",\n "amount":1, "currency":"KRW" }`;
    const gatewayEventId = await receiveUnmatched(rawBody);
    expect(await operator.gatewayEvent.get.query({ gatewayEventId })).toMatchObject({
      paymentId,
      outcome: 'UNMATCHED',
      rawBody: { text: rawBody },
    });
    expect(await refusalFrom(operator.gatewayEvent.get.query({ gatewayEventId: randomUUID() }))).toEqual({
      status: 404,
      code: 'gateway_event_not_found',
    });
  });

  test('can be dismissed and redriven; one that was applied can be neither', async () => {
    const paymentId = randomUUID();
    const gatewayEventId = await receiveUnmatched(
      JSON.stringify({ type: 'AUTHORIZED', paymentId, amount: 1, currency: 'KRW' }),
    );
    await operator.gatewayEvent.dismiss.mutate({ gatewayEventId });
    expect(await outcomeOf(gatewayEventId)).toBe('DISMISSED');
    expect(await operator.gatewayEvent.redrive.mutate({ gatewayEventId })).toMatchObject({
      outcome: 'RECEIVED',
      attempts: 0,
    });
    await api.commerce.retryGatewayEvents();
    expect(await outcomeOf(gatewayEventId)).toBe('UNMATCHED');

    const { approval } = await createPendingOrder(api, customer);
    const applied = (await api.sendWebhook(approval)).body.eventId as string;
    for (const handle of ['redrive', 'dismiss'] as const) {
      expect(await refusalFrom(operator.gatewayEvent[handle].mutate({ gatewayEventId: applied }))).toMatchObject({
        status: 409,
        code: 'invalid_transition',
        details: { subject: 'gateway_event', from: 'APPLIED' },
      });
    }
  });
});

test('no test of this file has broken an invariant', async () => {
  expect(await operator.system.doctor.query()).toEqual({ violations: [] });
});
