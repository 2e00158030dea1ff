import { describe, expect, test } from 'vitest';
import { until } from '../shop.testing.ts';
import { startSimulator } from '../simulator.testing.ts';
import type { FaultKind } from './fault-kinds.ts';
import { startHostileSimulator, type Rates } from './hostile-simulator.testing.ts';

describe('a webhook', () => {
  test('is sent twice at once, with the same id and content', async () => {
    const { pay, webhooks, turnOff, report } = await startHostileSimulator({ duplicate_at_once: 1 });
    await pay('AUTHORIZED');
    await turnOff();
    expect(webhooks()).toHaveLength(2);
    expect(webhooks()[1]).toEqual(webhooks()[0]);
    expect((await report()).counts.duplicate_at_once).toBe(1);
  });

  test('is sent once more later', async () => {
    const { pay, webhooks } = await startHostileSimulator({ duplicate_later: 1 });
    await pay('AUTHORIZED');
    expect(webhooks()).toHaveLength(1);
    await until(() => webhooks().length === 2);
    expect(webhooks()[1]).toEqual(webhooks()[0]);
  });

  test('is never sent, and the change can be found by polling', async () => {
    const { request, pay, book, paymentId, types, turnOff } = await startHostileSimulator({ dropped: 1 });
    const { body } = await pay('AUTHORIZED');
    expect(body.event).toMatchObject({ state: 'DROPPED', attempts: [] });
    await turnOff();
    await request('/flush', {});
    expect(types()).toEqual([]);
    expect((await request(`/mock/v1/payments/${paymentId}`)).body.facts).toMatchObject([{ type: 'AUTHORIZED' }]);
    expect((await request('/mock/v1/events?since=2026-01-01')).body.events).toMatchObject([{ type: 'AUTHORIZED' }]);
    expect((await book(paymentId)).state).toBe('AUTHORIZED');
  });

  test('is overtaken by the payment’s next webhook', async () => {
    const { request, pay, types, report } = await startHostileSimulator({ reordered: 1 }, { delayMs: 60_000 });
    await pay('PENDING', { wait: false });
    expect(types()).toEqual([]);
    await request('/hostile', { seed: 1, scale: 0 });
    await pay('CAPTURED');
    await until(() => types().length === 2);
    expect(types()).toEqual(['CAPTURED', 'PENDING']);
    expect((await report()).counts.reordered).toBe(1);
  });

  test('is delayed, and is sent at once when the mode is turned off', async () => {
    const { pay, types, report, turnOff } = await startHostileSimulator({ delayed: 1 }, { delayMs: 60_000 });
    await pay('AUTHORIZED', { wait: false });
    expect(types()).toEqual([]);
    await turnOff();
    expect(types()).toEqual(['AUTHORIZED']);
    expect((await report()).counts.delayed).toBe(1);
  });

  test('is sent again under another id', async () => {
    const { pay, webhooks, turnOff } = await startHostileSimulator({ two_ids: 1 });
    await pay('AUTHORIZED');
    await turnOff();
    const [one, other] = webhooks();
    expect(other).toEqual({ ...one, id: expect.any(String) });
    expect(other.id).not.toBe(one.id);
  });

  test('is followed by one with the same id and another amount', async () => {
    const { pay, webhooks, turnOff } = await startHostileSimulator({ other_amount_same_id: 1 });
    await pay('AUTHORIZED');
    await turnOff();
    const [correct, wrong] = webhooks();
    expect(correct.amount).toBe(1000);
    expect(wrong).toEqual({ ...correct, amount: 1001 });
  });

  test('is followed by one about an unknown payment and one of an unknown type', async () => {
    const { pay, webhooks, paymentId, turnOff } = await startHostileSimulator({ unknown_payment: 1, unknown_type: 1 });
    await pay('AUTHORIZED');
    await turnOff();
    const others = webhooks().slice(1);
    expect(others).toHaveLength(2);
    expect(others.find(({ type }) => type === 'AUTHORIZED').paymentId).not.toBe(paymentId);
    expect(others.find(({ type }) => type !== 'AUTHORIZED')).toMatchObject({ type: 'PAYOUT_ANNOUNCED' });
  });

  test('arrives before the response to the call that caused it', async () => {
    const { pay, post, types, report } = await startHostileSimulator({ event_before_answer: 1 });
    await pay('AUTHORIZED');
    await post('capture', { amount: 1000 }, 'k');
    expect(types()).toEqual(['AUTHORIZED', 'CAPTURED']);
    expect((await report()).counts.event_before_answer).toBe(1);
  });
});

describe('at the bank', () => {
  test.each<[FaultKind, string]>([
    ['wrong_amount', 'amount'],
    ['wrong_currency', 'currency'],
  ])('%s: the shopper is charged it, and the book and the webhook have it', async (kind, what) => {
    const { pay, book, paymentId, webhooks, request } = await startHostileSimulator({ [kind]: 1 });
    await pay('CAPTURED');
    const { charged, asked } = await book(paymentId);
    const { amount, currency } = webhooks()[0];
    expect({ amount, currency }).toEqual({ amount: charged!.amount, currency: charged!.currency });
    expect(asked).toEqual({ amount: 1000, currency: 'EUR' });
    expect(charged).not.toHaveProperty(what, asked[what as 'amount']);
    expect((await request('/book')).body.totals.charged).toEqual({ [currency]: amount });
  });

  test('an attempt fails before the shopper’s payment succeeds', async () => {
    const { pay, types } = await startHostileSimulator({ attempt_failed_first: 1 });
    expect((await pay('AUTHORIZED')).body.event.type).toBe('AUTHORIZED');
    expect(types().toSorted()).toEqual(['ATTEMPT_FAILED', 'AUTHORIZED']);
  });

  test('a declined payment is approved later', async () => {
    const { request, pay, types, book, paymentId, report } = await startHostileSimulator(
      { late_approval: 1 },
      { delayMs: 60_000 },
    );
    expect((await pay('AUTHORIZED')).body).toMatchObject({ state: 'FAILED', event: { type: 'FAILED' } });
    await request('/flush', {});
    await until(async () => (await book(paymentId)).state === 'AUTHORIZED');
    await until(() => types().length === 2);
    expect(types()).toEqual(['FAILED', 'AUTHORIZED']);
    expect((await report()).counts.late_approval).toBe(1);
  });

  test('a late approval does not happen after a cancel', async () => {
    const { pay, post, book, paymentId, turnOff, report } = await startHostileSimulator(
      { late_approval: 1 },
      { delayMs: 60_000 },
    );
    await pay('AUTHORIZED');
    await post('cancel', { amount: 1000, currency: 'EUR' }, 'k');
    await turnOff();
    expect(await book(paymentId)).toMatchObject({ state: 'CANCELED', charged: null });
    expect((await report()).counts.late_approval).toBe(0);
  });

  test('a refund is made in the dashboard', async () => {
    const { pay, book, paymentId, turnOff, webhooks } = await startHostileSimulator({ dashboard_refund: 1 });
    await pay('CAPTURED');
    await turnOff();
    const { refunds, refundedAmount } = await book(paymentId);
    expect(refunds).toMatchObject([{ refundId: null, status: 'SUCCEEDED', amount: refundedAmount }]);
    expect(webhooks()[1]).toMatchObject({ type: 'REFUNDED', amount: refundedAmount, objectId: refunds[0]!.id });
  });

  test('a dispute is opened and closed', async () => {
    const { pay, book, paymentId, turnOff, types } = await startHostileSimulator({ dispute: 1 });
    await pay('CAPTURED');
    await turnOff();
    const { disputes } = await book(paymentId);
    expect(disputes).toMatchObject([{ amount: 1000, status: expect.stringMatching(/WON|LOST/) }]);
    expect(types()).toEqual(['CAPTURED', 'DISPUTE_OPENED', `DISPUTE_${disputes[0]!.status}`]);
  });

  test.each<[string, Rates, string]>([
    ['succeeds later', { slow_refund: 1 }, 'SUCCEEDED'],
    ['fails later', { slow_refund: 1, failed_refund: 1 }, 'FAILED'],
  ])('a refund %s', async (_, rates, status) => {
    const { pay, post, book, paymentId, turnOff } = await startHostileSimulator(rates, { delayMs: 60_000 });
    await pay('CAPTURED');
    const { body } = await post('refunds', { refundId: 'r-1', amount: 400 }, 'r-1');
    expect(body.facts.at(-1)).toMatchObject({ type: 'REFUND_PENDING', refundId: 'r-1', amount: 400 });
    await turnOff();
    expect((await book(paymentId)).refunds).toMatchObject([{ refundId: 'r-1', amount: 400, status }]);
  });
});

test('a flush sends the events that were given up while the shop was away', async () => {
  let away = true;
  const { pay, request, book, shop } = await startSimulator({ reply: () => (away ? 'hang up' : { status: 200 }) });
  await pay({ paymentId: 'p', amount: 1, currency: 'EUR', outcome: 'AUTHORIZED' });
  expect((await book('p')).events[0]!.state).toBe('GIVEN_UP');
  away = false;
  await request('/flush', {});
  await until(async () => (await book('p')).events[0]!.state === 'DELIVERED');
  expect(new Set(shop.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
});

test('a webhook is contradicted by one with its id only after the shop has accepted it', async () => {
  let away = true;
  const { pay, request, book, shop, untilIdle } = await startSimulator({
    reply: () => ({ status: away ? 503 : 200 }),
  });
  await request('/hostile', { seed: 1, scale: 0, rates: { other_amount_same_id: 1 }, delayMs: 1 });
  await pay({ paymentId: 'p', amount: 1000, currency: 'EUR', outcome: 'AUTHORIZED' });
  await untilIdle();
  expect((await book('p')).events[0]!.state).toBe('GIVEN_UP');
  away = false;
  await request('/flush', {});
  await untilIdle();
  expect(new Set(shop.received.map(({ body }) => JSON.parse(body).amount))).toEqual(new Set([1000]));
  expect((await request('/hostile')).body.counts.other_amount_same_id).toBe(0);
});

test.each<[string, object]>([
  ['no seed', {}],
  ['an unknown kind of fault', { seed: 1, rates: { earthquake: 1 } }],
  ['a rate above 1', { seed: 1, rates: { dropped: 1.5 } }],
  ['both on and off', { seed: 1, off: true }],
])('%s is rejected with 400', async (_, input) => {
  const { request } = await startSimulator();
  expect((await request('/hostile', input)).status).toBe(400);
  expect((await request('/hostile')).body.on).toBe(false);
});
