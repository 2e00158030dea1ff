import { describe, expect, test } from 'vitest';
import { until } from '../shop.testing.ts';
import { startSimulator } from '../simulator.testing.ts';

async function startWithPaidPayment() {
  const simulator = await startSimulator();
  const { body } = await simulator.pay({ paymentId: 'p', amount: 1000, currency: 'EUR', outcome: 'CAPTURED' });
  const laterWebhooks = () => simulator.shop.received.map(({ body }) => JSON.parse(body)).slice(1);
  return { ...simulator, gatewayPaymentId: body.gatewayPaymentId as string, laterWebhooks };
}

describe('an operator at the gateway', () => {
  test('refunds a part and then the rest, and the shop receives a webhook for each', async () => {
    const { request, laterWebhooks, gatewayPaymentId } = await startWithPaidPayment();
    const part = await request('/dashboard/refunds', { paymentId: 'p', amount: 300 });
    expect(part).toMatchObject({
      status: 200,
      body: { refundedAmount: 300, refunds: [{ refundId: null, amount: 300 }] },
    });
    await request('/dashboard/refunds', { paymentId: gatewayPaymentId });
    await until(() => laterWebhooks().length === 2);
    expect(laterWebhooks()).toMatchObject([
      { type: 'REFUNDED', amount: 300 },
      { type: 'REFUNDED', amount: 700 },
    ]);
    expect(laterWebhooks()[0]).not.toHaveProperty('refundId');
    expect(await request('/dashboard/refunds', { paymentId: 'p', amount: 1 })).toMatchObject({
      status: 409,
      body: { code: 'amount_too_large' },
    });
  });

  test('fails a refund of the shop, and the shop receives the failure code', async () => {
    const { request, laterWebhooks } = await startWithPaidPayment();
    await request('/mock/v1/payments/p/refunds', { refundId: 'r-1', amount: 400 });
    await until(() => laterWebhooks().length === 1);
    const { body } = await request('/dashboard/refunds/r-1', {
      paymentId: 'p',
      status: 'FAILED',
      failureCode: 'account_closed',
    });
    expect(body).toMatchObject({
      refundedAmount: 0,
      refunds: [{ refundId: 'r-1', status: 'FAILED', failureCode: 'account_closed' }],
    });
    await until(() => laterWebhooks().length === 2);
    expect(laterWebhooks()[1]).toMatchObject({
      type: 'REFUND_FAILED',
      refundId: 'r-1',
      amount: 400,
      failureCode: 'account_closed',
    });
  });

  test.each(['WON', 'LOST'])('opens and closes a dispute as %s, and the shop receives both events', async (status) => {
    const { request, laterWebhooks } = await startWithPaidPayment();
    const { body } = await request('/dashboard/disputes', { paymentId: 'p', amount: 600 });
    const [dispute] = body.disputes;
    expect(dispute).toMatchObject({ amount: 600, status: 'OPEN' });
    expect((await request(`/dashboard/disputes/${dispute.id}`, { paymentId: 'p', status })).body.disputes).toEqual([
      { ...dispute, status },
    ]);
    await until(() => laterWebhooks().length === 2);
    expect(laterWebhooks()).toMatchObject([
      { type: 'DISPUTE_OPENED', amount: 600, objectId: dispute.id },
      { type: `DISPUTE_${status}` },
    ]);
  });
});

test.each<[string, string, object, number, string]>([
  ['an unknown payment', '/dashboard/refunds', { paymentId: 'q' }, 404, 'payment_not_found'],
  ['an unknown refund', '/dashboard/refunds/r-9', { paymentId: 'p', status: 'FAILED' }, 409, 'refund_not_found'],
  ['an unknown dispute', '/dashboard/disputes/d-9', { paymentId: 'p', status: 'WON' }, 409, 'dispute_not_found'],
  ['an amount of 0', '/dashboard/disputes', { paymentId: 'p', amount: 0 }, 400, 'validation_failed'],
])('%s is rejected with its code', async (_, path, input, status, code) => {
  const { request } = await startWithPaidPayment();
  expect(await request(path, input)).toMatchObject({ status, body: { code } });
});

describe('a shopper', () => {
  const paying = { amount: 1000, currency: 'EUR' };

  test('pays into a virtual account until its payableUntil', async () => {
    const { pay, shop } = await startSimulator();
    const before = Date.now();
    await pay({ ...paying, paymentId: 'v', outcome: 'PENDING', payableMs: 60_000 });
    const { type, payableUntil } = JSON.parse(shop.received[0]!.body);
    expect(type).toBe('PENDING');
    expect(Date.parse(payableUntil) - before).toBeGreaterThanOrEqual(60_000);
    expect((await pay({ paymentId: 'v', outcome: 'CAPTURED' })).body).toMatchObject({
      state: 'CAPTURED',
      event: { amount: 1000 },
    });
    await pay({ ...paying, paymentId: 'w', outcome: 'PENDING', payableMs: 1 });
    await until(async () => (await pay({ paymentId: 'w', outcome: 'CAPTURED' })).body.code === 'not_payable_any_more');
  });

  test.each<[string, object, number, string]>([
    [
      'a provider that is not emulated',
      { ...paying, provider: 'paypal', outcome: 'AUTHORIZED' },
      400,
      'provider_not_played',
    ],
    ['a new payment without an amount', { outcome: 'AUTHORIZED' }, 400, 'validation_failed'],
    ['a failure of a paid payment', { paymentId: 'p', outcome: 'FAILED' }, 409, 'already_captured'],
  ])('%s is rejected with its code', async (_, input, status, code) => {
    const { pay } = await startWithPaidPayment();
    expect(await pay({ paymentId: 'new', ...input })).toMatchObject({ status, body: { code } });
  });
});
