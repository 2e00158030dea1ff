import { describe, expect, test } from 'vitest';
import { newId, gatewayFact, GatewayRefusal } from '@commerce-core/core/gateway';
import type { FakeApiResponse } from '@commerce-core/core/testing';
import {
  paymentId,
  payment,
  knownPayment,
  refund,
  paymentObject,
  paid,
  ready,
  waiting,
  refunded,
  missing,
  refusalAnswer,
  types,
  byKey,
  byOrder,
  confirming,
  startToss,
  ok,
  refusal,
} from './emulated-api.testing.ts';
import { tossGateway } from './gateway.ts';

test('a payment is initiated by the client, without a call to Toss', async () => {
  const { gateway, calls } = await startToss({});
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
  test('captures the amount of this payment, with its id as the idempotency key', async () => {
    const { gateway, asked } = await startToss({ [confirming]: [ok(paid)] });
    expect(await gateway.confirm(payment, 'tviva_1')).toEqual([
      gatewayFact({ type: 'CAPTURED', paymentId, gatewayPaymentId: 'tviva_1', amount: 1000, currency: 'KRW' }),
    ]);
    expect(asked).toMatchObject([
      { call: confirming, body: { paymentKey: 'tviva_1', orderId: paymentId, amount: 1000 } },
    ]);
    expect(asked[0]?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('test_sk_1:').toString('base64')}`,
      'idempotency-key': paymentId,
    });
  });

  test('of a virtual account returns PENDING with its due date', async () => {
    const { gateway } = await startToss({ [confirming]: [ok(waiting)] });
    const [fact] = await gateway.confirm(payment, 'tviva_1');
    expect(fact).toMatchObject({ type: 'PENDING', payableUntil: new Date('2026-02-20T14:59:59Z') });
  });

  test('of a payment that is confirmed already returns its facts', async () => {
    const { gateway, calls } = await startToss({
      [confirming]: [refusalAnswer(400, 'ALREADY_PROCESSED_PAYMENT')],
      [byOrder]: [ok(paid)],
    });
    expect(types(await gateway.confirm(payment, 'tviva_1'))).toEqual(['CAPTURED']);
    expect(calls()).toEqual([confirming, byOrder]);
  });

  test.each([
    ['missing', missing],
    ['unpaid', ok(ready)],
  ])('with the key of another, paid order is refused when this payment is %s', async (_, answer) => {
    const another = paymentObject({ paymentKey: 'another', orderId: newId() });
    const { gateway } = await startToss({
      [confirming]: [refusalAnswer(400, 'ALREADY_PROCESSED_PAYMENT')],
      'GET /v1/payments/another': [ok(another)],
      [byOrder]: [answer],
    });
    await expect(gateway.confirm(knownPayment, 'another')).rejects.toEqual(refusal('ALREADY_PROCESSED_PAYMENT'));
  });

  test('throws when Toss answers about another payment', async () => {
    const { gateway } = await startToss({ [confirming]: [ok(paymentObject({ orderId: newId() }))] });
    await expect(gateway.confirm(payment, 'tviva_1')).rejects.toThrow('Toss answered of another payment');
  });

  test('is repeated with the same idempotency key after a broken connection', async () => {
    const { gateway, asked } = await startToss({ [confirming]: ['hang up', ok(paid)] });
    expect(types(await gateway.confirm(payment, 'tviva_1'))).toEqual(['CAPTURED']);
    expect(asked.map(({ headers }) => headers['idempotency-key'])).toEqual([paymentId, paymentId]);
  });
});

describe("a definite no of Toss is a refusal with Toss's code", () => {
  test.each<[number, string]>([
    [400, 'INVALID_STOPPED_CARD'],
    [403, 'REJECT_CARD_PAYMENT'],
    [403, 'EXCEED_MAX_AMOUNT'],
    [404, 'NOT_FOUND_PAYMENT_SESSION'],
  ])('%d %s', async (status, code) => {
    const { gateway, asked } = await startToss({ [confirming]: [refusalAnswer(status, code)] });
    await expect(gateway.confirm(payment, 'tviva_1')).rejects.toEqual(refusal(code));
    expect(asked).toHaveLength(1);
  });
});

describe('every other failure leaves the outcome unknown', () => {
  test.each<[string, FakeApiResponse]>([
    ['a wrong key', refusalAnswer(401, 'UNAUTHORIZED_KEY')],
    ['a wrong key with status 400', refusalAnswer(400, 'INVALID_API_KEY')],
    ['missing rights', refusalAnswer(403, 'FORBIDDEN_REQUEST')],
    ['the same call, still running', refusalAnswer(409, 'IDEMPOTENT_REQUEST_PROCESSING')],
    ['too many calls', refusalAnswer(429, 'TOO_MANY_REQUESTS')],
    ['a 500', refusalAnswer(500, 'FAILED_INTERNAL_SYSTEM_PROCESSING')],
    ['the error page of a proxy', { status: 404, body: '<html>' }],
    ['a success without a payment', ok({ status: 'DONE' })],
    ['an unknown status', ok(paymentObject({ status: 'HALTED' }))],
    ['a broken connection', 'hang up'],
    ['a time-out', 'silence'],
  ])('%s', async (_, answer) => {
    const { gateway } = await startToss({ [confirming]: [answer], [byOrder]: [answer], [byKey]: [answer] });
    const calls = [
      gateway.confirm(payment, 'tviva_1'),
      gateway.retrieve(payment),
      gateway.refund(refund, knownPayment),
    ];
    for (const call of await Promise.allSettled(calls)) {
      const error: unknown = call.status === 'rejected' && call.reason;
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(GatewayRefusal);
      expect(String(error)).not.toContain('test_sk_1');
    }
  });
});

describe('retrieve', () => {
  test("looks for Toss's key when it is known", async () => {
    const { gateway, calls } = await startToss({ [byKey]: [ok(refunded)] });
    expect(types(await gateway.retrieve(knownPayment))).toEqual(['CAPTURED', 'REFUNDED']);
    expect(calls()).toEqual([byKey]);
  });

  test("looks for our id when Toss's key is not known", async () => {
    const { gateway, calls } = await startToss({ [byOrder]: [ok(paid)] });
    expect(types(await gateway.retrieve(payment))).toEqual(['CAPTURED']);
    expect(calls()).toEqual([byOrder]);
  });

  test('ignores a key that belongs to another payment', async () => {
    const { gateway } = await startToss({
      [byKey]: [ok(paymentObject({ orderId: newId() }))],
      [byOrder]: [ok(waiting)],
    });
    expect(types(await gateway.retrieve(knownPayment))).toEqual(['PENDING']);
  });

  test('returns no facts for a payment that Toss does not know', async () => {
    const { gateway } = await startToss({});
    expect(await gateway.retrieve(knownPayment)).toEqual([]);
  });
});

test('capture is refused, and a virtual account reserves the stock for 7 days', async () => {
  const { gateway, calls } = await startToss({});
  await expect(gateway.capture(knownPayment, 1000)).rejects.toEqual(refusal('capture_not_supported'));
  expect(gateway.reservationMsOf('virtual_account')).toBe(7 * 24 * 60 * 60_000);
  expect(gateway.reservationMsOf('card')).toBeUndefined();
  expect(calls()).toEqual([]);
});

test('a test key with a live key throws when the gateway is made', () => {
  expect(() => tossGateway({ secretKey: 'live_sk_1', clientKey: 'test_ck_1' })).toThrow('one is for tests');
});
