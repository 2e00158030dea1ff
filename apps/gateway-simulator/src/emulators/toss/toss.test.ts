import { describe, expect, test } from 'vitest';
import { until } from '../../shop.testing.ts';
import { createAttempt, refusal, startEmulator, startWithPaidPayment, types } from './toss.testing.ts';

describe('a card', () => {
  test('is charged by confirm, and its webhook names the payment to poll', async () => {
    const { gateway, payment, facts, receivedFacts, book } = await startWithPaidPayment();
    const money = {
      type: 'CAPTURED',
      paymentId: payment.id,
      gatewayPaymentId: payment.gatewayPaymentId,
      amount: 1000,
      currency: 'KRW',
    };
    expect(facts).toMatchObject([money]);
    await until(() => receivedFacts().length === 1);
    expect(receivedFacts()).toMatchObject([{ type: 'CHANGED', paymentId: payment.id, amount: 0 }]);
    expect(await gateway.retrieve(payment)).toEqual(facts);
    expect(await book(payment.id)).toMatchObject({ state: 'CAPTURED', charged: { amount: 1000 } });
  });

  test('is charged once for any number of confirms at the same time', async () => {
    const { payment, agreed } = createAttempt();
    const { gateway, pay, request } = await startEmulator();
    const { gatewayPaymentId } = (await pay(agreed())).body;
    const answers = await Promise.all(Array.from({ length: 5 }, () => gateway.confirm!(payment, gatewayPaymentId)));
    expect(new Set(answers.map((facts) => JSON.stringify(facts))).size).toBe(1);
    expect((await request('/book')).body.totals.charged).toEqual({ KRW: 1000 });
  });

  test('isn’t charged for another amount than agreed, nor before the shopper agrees', async () => {
    const { payment, agreed } = createAttempt();
    const { gateway, pay, book } = await startEmulator();
    await expect(gateway.confirm!(createAttempt().payment, 'tviva-unknown')).rejects.toEqual(
      refusal('NOT_FOUND_PAYMENT'),
    );
    const { gatewayPaymentId } = (await pay(agreed())).body;
    await expect(gateway.confirm!({ ...payment, amount: 999 }, gatewayPaymentId)).rejects.toEqual(
      refusal('INVALID_REQUEST'),
    );
    expect((await book(payment.id)).charged).toBeNull();
  });

  test('that is declined is a refusal with the decline code', async () => {
    const { payment, agreed } = createAttempt();
    const { gateway, pay } = await startEmulator();
    const { gatewayPaymentId } = (await pay({ ...agreed('FAILED'), failureCode: 'REJECT_CARD_PAYMENT' })).body;
    await expect(gateway.confirm!(payment, gatewayPaymentId)).rejects.toEqual(refusal('REJECT_CARD_PAYMENT'));
    expect(await gateway.retrieve(payment)).toMatchObject([{ type: 'FAILED', failureCode: 'REJECT_CARD_PAYMENT' }]);
  });

  test('in dollars is charged to the cent', async () => {
    const { payment, agreed } = createAttempt();
    const { gateway, pay, book } = await startEmulator();
    const dollars = { amount: 1999, currency: 'USD' };
    const { gatewayPaymentId } = (await pay({ ...agreed(), ...dollars })).body;
    expect(await gateway.confirm!({ ...payment, ...dollars }, gatewayPaymentId)).toMatchObject([dollars]);
    expect((await book(payment.id)).charged).toMatchObject(dollars);
  });
});

describe('a virtual account', () => {
  async function waiting() {
    const { payment, refundOf, agreed } = createAttempt();
    const started = await startEmulator();
    const { gatewayPaymentId } = (await started.pay(agreed('PENDING'))).body;
    const facts = await started.gateway.confirm!(payment, gatewayPaymentId);
    return { ...started, payment, refundOf, facts };
  }

  test('is pending for days and becomes paid by its deposit', async () => {
    const { gateway, payment, facts, pay, receivedFacts } = await waiting();
    expect(types(facts)).toEqual(['PENDING']);
    expect(facts[0]!.payableUntil!.getTime()).toBeGreaterThan(Date.now() + 2 * 24 * 3_600_000);
    await pay({ paymentId: payment.id, outcome: 'CAPTURED' });
    await until(() => receivedFacts().length === 2);
    expect(receivedFacts().map(({ type, paymentId }) => [type, paymentId])).toEqual([
      ['CHANGED', payment.id],
      ['CHANGED', payment.id],
    ]);
    expect(types(await gateway.retrieve(payment))).toEqual(['CAPTURED']);
  });

  test('can be closed before its deposit, and then takes none', async () => {
    const { gateway, payment, pay, book } = await waiting();
    expect(types(await gateway.cancel(payment))).toEqual(['CANCELED']);
    expect((await pay({ paymentId: payment.id, outcome: 'CAPTURED' })).status).toBe(409);
    expect(types(await gateway.cancel(payment))).toEqual(['CANCELED']);
    expect((await book(payment.id)).charged).toBeNull();
  });

  test('can’t be refunded without a bank account of the shopper', async () => {
    const { gateway, payment, refundOf, pay } = await waiting();
    await pay({ paymentId: payment.id, outcome: 'CAPTURED' });
    await expect(gateway.refund(refundOf(1000), payment)).rejects.toEqual(refusal('refund_account_required'));
  });
});

describe('a refund', () => {
  test('is made once for any number of calls, and has the same id at the shop and the gateway', async () => {
    const { gateway, payment, refundOf, book } = await startWithPaidPayment();
    const refund = refundOf(300);
    const answers = await Promise.all([1, 2, 3].map(() => gateway.refund(refund, payment)));
    for (const facts of [...answers, await gateway.refund(refund, payment)]) {
      expect(facts[1]).toMatchObject({ type: 'REFUNDED', amount: 300, refundId: refund.id });
      expect(facts).toHaveLength(2);
    }
    expect((await book(payment.id)).refunds).toMatchObject([{ refundId: refund.id, amount: 300, status: 'SUCCEEDED' }]);
  });

  test('of the whole amount takes what is left, and a further one is refused', async () => {
    const { gateway, payment, refundOf, book } = await startWithPaidPayment();
    await gateway.refund(refundOf(300), payment);
    await expect(gateway.refund(refundOf(701), payment)).rejects.toEqual(refusal('NOT_CANCELABLE_AMOUNT'));
    await gateway.refund(refundOf(1000, 'VOID'), payment);
    await expect(gateway.refund(refundOf(1), payment)).rejects.toEqual(refusal('ALREADY_CANCELED_PAYMENT'));
    expect(types(await gateway.retrieve(payment))).toEqual(['CAPTURED', 'REFUNDED', 'REFUNDED']);
    expect((await book(payment.id)).refundedAmount).toBe(1000);
  });

  test('made in the dashboard has no refund id of the shop', async () => {
    const { gateway, payment, request, receivedFacts } = await startWithPaidPayment();
    await request('/dashboard/refunds', { paymentId: payment.id, amount: 200 });
    await until(() => receivedFacts().length === 2);
    expect((await gateway.retrieve(payment))[1]).toMatchObject({ type: 'REFUNDED', amount: 200, refundId: null });
  });
});

test('a refund that the shopper’s bank returns is reported as failed by webhook and by poll', async () => {
  const { gateway, payment, refundOf, request, receivedFacts } = await startWithPaidPayment();
  const refund = refundOf(300);
  await gateway.refund(refund, payment);
  await request(`/dashboard/refunds/${refund.id}`, { paymentId: payment.id, status: 'FAILED' });
  expect((await gateway.retrieve(payment))[1]).toMatchObject({
    type: 'REFUND_FAILED',
    refundId: refund.id,
    amount: 300,
  });
  await until(() => receivedFacts().length === 3);
  expect(receivedFacts()[2]).toMatchObject({ type: 'CHANGED', paymentId: payment.id });
});

test('an agreement alone sends no webhook and charges nothing', async () => {
  const { payment, agreed } = createAttempt();
  const { gateway, shop, pay, book } = await startEmulator();
  expect((await pay(agreed())).status).toBe(200);
  expect((await book(payment.id)).charged).toBeNull();
  expect(shop.received).toEqual([]);
  expect(types(await gateway.retrieve(payment))).toEqual(['PENDING']);
  expect(types(await gateway.cancel(payment))).toEqual(['CANCELED']);
});
