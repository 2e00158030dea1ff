import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { FaultKind } from './fault-kinds.ts';
import { until, type Received } from '../shop.testing.ts';
import { startSimulator } from '../simulator.testing.ts';

type Rates = Partial<Record<FaultKind, number>>;
const told = ({ headers, body }: Received) => ({ id: headers['webhook-id'], ...JSON.parse(body) });

async function start(rates: Rates, more: object = {}) {
  const simulator = await startSimulator();
  const { request, shop } = simulator;
  const begun = await request('/hostile', {
    seed: 1,
    scale: 0,
    rates,
    delayMs: 40,
    latencyMs: 5,
    silenceMs: 60_000,
    ...more,
  });
  expect(begun).toMatchObject({ status: 200, body: { on: true } });
  const paymentId = randomUUID();
  const pay = (outcome: string, given: object = {}) =>
    simulator.pay({ paymentId, amount: 1000, currency: 'EUR', outcome, ...given });
  const report = async () => (await request('/hostile')).body;
  const calm = async () => {
    await request('/hostile', { off: true });
    await until(async () => (await report()).underway === 0);
  };
  const heard = () => shop.received.map(told);
  const types = () => heard().map(({ type }) => type as string);
  const post = (verb: string, body: object, key: string) =>
    request(`/mock/v1/payments/${paymentId}/${verb}`, body, { 'idempotency-key': key });
  return { ...simulator, paymentId, pay, report, calm, heard, types, post };
}

describe('a webhook', () => {
  test('comes twice at once, and is the same', async () => {
    const { pay, heard, calm, report } = await start({ duplicate_at_once: 1 });
    await pay('AUTHORIZED');
    await calm();
    expect(heard()).toHaveLength(2);
    expect(heard()[1]).toEqual(heard()[0]);
    expect((await report()).counts.duplicate_at_once).toBe(1);
  });

  test('comes once more after a while', async () => {
    const { pay, heard } = await start({ duplicate_later: 1 });
    await pay('AUTHORIZED');
    expect(heard()).toHaveLength(1);
    await until(() => heard().length === 2);
    expect(heard()[1]).toEqual(heard()[0]);
  });

  test('never comes, but can be asked for', async () => {
    const { request, pay, book, paymentId, types, calm } = await start({ dropped: 1 });
    const { body } = await pay('AUTHORIZED');
    expect(body.event).toMatchObject({ state: 'DROPPED', attempts: [] });
    await calm();
    await request('/flush', {});
    expect(types()).toEqual([]);
    expect((await request(`/mock/v1/payments/${paymentId}`)).body.facts).toMatchObject([{ type: 'AUTHORIZED' }]);
    expect((await request('/mock/v1/events?since=2026-01-01')).body.events).toMatchObject([{ type: 'AUTHORIZED' }]);
    expect((await book(paymentId)).state).toBe('AUTHORIZED');
  });

  test('is overtaken by what happened after it', async () => {
    const { request, pay, types, report } = await start({ reordered: 1 }, { delayMs: 60_000 });
    await pay('PENDING', { wait: false });
    expect(types()).toEqual([]);
    await request('/hostile', { seed: 1, scale: 0 });
    await pay('CAPTURED');
    await until(() => types().length === 2);
    expect(types()).toEqual(['CAPTURED', 'PENDING']);
    expect((await report()).counts.reordered).toBe(1);
  });

  test('is late, and comes at once when the mode is switched off', async () => {
    const { pay, types, report, calm } = await start({ delayed: 1 }, { delayMs: 60_000 });
    await pay('AUTHORIZED', { wait: false });
    expect(types()).toEqual([]);
    await calm();
    expect(types()).toEqual(['AUTHORIZED']);
    expect((await report()).counts.delayed).toBe(1);
  });

  test('says the same again under another id', async () => {
    const { pay, heard, calm } = await start({ two_ids: 1 });
    await pay('AUTHORIZED');
    await calm();
    const [one, other] = heard();
    expect(other).toEqual({ ...one, id: expect.any(String) });
    expect(other.id).not.toBe(one.id);
  });

  test('says another amount under the same id, after the truth', async () => {
    const { pay, heard, calm } = await start({ other_amount_same_id: 1 });
    await pay('AUTHORIZED');
    await calm();
    const [truth, lie] = heard();
    expect(truth.amount).toBe(1000);
    expect(lie).toEqual({ ...truth, amount: 1001 });
  });

  test('is about a payment that nobody knows, or of a type that nobody knows', async () => {
    const { pay, heard, paymentId, calm } = await start({ unknown_payment: 1, unknown_type: 1 });
    await pay('AUTHORIZED');
    await calm();
    const others = heard().slice(1);
    expect(others).toHaveLength(2);
    expect(others.find(({ type }) => type === 'AUTHORIZED').paymentId).not.toBe(paymentId);
    expect(others.find(({ type }) => type !== 'AUTHORIZED')).toMatchObject({ type: 'PAYOUT_ANNOUNCED' });
  });

  test('comes before the answer of the call that it tells of', async () => {
    const { pay, post, types, report } = await start({ event_before_answer: 1 });
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
  ])('%s: the shopper really paid it, and the book says so', async (kind, what) => {
    const { pay, book, paymentId, heard, request } = await start({ [kind]: 1 });
    await pay('CAPTURED');
    const { charged, asked } = await book(paymentId);
    const { amount, currency } = heard()[0];
    expect({ amount, currency }).toEqual({ amount: charged!.amount, currency: charged!.currency });
    expect(asked).toEqual({ amount: 1000, currency: 'EUR' });
    expect(charged).not.toHaveProperty(what, asked[what as 'amount']);
    expect((await request('/book')).body.totals.charged).toEqual({ [currency]: amount });
  });

  test('the first attempt fails, the next one succeeds', async () => {
    const { pay, types } = await start({ attempt_failed_first: 1 });
    expect((await pay('AUTHORIZED')).body.event.type).toBe('AUTHORIZED');
    expect(types().toSorted()).toEqual(['ATTEMPT_FAILED', 'AUTHORIZED']);
  });

  test('a declined payment is approved after a while', async () => {
    const { pay, types, book, paymentId, report } = await start({ late_approval: 1 });
    expect((await pay('AUTHORIZED')).body).toMatchObject({ state: 'FAILED', event: { type: 'FAILED' } });
    await until(async () => (await book(paymentId)).state === 'AUTHORIZED');
    await until(() => types().length === 2);
    expect(types()).toEqual(['FAILED', 'AUTHORIZED']);
    expect((await report()).counts.late_approval).toBe(1);
  });

  test('a late approval comes too late for what was canceled meanwhile', async () => {
    const { pay, post, book, paymentId, calm, report } = await start({ late_approval: 1 }, { delayMs: 60_000 });
    await pay('AUTHORIZED');
    await post('cancel', { amount: 1000, currency: 'EUR' }, 'k');
    await calm();
    expect(await book(paymentId)).toMatchObject({ state: 'CANCELED', charged: null });
    expect((await report()).counts.late_approval).toBe(0);
  });

  test('somebody refunds in the dashboard', async () => {
    const { pay, book, paymentId, calm, heard } = await start({ dashboard_refund: 1 });
    await pay('CAPTURED');
    await calm();
    const { refunds, refundedAmount } = await book(paymentId);
    expect(refunds).toMatchObject([{ refundId: null, status: 'SUCCEEDED', amount: refundedAmount }]);
    expect(heard()[1]).toMatchObject({ type: 'REFUNDED', amount: refundedAmount, objectId: refunds[0]!.id });
  });

  test('a dispute is opened and closed', async () => {
    const { pay, book, paymentId, calm, types } = await start({ dispute: 1 });
    await pay('CAPTURED');
    await calm();
    const { disputes } = await book(paymentId);
    expect(disputes).toMatchObject([{ amount: 1000, status: expect.stringMatching(/WON|LOST/) }]);
    expect(types()).toEqual(['CAPTURED', 'DISPUTE_OPENED', `DISPUTE_${disputes[0]!.status}`]);
  });

  test.each<[string, Rates, string]>([
    ['comes through after a while', { slow_refund: 1 }, 'SUCCEEDED'],
    ['fails after a while', { slow_refund: 1, failed_refund: 1 }, 'FAILED'],
  ])('a refund %s', async (_, rates, status) => {
    const { pay, post, book, paymentId, calm } = await start(rates, { delayMs: 60_000 });
    await pay('CAPTURED');
    const { body } = await post('refunds', { refundId: 'r-1', amount: 400 }, 'r-1');
    expect(body.facts.at(-1)).toMatchObject({ type: 'REFUND_PENDING', refundId: 'r-1', amount: 400 });
    await calm();
    expect((await book(paymentId)).refunds).toMatchObject([{ refundId: 'r-1', amount: 400, status }]);
  });
});

describe('a call', () => {
  test.each<[FaultKind, number]>([
    ['rate_limited', 429],
    ['error_before', 500],
  ])('%s: nothing is done', async (kind, status) => {
    const { pay, post, book, paymentId, report } = await start({ [kind]: 1 });
    await pay('AUTHORIZED');
    expect((await post('capture', { amount: 1000 }, 'k')).status).toBe(status);
    expect((await book(paymentId)).state).toBe('AUTHORIZED');
    expect((await report()).counts[kind]).toBe(1);
  });

  test('an error after it was done: the same key gets the first answer, and it is done once', async () => {
    const { pay, post, book, paymentId, types, calm } = await start({ error_after: 1 });
    await pay('CAPTURED');
    const refund = () => post('refunds', { refundId: 'r-1', amount: 400 }, 'r-1');
    expect((await refund()).status).toBe(500);
    expect((await refund()).status).toBe(500);
    await calm();
    expect(await refund()).toMatchObject({ status: 200, body: { refundedAmount: 400 } });
    expect((await book(paymentId)).refunds).toHaveLength(1);
    expect(types()).toEqual(['CAPTURED', 'REFUNDED']);
  });

  test.each<[FaultKind, string]>([
    ['dropped_after', 'CAPTURED'],
    ['silence_before', 'AUTHORIZED'],
    ['silence_after', 'CAPTURED'],
  ])('%s: no answer, and it is %s', async (kind, state) => {
    const { url, pay, request, book, paymentId } = await start({ [kind]: 1 });
    await pay('AUTHORIZED');
    const call = fetch(`${url}/mock/v1/payments/${paymentId}/capture`, {
      method: 'POST',
      body: '{"amount":1000}',
      signal: AbortSignal.timeout(kind === 'dropped_after' ? 5000 : 100),
    });
    await expect(call).rejects.toMatchObject({ name: kind === 'dropped_after' ? 'TypeError' : 'TimeoutError' });
    expect((await book(paymentId)).state).toBe(state);
    expect((await request('/hostile')).body.counts[kind]).toBe(1);
  });

  test('one that gets no answer loses its connection when the mode is switched off', async () => {
    const { pay, post, request, report } = await start({ silence_before: 1 });
    await pay('AUTHORIZED');
    const call = post('capture', { amount: 1000 }, 'k').then(
      () => 'answered',
      (error: Error) => error.name,
    );
    await until(async () => (await report()).counts.silence_before === 1);
    await request('/hostile', { off: true });
    expect(await call).toBe('TypeError');
  });
});

test('when the shop was away, what was given up is told again by a flush', async () => {
  let away = true;
  const { pay, request, book, shop } = await startSimulator({ reply: () => (away ? 'hang up' : { status: 200 }) });
  await pay({ paymentId: 'p', amount: 1, currency: 'EUR', outcome: 'AUTHORIZED' });
  expect((await book('p')).events[0]!.state).toBe('GIVEN_UP');
  away = false;
  await request('/flush', {});
  await until(async () => (await book('p')).events[0]!.state === 'DELIVERED');
  expect(new Set(shop.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
});

test.each<[string, object]>([
  ['no seed', {}],
  ['an unknown kind of fault', { seed: 1, rates: { earthquake: 1 } }],
  ['a rate above 1', { seed: 1, rates: { dropped: 1.5 } }],
  ['both on and off', { seed: 1, off: true }],
])('%s is refused with 400', async (_, input) => {
  const { request } = await startSimulator();
  expect((await request('/hostile', input)).status).toBe(400);
  expect((await request('/hostile')).body.on).toBe(false);
});
