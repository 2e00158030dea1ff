import { randomUUID } from 'node:crypto';
import { GatewayRefusal } from '@commerce-core/core';
import { describe, expect, test } from 'vitest';
import { until } from '../../shop.testing.ts';
import { testAttempt, startWithPayment, startStripe, refusal, types } from './stripe.testing.ts';

describe('initiating a payment', () => {
  test('again returns the same intent, with or without the intent’s id', async () => {
    const { initiate, attempt, payment, next } = await startWithPayment();
    expect(next).toMatchObject({ provider: 'stripe', publishableKey: null });
    for (const again of [attempt, payment])
      expect(await initiate(again)).toEqual({ gatewayPaymentId: payment.gatewayPaymentId, next });
  });

  test('by several calls at the same time creates one intent', async () => {
    const { initiate, attempt, request } = await startWithPayment();
    const fresh = { ...attempt, id: randomUUID() };
    const answers = await Promise.all(Array.from({ length: 5 }, () => initiate(fresh)));
    expect(new Set(answers.map(({ gatewayPaymentId }) => gatewayPaymentId)).size).toBe(1);
    expect((await request('/book')).body.totals.payments).toBe(2);
  });
});

describe('a shopper who pays', () => {
  test('is reported by webhook and by poll as the same fact', async () => {
    const { gateway, payment, payAs, receivedFacts } = await startWithPayment();
    expect(types(await gateway.retrieve(payment))).toEqual(['PENDING 0']);
    await payAs('CAPTURED');
    const [fact] = await gateway.retrieve(payment);
    expect(fact).toMatchObject({
      type: 'CAPTURED',
      paymentId: payment.id,
      gatewayPaymentId: payment.gatewayPaymentId,
      amount: 5000,
      currency: 'EUR',
    });
    expect(receivedFacts()).toEqual([{ ...fact, providerEventId: expect.stringMatching(/^evt_/) }]);
  });

  test('can pay with another card after a declined one', async () => {
    const { gateway, payment, payAs, receivedFacts } = await startWithPayment();
    await payAs('ATTEMPT_FAILED', { failureCode: 'insufficient_funds' });
    expect(await gateway.retrieve(payment)).toMatchObject([
      { type: 'ATTEMPT_FAILED', failureCode: 'insufficient_funds' },
    ]);
    await payAs('CAPTURED');
    expect(types(receivedFacts())).toEqual(['ATTEMPT_FAILED 0', 'CAPTURED 5000']);
  });

  test('by a voucher has days to pay', async () => {
    const { gateway, payment, payAs, receivedFacts } = await startWithPayment();
    await payAs('PENDING');
    const [fact] = await gateway.retrieve(payment);
    expect(fact!.payableUntil!.getTime()).toBeGreaterThan(Date.now() + 2 * 24 * 3_600_000);
    expect(receivedFacts()).toMatchObject([fact!]);
  });

  test('in króna pays the order’s amount although Stripe counts in hundredths', async () => {
    const { gateway, payment, payAs, book, receivedFacts } = await startWithPayment({ currency: 'ISK', amount: 90 });
    await payAs('CAPTURED');
    expect(await gateway.retrieve(payment)).toMatchObject([{ type: 'CAPTURED', amount: 90, currency: 'ISK' }]);
    expect(receivedFacts()).toMatchObject([{ amount: 90, currency: 'ISK' }]);
    expect((await book(payment.id)).charged).toMatchObject({ amount: 90 });
  });
});

describe('an authorized payment', () => {
  test('is captured in part, and the released rest is not reported as a refund', async () => {
    const { gateway, payment, payAs, receivedFacts, book } = await startWithPayment({ capture: 'MANUAL' });
    await payAs('AUTHORIZED');
    const facts = await gateway.capture(payment, 3000);
    expect(types(facts)).toEqual(['AUTHORIZED 5000', 'CAPTURED 3000']);
    expect(await gateway.capture(payment, 3000)).toEqual(facts);
    expect(await gateway.retrieve(payment)).toEqual(facts);
    await until(() => receivedFacts().length === 4);
    expect(types(receivedFacts()).toSorted()).toEqual(['AUTHORIZED 5000', 'CAPTURED 3000', 'CHANGED 0', 'OTHER 0']);
    expect(await book(payment.id)).toMatchObject({ capturedAmount: 3000, releasedAmount: 2000, refundedAmount: 0 });
  });

  test('is released by a void, once, and not by a cancel', async () => {
    const { gateway, payment, payAs, refundOf, book } = await startWithPayment({ capture: 'MANUAL' });
    await payAs('AUTHORIZED');
    expect(types(await gateway.cancel(payment))).toEqual(['AUTHORIZED 5000']);
    const whole = refundOf(5000, 'VOID');
    const facts = await gateway.refund(whole, payment);
    expect(facts).toMatchObject([{ type: 'REFUNDED', amount: 5000, refundId: whole.id }]);
    expect(await gateway.refund(whole, payment)).toEqual(facts);
    expect(types(await gateway.retrieve(payment))).toEqual(['CANCELED 0']);
    expect(await book(payment.id)).toMatchObject({ state: 'CANCELED', releasedAmount: 5000, refunds: [] });
  });

  test('is refunded by a void if it was captured before', async () => {
    const { gateway, payment, payAs, refundOf, book, callStripe } = await startWithPayment({ capture: 'MANUAL' });
    await payAs('AUTHORIZED');
    await callStripe(`/v1/payment_intents/${payment.gatewayPaymentId}/capture`);
    const whole = refundOf(5000, 'VOID');
    for (const _ of [1, 2])
      expect(await gateway.refund(whole, payment)).toMatchObject([
        { type: 'REFUNDED', amount: 5000, refundId: whole.id },
      ]);
    expect((await book(payment.id)).refunds).toMatchObject([{ refundId: whole.id, amount: 5000 }]);
  });

  test('is canceled when it has expired', async () => {
    const { gateway, payment, payAs } = await startWithPayment({ capture: 'MANUAL' });
    await payAs('AUTHORIZED');
    await payAs('CANCELED');
    expect(await gateway.capture(payment, 5000)).toMatchObject([{ type: 'CANCELED', failureCode: 'automatic' }]);
  });
});

describe('a cancel', () => {
  test('stops the shopper from paying', async () => {
    const { gateway, payment, payAs, book } = await startWithPayment();
    for (const _ of [1, 2]) expect(types(await gateway.cancel(payment))).toEqual(['CANCELED 0']);
    expect((await payAs('CAPTURED')).status).toBe(409);
    expect((await book(payment.id)).charged).toBeNull();
  });

  test('changes nothing once the shopper has paid', async () => {
    const { gateway, payment, payAs } = await startWithPayment();
    await payAs('CAPTURED');
    expect(types(await gateway.cancel(payment))).toEqual(['CAPTURED 5000']);
  });
});

describe('a refund', () => {
  test('is made once for any number of calls, and has the same id at the shop and the gateway', async () => {
    const { gateway, payment, payAs, refundOf, book, receivedFacts } = await startWithPayment();
    await payAs('CAPTURED');
    const refund = refundOf(2000);
    const answers = await Promise.all([1, 2, 3].map(() => gateway.refund(refund, payment)));
    for (const facts of [...answers, await gateway.refund(refund, payment)]) {
      expect(facts).toMatchObject([
        { type: 'REFUNDED', amount: 2000, refundId: refund.id, gatewayObjectId: expect.stringMatching(/^re_/) },
      ]);
    }
    expect((await book(payment.id)).refunds).toMatchObject([
      { refundId: refund.id, amount: 2000, status: 'SUCCEEDED' },
    ]);
    await until(() => receivedFacts().length === 3);
    expect(receivedFacts().find(({ type }) => type === 'REFUNDED')).toMatchObject(answers[0]![0]!);
  });

  test('of more than is left is refused', async () => {
    const { gateway, payment, payAs, refundOf, book } = await startWithPayment();
    await expect(gateway.refund(refundOf(1), payment)).rejects.toEqual(refusal('invalid_request_error'));
    await payAs('CAPTURED');
    await gateway.refund(refundOf(4000), payment);
    await expect(gateway.refund(refundOf(1001), payment)).rejects.toEqual(refusal('amount_too_large'));
    await gateway.refund(refundOf(1000), payment);
    await expect(gateway.refund(refundOf(1), payment)).rejects.toEqual(refusal('charge_already_refunded'));
    expect(types(await gateway.retrieve(payment))).toEqual(['CAPTURED 5000', 'REFUNDED 4000', 'REFUNDED 1000']);
    expect((await book(payment.id)).refundedAmount).toBe(5000);
  });
});

test('the list of events has the same events as the webhooks', async () => {
  const { gateway, payment, payAs, refundOf, receivedFacts } = await startWithPayment();
  await payAs('CAPTURED');
  await gateway.refund(refundOf(2000), payment);
  await until(() => receivedFacts().length === 3);
  const listed = await gateway.listEvents!(new Date(Date.now() - 60_000));
  const byId = (events: { providerEventId: string }[]) =>
    events.toSorted((a, b) => (a.providerEventId < b.providerEventId ? -1 : 1));
  expect(byId(listed)).toEqual(byId(receivedFacts()));
  expect(listed[0]!.type).toBe('CAPTURED');
});

test('with a wrong key every outcome is unknown', async () => {
  const { gateway } = await startStripe('sk_test_2');
  const payment = { ...testAttempt, id: randomUUID(), gatewayPaymentId: 'pi_1' };
  const error: unknown = await gateway.retrieve(payment).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(GatewayRefusal);
});
