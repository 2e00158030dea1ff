import { describe, expect, test } from 'vitest';
import { gatewayFact, GatewayRefusal } from '@commerce-core/core/gateway';
import type { FakeApiResponse } from '@commerce-core/core/testing';
import {
  refundId,
  about,
  payment,
  refund,
  amount,
  paymentObject,
  paid,
  ready,
  account,
  waiting,
  cancellation,
  partlyRefunded,
  refunded,
  ok,
  refusalAnswer,
  missing,
  types,
  refusal,
  finding,
  canceling,
  closing,
  startPortone,
} from './emulated-api.testing.ts';

describe('cancel', () => {
  test.each<[string, FakeApiResponse, string[]]>([
    ['unknown', missing, []],
    ['registered', ok(ready), []],
    ['paid', ok(paid), ['CAPTURED']],
    ['failed', ok(paymentObject({ status: 'FAILED', failure: {} })), ['ATTEMPT_FAILED']],
  ])('of a payment that is %s undoes nothing', async (_, answer, expected) => {
    const { gateway, calls } = await startPortone({ [finding]: [answer] });
    expect(types(await gateway.cancel(payment))).toEqual(expected);
    expect(calls()).toEqual([finding]);
  });

  test('closes a virtual account that waits for its deposit', async () => {
    const { gateway, calls } = await startPortone({
      [finding]: [ok(waiting)],
      [closing]: [ok({ closedAt: '2026-02-14T00:00:00Z' })],
    });
    expect(await gateway.cancel(payment)).toEqual([gatewayFact({ type: 'CANCELED', ...about })]);
    expect(calls()).toEqual([finding, closing]);
  });

  test('of a virtual account whose deposit comes at that moment returns the capture', async () => {
    const { gateway } = await startPortone({
      [finding]: [ok(waiting), ok(paymentObject({ method: account }))],
      [closing]: [refusalAnswer(409, 'PAYMENT_NOT_WAITING_FOR_DEPOSIT')],
    });
    expect(types(await gateway.cancel(payment))).toEqual(['CAPTURED']);
  });
});

describe('refund', () => {
  test('returns a part of the money, once, also when it is called again', async () => {
    const { gateway, asked, calls } = await startPortone({
      [finding]: [ok(paid), ok(partlyRefunded)],
      [canceling]: [ok({ cancellation })],
    });
    expect(await gateway.refund(refund, payment)).toEqual([refunded]);
    expect(asked[1]?.body).toEqual({
      storeId: 'store-1',
      reason: `requested [refund ${refundId}]`,
      amount: 300,
      currentCancellableAmount: 1000,
    });
    // PortOne takes keys of 16 to 256 letters, digits, - and _.
    expect(asked[1]?.headers['idempotency-key']).toMatch(new RegExp(`^${refundId}[\\w-]{0,100}$`));
    expect(await gateway.refund(refund, payment)).toContainEqual(refunded);
    expect(calls()).toEqual([finding, canceling, finding]);
  });

  test('is repeated with the same idempotency key when its answer is lost', async () => {
    const { gateway, asked } = await startPortone({
      [finding]: [ok(paid)],
      [canceling]: ['hang up', ok({ cancellation })],
    });
    expect(await gateway.refund(refund, payment)).toEqual([refunded]);
    const [first, second] = asked.slice(1).map(({ headers }) => headers['idempotency-key']);
    expect(first).toBe(second);
  });

  test('of kind VOID cancels the whole payment', async () => {
    const { gateway, asked } = await startPortone({ [finding]: [ok(paid)], [canceling]: [ok({ cancellation })] });
    await gateway.refund({ ...refund, kind: 'VOID', amount: 1000 }, payment);
    expect(asked[1]?.body).toEqual({
      storeId: 'store-1',
      reason: `requested [refund ${refundId}]`,
      currentCancellableAmount: 1000,
    });
  });

  test.each<[string, object]>([
    ['a discount', { amount: { ...amount, discount: 100, paid: 900 } }],
    [
      'another running cancel',
      { cancellations: [{ ...cancellation, status: 'REQUESTED', reason: 'in the dashboard' }] },
    ],
  ])('does not state the amount that is left when %s makes it uncertain', async (_, changes) => {
    const { gateway, asked } = await startPortone({
      [finding]: [ok(paymentObject(changes))],
      [canceling]: [ok({ cancellation })],
    });
    await gateway.refund(refund, payment);
    expect(asked[1]?.body).not.toHaveProperty('currentCancellableAmount');
  });

  test('has an unknown outcome when the balance has changed since it was read', async () => {
    const { gateway } = await startPortone({
      [finding]: [ok(paid)],
      [canceling]: [refusalAnswer(409, 'CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN')],
    });
    await expect(gateway.refund(refund, payment)).rejects.not.toBeInstanceOf(GatewayRefusal);
  });

  test('that was made before the whole payment was canceled has succeeded', async () => {
    const { gateway } = await startPortone({
      [finding]: [ok(paid), ok(partlyRefunded)],
      [canceling]: [refusalAnswer(409, 'PAYMENT_ALREADY_CANCELLED')],
    });
    expect(await gateway.refund(refund, payment)).toContainEqual(refunded);
  });

  test.each(['PAYMENT_ALREADY_CANCELLED', 'PAYMENT_NOT_PAID', 'CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT'])(
    'is refused when PortOne answers %s',
    async (code) => {
      const { gateway } = await startPortone({ [finding]: [ok(paid)], [canceling]: [refusalAnswer(409, code)] });
      await expect(gateway.refund(refund, payment)).rejects.toEqual(refusal(code));
    },
  );

  test('of a payment that PortOne does not know is refused', async () => {
    const { gateway } = await startPortone({});
    await expect(gateway.refund(refund, payment)).rejects.toEqual(refusal('PAYMENT_NOT_FOUND'));
  });

  test('of a virtual account is refused without a call, because the bank account is unknown', async () => {
    const { gateway, calls } = await startPortone({ [finding]: [ok(paymentObject({ method: account }))] });
    await expect(gateway.refund(refund, payment)).rejects.toEqual(refusal('refund_account_required'));
    expect(calls()).toEqual([finding]);
  });
});
