import { describe, expect, test } from 'vitest';
import { newId, gatewayFact } from '@commerce-core/core/gateway';
import {
  paymentId,
  refundId,
  payment,
  knownPayment,
  refund,
  at,
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
  canceling,
  startToss,
  ok,
  refusal,
} from './emulated-api.testing.ts';

describe('cancel', () => {
  test.each([
    ['unknown', missing],
    ['unconfirmed', ok(ready)],
  ])('of an %s payment only reads it, because no money moves without confirm', async (_, answer) => {
    const { gateway, calls } = await startToss({ [byOrder]: [answer] });
    expect(await gateway.cancel(payment)).toMatchObject([{ type: 'CANCELED', paymentId }]);
    expect(calls()).toEqual([byOrder]);
  });

  test('closes a virtual account that waits for its deposit', async () => {
    const closed = { ...waiting, status: 'CANCELED', cancels: [{ cancelAmount: 1000, transactionKey: 'T1' }] };
    const { gateway, asked } = await startToss({ [byOrder]: [ok(waiting)], [canceling]: [ok(closed)] });
    expect(types(await gateway.cancel(payment))).toEqual(['CANCELED']);
    expect(asked[1]).toMatchObject({ call: canceling, headers: { 'idempotency-key': `cancel-${paymentId}` } });
  });

  test('of a captured payment returns its facts and undoes nothing', async () => {
    const { gateway, calls } = await startToss({ [byKey]: [ok(paid)] });
    expect(types(await gateway.cancel(knownPayment))).toEqual(['CAPTURED']);
    expect(calls()).toEqual([byKey]);
  });

  test('of a virtual account whose deposit comes at that moment returns the capture', async () => {
    const deposited = { ...waiting, status: 'DONE', approvedAt: at };
    const { gateway } = await startToss({
      [byOrder]: [ok(waiting), ok(deposited)],
      [canceling]: [refusalAnswer(400, 'INVALID_REFUND_ACCOUNT_INFO')],
    });
    expect(types(await gateway.cancel(payment))).toEqual(['CAPTURED']);
  });
});

describe('refund', () => {
  test('returns a part of the money, once, also when it is called again', async () => {
    const { gateway, asked, calls } = await startToss({
      [byKey]: [ok(paid), ok(refunded)],
      [canceling]: [ok(refunded)],
    });
    const first = await gateway.refund(refund, knownPayment);
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
    // Toss forgets an idempotency key after 15 days.
    expect(await gateway.refund(refund, knownPayment)).toEqual(first);
    expect(calls()).toEqual([byKey, canceling, byKey]);
  });

  test('of kind VOID cancels the whole payment', async () => {
    const { gateway, asked } = await startToss({ [byKey]: [ok(paid)], [canceling]: [ok(refunded)] });
    await gateway.refund({ ...refund, kind: 'VOID', amount: 1000 }, knownPayment);
    expect(asked[1]?.body).toEqual({ cancelReason: `requested [refund ${refundId}]` });
  });

  test('is refused when the key belongs to another payment, which is not touched', async () => {
    const { gateway, calls } = await startToss({ [byKey]: [ok(paymentObject({ orderId: newId() }))] });
    await expect(gateway.refund(refund, knownPayment)).rejects.toEqual(refusal('NOT_FOUND_PAYMENT'));
    expect(calls()).toEqual([byKey, byOrder]);
  });

  test('of a virtual account is refused without a call, because the bank account is unknown', async () => {
    const { gateway, calls } = await startToss({ [byKey]: [ok({ ...waiting, status: 'DONE', approvedAt: at })] });
    await expect(gateway.refund(refund, knownPayment)).rejects.toEqual(refusal('refund_account_required'));
    expect(calls()).toEqual([byKey]);
  });

  test('is refused when Toss refuses it', async () => {
    const { gateway } = await startToss({
      [byKey]: [ok(paid)],
      [canceling]: [refusalAnswer(403, 'NOT_CANCELABLE_AMOUNT')],
    });
    await expect(gateway.refund(refund, knownPayment)).rejects.toEqual(refusal('NOT_CANCELABLE_AMOUNT'));
  });
});
