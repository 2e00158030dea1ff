import { GatewayRefusal } from '@commerce-core/core';
import { describe, expect, test } from 'vitest';
import { until } from '../../shop.testing.ts';
import { refusal, settings, startEmulator, startWithPaidPayment, types } from './portone.testing.ts';

describe('a payment', () => {
  test('is registered by the shop, paid by the shopper, sent as a signed webhook, and polled', async () => {
    const { gateway, payment, initiate, pay, receivedFacts, shop, entry } = await startEmulator();
    const { gatewayPaymentId } = await initiate();
    await pay('CAPTURED');
    expect(receivedFacts()).toMatchObject([{ type: 'CHANGED', paymentId: payment.id, gatewayPaymentId, amount: 0 }]);
    expect(receivedFacts()[0]!.providerEventId).toBe(shop.received[0]!.headers['webhook-id']);
    expect(await gateway.retrieve(payment)).toMatchObject([
      { type: 'CAPTURED', paymentId: payment.id, gatewayPaymentId, amount: 1000, currency: 'KRW' },
    ]);
    expect(await entry()).toMatchObject({ state: 'CAPTURED', charged: { amount: 1000 } });
  });

  test("can't be paid before the shop has registered it", async () => {
    const { gateway, payment, pay } = await startEmulator();
    expect((await pay('CAPTURED', { amount: 1, currency: 'KRW' })).status).toBe(404);
    expect(await gateway.retrieve(payment)).toEqual([]);
  });

  test('can be registered again with the same next step, paid or not', async () => {
    const { initiate, pay } = await startEmulator();
    const first = await initiate();
    expect(await initiate()).toEqual(first);
    await pay('CAPTURED');
    expect(await initiate()).toEqual(first);
  });

  test('that failed can be tried again under the same id', async () => {
    const { gateway, payment, initiate, pay, receivedFacts } = await startEmulator();
    await initiate();
    await pay('ATTEMPT_FAILED', { failureCode: 'LIMIT_EXCEEDED' });
    expect(await gateway.retrieve(payment)).toMatchObject([{ type: 'ATTEMPT_FAILED', failureCode: 'LIMIT_EXCEEDED' }]);
    await pay('CAPTURED');
    expect(types(await gateway.retrieve(payment))).toEqual(['CAPTURED']);
    expect(types(receivedFacts())).toEqual(['CHANGED', 'CHANGED']);
  });

  test('in dollars is counted in cents at the shop and at the gateway', async () => {
    const { gateway, payment, initiate, pay, entry } = await startEmulator({ amount: 1999, currency: 'USD' });
    await initiate();
    await pay('CAPTURED');
    expect(await gateway.retrieve(payment)).toMatchObject([{ amount: 1999, currency: 'USD' }]);
    expect((await entry()).charged).toMatchObject({ amount: 1999, currency: 'USD' });
  });

  test('can’t be canceled before an attempt to pay; a cancel of a paid one changes nothing', async () => {
    const { gateway, payment, initiate, pay } = await startEmulator();
    await initiate();
    expect(await gateway.cancel(payment)).toEqual([]);
    await pay('CAPTURED');
    expect(types(await gateway.cancel(payment))).toEqual(['CAPTURED']);
  });
});

describe('a virtual account', () => {
  async function waiting() {
    const started = await startEmulator();
    await started.initiate();
    await started.pay('PENDING', { payableMs: 3_600_000 });
    return started;
  }

  test('is pending until its deposit comes', async () => {
    const { gateway, payment, pay } = await waiting();
    const [pending] = await gateway.retrieve(payment);
    expect(pending!.type).toBe('PENDING');
    expect(Math.abs(pending!.payableUntil!.getTime() - Date.now() - 3_600_000)).toBeLessThan(60_000);
    await pay('CAPTURED');
    expect(types(await gateway.retrieve(payment))).toEqual(['CAPTURED']);
  });

  test('can be closed before its deposit, and then takes none', async () => {
    const { gateway, payment, pay, entry } = await waiting();
    expect(types(await gateway.cancel(payment))).toEqual(['CANCELED']);
    expect((await pay('CAPTURED')).status).toBe(409);
    expect(types(await gateway.cancel(payment))).toEqual(['CANCELED']);
    expect((await entry()).charged).toBeNull();
  });

  test('can’t be refunded without a bank account of the shopper', async () => {
    const { gateway, payment, refundOf, pay } = await waiting();
    await pay('CAPTURED');
    await expect(gateway.refund(refundOf(1000), payment)).rejects.toEqual(refusal('refund_account_required'));
  });
});

describe('a refund', () => {
  test('is made once for any number of calls, and has the same id at the shop and the gateway', async () => {
    const { gateway, payment, refundOf, receivedFacts, entry } = await startWithPaidPayment();
    const refund = refundOf(300);
    const answers = await Promise.all([1, 2, 3].map(() => gateway.refund(refund, payment)));
    for (const facts of [...answers, await gateway.refund(refund, payment), await gateway.retrieve(payment)]) {
      const refunds = facts.filter(({ type }) => type === 'REFUNDED');
      expect(refunds).toMatchObject([{ amount: 300, currency: 'KRW', refundId: refund.id }]);
    }
    expect((await entry()).refunds).toMatchObject([{ refundId: refund.id, amount: 300, status: 'SUCCEEDED' }]);
    await until(() => receivedFacts().length === 2);
  });

  test('of the whole amount takes what is left, and a further one is refused', async () => {
    const { gateway, payment, refundOf, entry } = await startWithPaidPayment();
    await gateway.refund(refundOf(300), payment);
    await expect(gateway.refund(refundOf(701), payment)).rejects.toEqual(
      refusal('CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT'),
    );
    await gateway.refund(refundOf(1000, 'VOID'), payment);
    await expect(gateway.refund(refundOf(1), payment)).rejects.toEqual(refusal('PAYMENT_ALREADY_CANCELLED'));
    expect(types(await gateway.retrieve(payment))).toEqual(['CAPTURED', 'REFUNDED', 'REFUNDED']);
    expect((await entry()).refundedAmount).toBe(1000);
  });

  test('succeeds for one of two at the same time that together exceed the payment', async () => {
    const { gateway, payment, refundOf, entry } = await startWithPaidPayment();
    await Promise.allSettled([gateway.refund(refundOf(700), payment), gateway.refund(refundOf(700), payment)]);
    expect((await entry()).refundedAmount).toBe(700);
  });

  test('made in the dashboard has no refund id of the shop', async () => {
    const { gateway, payment, request, receivedFacts } = await startWithPaidPayment();
    await request('/dashboard/refunds', { paymentId: payment.id, amount: 200 });
    await until(() => receivedFacts().length === 2);
    expect((await gateway.retrieve(payment))[1]).toMatchObject({ type: 'REFUNDED', amount: 200, refundId: null });
  });
});

test('a dispute is sent when it opens and when it closes; the adapter always reports it as opened', async () => {
  const { gateway, payment, request, receivedFacts } = await startWithPaidPayment();
  const { disputes } = (await request('/dashboard/disputes', { paymentId: payment.id, amount: 1000 })).body;
  const opened = { type: 'DISPUTE_OPENED', amount: 1000, gatewayObjectId: disputes[0].id };
  expect((await gateway.retrieve(payment))[1]).toMatchObject(opened);
  await request(`/dashboard/disputes/${disputes[0].id}`, { paymentId: payment.id, status: 'WON' });
  expect((await gateway.retrieve(payment))[1]).toMatchObject(opened);
  await until(() => receivedFacts().length === 3);
});

test.each([
  ['secret', { ...settings, apiSecret: 'secret-2' }],
  ['store', { ...settings, storeId: 'store-2' }],
])('with a wrong %s every outcome is unknown', async (_, theirs) => {
  const { gateway, payment, initiate } = await startEmulator({ theirs });
  for (const call of [() => initiate(), () => gateway.retrieve(payment)]) {
    const error: unknown = await call().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(GatewayRefusal);
  }
});
