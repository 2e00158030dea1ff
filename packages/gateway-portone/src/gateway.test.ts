import { describe, expect, test } from 'vitest';
import { newId, GatewayRefusal } from '@commerce-core/core/gateway';
import type { FakeApiResponse } from '@commerce-core/core/testing';
import {
  paymentId,
  payment,
  refund,
  paymentObject,
  paid,
  waiting,
  partlyRefunded,
  ok,
  refusalAnswer,
  types,
  refusal,
  finding,
  registering,
  canceling,
  closing,
  startPortone,
} from './emulated-api.testing.ts';

describe('initiation', () => {
  const initiated = {
    gatewayPaymentId: paymentId,
    next: {
      provider: 'portone',
      storeId: 'store-1',
      channelKey: 'channel-1',
      paymentId,
      totalAmount: 1000,
      currency: 'KRW',
    },
  };

  test("registers the amount before the shopper's browser can name one", async () => {
    const { initiate, asked } = await startPortone({ [registering]: [ok({})] });
    expect(await initiate()).toEqual(initiated);
    expect(asked.map(({ call }) => call)).toEqual([registering]);
    expect(asked[0]?.headers.authorization).toBe('PortOne secret-1');
    expect(JSON.parse(asked[0]?.body)).toEqual({ storeId: 'store-1', totalAmount: 1000, currency: 'KRW' });
  });

  test('returns the same when it is repeated, also after the shopper has paid', async () => {
    const { initiate } = await startPortone({ [registering]: [ok({}), refusalAnswer(409, 'ALREADY_PAID')] });
    expect([await initiate(), await initiate()]).toEqual([initiated, initiated]);
  });

  test("is refused with PortOne's error type", async () => {
    const { initiate, calls } = await startPortone({ [registering]: [refusalAnswer(400, 'INVALID_REQUEST')] });
    await expect(initiate()).rejects.toEqual(refusal('INVALID_REQUEST'));
    expect(calls()).toHaveLength(1);
  });
});

describe('every failure but a definite no leaves the outcome unknown', () => {
  test.each<[string, FakeApiResponse]>([
    ['a wrong secret', refusalAnswer(401, 'UNAUTHORIZED')],
    ['missing rights', refusalAnswer(403, 'FORBIDDEN')],
    ['a call that is still running', refusalAnswer(409, 'IDEMPOTENCY_OUTSTANDING_REQUEST')],
    ['too many calls', refusalAnswer(429, 'TOO_MANY_REQUESTS')],
    ['an error of the payment provider', refusalAnswer(502, 'PG_PROVIDER')],
    ['a 500', refusalAnswer(500, 'INTERNAL_SERVER_ERROR')],
    ['the error page of a proxy', { status: 404, body: '<html>' }],
    ['a null', ok('null')],
    ['another payment', ok(paymentObject({ id: newId() }))],
    ['an unknown status', ok(paymentObject({ status: 'HALTED' }))],
    ['a broken connection', 'hang up'],
    ['a time-out', 'silence'],
  ])('%s', async (_, answer) => {
    const { gateway } = await startPortone({ [finding]: [answer] });
    const { gateway: another } = await startPortone({ [finding]: [ok(paid)], [canceling]: [answer] });
    const outcomes = await Promise.allSettled([
      gateway.retrieve(payment),
      gateway.cancel(payment),
      another.refund(refund, payment),
    ]);
    for (const outcome of outcomes) {
      const error: unknown = outcome.status === 'rejected' && outcome.reason;
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(GatewayRefusal);
      expect(String(error)).not.toContain('secret-1');
    }
  });

  test('after more tries, except for a wrong secret', async () => {
    const passing = await startPortone({ [finding]: ['hang up', ok(paid)] });
    expect(types(await passing.gateway.retrieve(payment))).toEqual(['CAPTURED']);
    const wrong = await startPortone({ [finding]: [refusalAnswer(401, 'UNAUTHORIZED'), ok(paid)] });
    await expect(wrong.gateway.retrieve(payment)).rejects.toThrow('PortOne gave no usable answer: UNAUTHORIZED');
  });

  test('after tries that overlap, because the library cannot abort one', async () => {
    const found = await startPortone({ [finding]: ['silence', ok(paid)] });
    expect(types(await found.gateway.retrieve(payment))).toEqual(['CAPTURED']);
    const registered = await startPortone({ [registering]: ['silence', refusalAnswer(409, 'ALREADY_PAID')] });
    expect(await registered.initiate()).toMatchObject({ gatewayPaymentId: paymentId });
    const closed = await startPortone({
      [finding]: [ok(waiting), ok({ ...waiting, status: 'CANCELLED' })],
      [closing]: ['silence', refusalAnswer(409, 'PAYMENT_NOT_WAITING_FOR_DEPOSIT')],
    });
    expect(types(await closed.gateway.cancel(payment))).toEqual(['CANCELED']);
    expect(closed.calls()).toEqual([finding, closing, closing, finding]);
  });
});

test('retrieve returns all facts of a payment, and none for an unknown payment', async () => {
  expect(types(await (await startPortone({ [finding]: [ok(partlyRefunded)] })).gateway.retrieve(payment))).toEqual([
    'CAPTURED',
    'REFUNDED',
  ]);
  expect(await (await startPortone({})).gateway.retrieve(payment)).toEqual([]);
});

test('capture is refused, and a virtual account reserves the stock for 7 days', async () => {
  const { gateway, calls } = await startPortone({});
  await expect(gateway.capture(payment, 1000)).rejects.toEqual(refusal('capture_not_supported'));
  expect(gateway.reservationMsOf('virtual_account')).toBe(7 * 24 * 60 * 60_000);
  expect(gateway.reservationMsOf('card')).toBeUndefined();
  expect(calls()).toEqual([]);
});
