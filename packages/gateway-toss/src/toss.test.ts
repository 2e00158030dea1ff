import { describe, expect, test } from 'vitest';
import {
  newId,
  gatewayFact,
  GatewayRefusal,
  type GatewayPayment,
  type GatewayRefund,
} from '@commerce-core/core/gateway';
import { startFakeGatewayApi, type FakeApiResponse } from '@commerce-core/core/testing';
import { tossGateway } from './toss.ts';

const paymentId = newId();
const refundId = newId();
const payment: GatewayPayment = {
  id: paymentId,
  orderId: newId(),
  currency: 'KRW',
  amount: 1000,
  authorizedAmount: 0,
  capturedAmount: 0,
  capture: 'AUTOMATIC',
  method: null,
  gatewayPaymentId: null,
};
const known = { ...payment, gatewayPaymentId: 'tviva_1' };
const refund: GatewayRefund = {
  id: refundId,
  kind: 'REFUND',
  amount: 300,
  currency: 'KRW',
  reason: 'requested',
  gatewayRefundId: null,
};

const at = '2026-02-13T12:18:14+09:00';
const toss = (changes: object = {}) => ({
  paymentKey: 'tviva_1',
  orderId: paymentId,
  status: 'DONE',
  currency: 'KRW',
  totalAmount: 1000,
  approvedAt: at,
  virtualAccount: null,
  failure: null,
  cancels: null,
  ...changes,
});
const paid = toss();
const ready = toss({ status: 'READY', approvedAt: null });
const waiting = toss({
  status: 'WAITING_FOR_DEPOSIT',
  approvedAt: null,
  virtualAccount: { dueDate: '2026-02-20T23:59:59' },
});
const sentBack = toss({
  status: 'PARTIAL_CANCELED',
  cancels: [
    { cancelAmount: 300, cancelReason: `requested [refund ${refundId}]`, transactionKey: 'T1', cancelStatus: 'DONE' },
  ],
});
const missing: FakeApiResponse = {
  status: 404,
  body: { code: 'NOT_FOUND_PAYMENT', message: '존재하지 않는 결제 입니다.' },
};
const no = (status: number, code: string): FakeApiResponse => ({ status, body: { code, message: '한국어' } });
const types = (facts: { type: string }[]) => facts.map(({ type }) => type);

const byKey = 'GET /v1/payments/tviva_1';
const byOrder = `GET /v1/payments/orders/${paymentId}`;
const confirming = 'POST /v1/payments/confirm';
const canceling = 'POST /v1/payments/tviva_1/cancel';

/** Toss, answering each call by the next of its answers, the last one for good. */
async function gatewayOf(answers: Record<string, FakeApiResponse[]>) {
  const {
    url,
    requests: asked,
    calls,
  } = await startFakeGatewayApi(({ call }) => {
    const list = answers[call] ?? [missing];
    return list.length > 1 ? list.shift()! : list[0]!;
  });
  const isSilent = Object.values(answers).flat().includes('silence');
  const policy = { timeoutMs: isSilent ? 200 : 10_000, triesMax: 2 };
  return { gateway: tossGateway({ secretKey: 'test_sk_1', clientKey: 'test_ck_1', url, policy }), asked, calls };
}
const ok = (body: unknown): FakeApiResponse => ({ status: 200, body });
const refusal = (code: string) => expect.objectContaining({ name: 'GatewayRefusal', code });

test("an attempt opens without a call: Toss hears of it from the shopper's browser", async () => {
  const { gateway, calls } = await gatewayOf({});
  if (gateway.initiation.by === 'server') throw new Error('it tells');
  expect(gateway.initiation.initiate(payment)).toEqual({
    provider: 'toss',
    clientKey: 'test_ck_1',
    orderId: paymentId,
    amount: 1000,
  });
  expect(gateway.initiation.initiate({ ...payment, currency: 'USD' })).toMatchObject({ amount: 10 });
  expect(calls()).toEqual([]);
});

describe('confirm', () => {
  test("asks for the amount of this order, with the payment's id as the key, and answers what Toss did", async () => {
    const { gateway, asked } = await gatewayOf({ [confirming]: [ok(paid)] });
    expect(await gateway.confirm!(payment, 'tviva_1')).toEqual([
      gatewayFact({ type: 'CAPTURED', paymentId, gatewayPaymentId: 'tviva_1', amount: 1000, currency: 'KRW' }),
    ]);
    expect(asked).toMatchObject([
      { call: confirming, body: { paymentKey: 'tviva_1', orderId: paymentId, amount: 1000 } },
    ]);
    expect(asked[0]!.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('test_sk_1:').toString('base64')}`,
      'idempotency-key': paymentId,
    });
  });

  test('a virtual account is pending until its due date', async () => {
    const { gateway } = await gatewayOf({ [confirming]: [ok(waiting)] });
    const [fact] = await gateway.confirm!(payment, 'tviva_1');
    expect(fact).toMatchObject({ type: 'PENDING', payableUntil: new Date('2026-02-20T14:59:59Z') });
  });

  test('what was confirmed before is asked for', async () => {
    const { gateway, calls } = await gatewayOf({
      [confirming]: [no(400, 'ALREADY_PROCESSED_PAYMENT')],
      [byOrder]: [ok(paid)],
    });
    expect(types(await gateway.confirm!(payment, 'tviva_1'))).toEqual(['CAPTURED']);
    expect(calls()).toEqual([confirming, byOrder]);
  });

  test.each([
    ['missing', missing],
    ['still unpaid', ok(ready)],
  ])("the key of another order, paid already, doesn't pay this one, which is %s", async (_, answer) => {
    const another = toss({ paymentKey: 'another', orderId: newId() });
    const { gateway } = await gatewayOf({
      [confirming]: [no(400, 'ALREADY_PROCESSED_PAYMENT')],
      'GET /v1/payments/another': [ok(another)],
      [byOrder]: [answer],
    });
    await expect(gateway.confirm!(known, 'another')).rejects.toEqual(refusal('ALREADY_PROCESSED_PAYMENT'));
  });

  test('an answer of another payment is no answer', async () => {
    const { gateway } = await gatewayOf({ [confirming]: [ok(toss({ orderId: newId() }))] });
    await expect(gateway.confirm!(payment, 'tviva_1')).rejects.toThrow('Toss answered of another payment');
  });

  test('a broken connection and a 500 are tried again with the same key', async () => {
    const { gateway, asked } = await gatewayOf({ [confirming]: ['hang up', ok(paid)] });
    expect(types(await gateway.confirm!(payment, 'tviva_1'))).toEqual(['CAPTURED']);
    expect(asked.map(({ headers }) => headers['idempotency-key'])).toEqual([paymentId, paymentId]);
  });
});

describe("a definite no is a refusal with Toss's code", () => {
  test.each<[number, string]>([
    [400, 'INVALID_STOPPED_CARD'],
    [403, 'REJECT_CARD_PAYMENT'],
    [403, 'EXCEED_MAX_AMOUNT'],
    [404, 'NOT_FOUND_PAYMENT_SESSION'],
  ])('%d %s', async (status, code) => {
    const { gateway, asked } = await gatewayOf({ [confirming]: [no(status, code)] });
    await expect(gateway.confirm!(payment, 'tviva_1')).rejects.toEqual(refusal(code));
    expect(asked).toHaveLength(1);
  });
});

describe('everything else leaves the outcome unknown', () => {
  test.each<[string, FakeApiResponse]>([
    ['a wrong key', no(401, 'UNAUTHORIZED_KEY')],
    ['a wrong key by its other name', no(400, 'INVALID_API_KEY')],
    ['missing rights', no(403, 'FORBIDDEN_REQUEST')],
    ['the same call still under way', no(409, 'IDEMPOTENT_REQUEST_PROCESSING')],
    ['too many calls', no(429, 'TOO_MANY_REQUESTS')],
    ["a fault of Toss's", no(500, 'FAILED_INTERNAL_SYSTEM_PROCESSING')],
    ["a proxy's page", { status: 404, body: '<html>' }],
    ['a success that is no payment', ok({ status: 'DONE' })],
    ['a status that is new', ok(toss({ status: 'HALTED' }))],
    ['a broken connection', 'hang up'],
    ['silence', 'silence'],
  ])('%s', async (_, answer) => {
    const { gateway } = await gatewayOf({ [confirming]: [answer], [byOrder]: [answer], [byKey]: [answer] });
    const calls = [gateway.confirm!(payment, 'tviva_1'), gateway.retrieve(payment), gateway.refund(refund, known)];
    for (const call of await Promise.allSettled(calls)) {
      const error: unknown = call.status === 'rejected' && call.reason;
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(GatewayRefusal);
      expect(String(error)).not.toContain('test_sk_1');
    }
  });
});

describe('retrieve', () => {
  test('by its key where we have it', async () => {
    const { gateway, calls } = await gatewayOf({ [byKey]: [ok(sentBack)] });
    expect(types(await gateway.retrieve(known))).toEqual(['CAPTURED', 'REFUNDED']);
    expect(calls()).toEqual([byKey]);
  });

  test("by our id where we don't", async () => {
    const { gateway, calls } = await gatewayOf({ [byOrder]: [ok(paid)] });
    expect(types(await gateway.retrieve(payment))).toEqual(['CAPTURED']);
    expect(calls()).toEqual([byOrder]);
  });

  test("a key that is another payment's says nothing about this one", async () => {
    const { gateway } = await gatewayOf({ [byKey]: [ok(toss({ orderId: newId() }))], [byOrder]: [ok(waiting)] });
    expect(types(await gateway.retrieve(known))).toEqual(['PENDING']);
  });

  test('nothing, of a payment that Toss never heard of', async () => {
    const { gateway } = await gatewayOf({});
    expect(await gateway.retrieve(known)).toEqual([]);
  });
});

describe('cancel', () => {
  test.each([
    ['unknown', missing],
    ['unconfirmed', ok(ready)],
  ])('of an %s attempt needs no call: without confirm no money moves', async (_, answer) => {
    const { gateway, calls } = await gatewayOf({ [byOrder]: [answer] });
    expect(await gateway.cancel(payment)).toMatchObject([{ type: 'CANCELED', paymentId }]);
    expect(calls()).toEqual([byOrder]);
  });

  test('closes a virtual account that waits', async () => {
    const closed = { ...waiting, status: 'CANCELED', cancels: [{ cancelAmount: 1000, transactionKey: 'T1' }] };
    const { gateway, asked } = await gatewayOf({ [byOrder]: [ok(waiting)], [canceling]: [ok(closed)] });
    expect(types(await gateway.cancel(payment))).toEqual(['CANCELED']);
    expect(asked[1]).toMatchObject({ call: canceling, headers: { 'idempotency-key': `cancel-${paymentId}` } });
  });

  test('of money that came undoes nothing', async () => {
    const { gateway, calls } = await gatewayOf({ [byKey]: [ok(paid)] });
    expect(types(await gateway.cancel(known))).toEqual(['CAPTURED']);
    expect(calls()).toEqual([byKey]);
  });

  test('of an account that is paid into at that moment says so', async () => {
    const deposited = { ...waiting, status: 'DONE', approvedAt: at };
    const { gateway } = await gatewayOf({
      [byOrder]: [ok(waiting), ok(deposited)],
      [canceling]: [no(400, 'INVALID_REFUND_ACCOUNT_INFO')],
    });
    expect(types(await gateway.cancel(payment))).toEqual(['CAPTURED']);
  });
});

describe('refund', () => {
  test('sends a part back, once, however often it is asked', async () => {
    const { gateway, asked, calls } = await gatewayOf({
      [byKey]: [ok(paid), ok(sentBack)],
      [canceling]: [ok(sentBack)],
    });
    const first = await gateway.refund(refund, known);
    expect(first[1]).toEqual(
      gatewayFact({
        type: 'REFUNDED',
        paymentId,
        gatewayPaymentId: 'tviva_1',
        amount: 300,
        currency: 'KRW',
        refundId,
        gatewayObjectId: 'T1',
      }),
    );
    expect(asked[1]).toMatchObject({
      headers: { 'idempotency-key': refundId },
      body: { cancelReason: `requested [refund ${refundId}]`, cancelAmount: 300 },
    });
    // 15 days later Toss has forgotten the key.
    expect(await gateway.refund(refund, known)).toEqual(first);
    expect(calls()).toEqual([byKey, canceling, byKey]);
  });

  test('VOID cancels the whole', async () => {
    const { gateway, asked } = await gatewayOf({ [byKey]: [ok(paid)], [canceling]: [ok(sentBack)] });
    await gateway.refund({ ...refund, kind: 'VOID', amount: 1000 }, known);
    expect(asked[1]!.body).toEqual({ cancelReason: `requested [refund ${refundId}]` });
  });

  test('never touches another payment whose key was laid on this one', async () => {
    const { gateway, calls } = await gatewayOf({ [byKey]: [ok(toss({ orderId: newId() }))] });
    await expect(gateway.refund(refund, known)).rejects.toEqual(refusal('NOT_FOUND_PAYMENT'));
    expect(calls()).toEqual([byKey, byOrder]);
  });

  test('into a virtual account is refused before Toss is told: there is no account to send it to', async () => {
    const { gateway, calls } = await gatewayOf({ [byKey]: [ok({ ...waiting, status: 'DONE', approvedAt: at })] });
    await expect(gateway.refund(refund, known)).rejects.toEqual(refusal('refund_account_required'));
    expect(calls()).toEqual([byKey]);
  });

  test("Toss's no is a refusal", async () => {
    const { gateway } = await gatewayOf({ [byKey]: [ok(paid)], [canceling]: [no(403, 'NOT_CANCELABLE_AMOUNT')] });
    await expect(gateway.refund(refund, known)).rejects.toEqual(refusal('NOT_CANCELABLE_AMOUNT'));
  });
});

test('there is nothing to capture, and a virtual account holds its stock for days', async () => {
  const { gateway, calls } = await gatewayOf({});
  await expect(gateway.capture(known, 1000)).rejects.toEqual(refusal('capture_not_supported'));
  expect(gateway.reservationMsOf!('virtual_account')).toBe(7 * 24 * 60 * 60_000);
  expect(gateway.reservationMsOf!('card')).toBeUndefined();
  expect(calls()).toEqual([]);
});

test("keys that don't belong together are found when the shop starts", () => {
  expect(() => tossGateway({ secretKey: 'live_sk_1', clientKey: 'test_ck_1' })).toThrow('one is for tests');
});
