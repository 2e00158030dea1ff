import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { only } from '../../testing/only.ts';
import { createScriptedShop, type Attempt, type ScriptedShop } from '../../testing/scripted-gateway.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

const taken = { amount: 1000, currency: 'USD' };
const refusal = new GatewayRefusal('amount_too_large', 'only 400 are left');
const partFact = { type: 'REFUNDED' as const, amount: 600, currency: 'USD', gatewayObjectId: 're_part' };

/** Sends the CAPTURED event of 1,000 USD cents for a payment of 2,000 KRW. */
const capture = ({ payment }: Attempt) => shop.sendWebhook('CAPTURED', { ...payment, ...taken });
/** Sends the event of a refund of 600 of them in the gateway's dashboard. */
const refundPart = ({ payment }: Attempt) =>
  shop.sendWebhook('REFUNDED', { ...payment, amount: 600, currency: 'USD' }, { objectId: 're_part' });

async function createDeclinedAttempt(): Promise<Attempt> {
  const attempt = await shop.createAttempt();
  await shop.sendWebhook('FAILED', attempt.payment);
  await shop.commerce.createPayment({ orderId: attempt.orderId, provider: 'mock' });
  return attempt;
}

/** Every way in which money of another currency becomes surplus: before the approval, and the step after it. */
const ways: Record<string, { create: () => Promise<Attempt>; after?: (attempt: Attempt) => Promise<unknown> }> = {
  'a declined attempt while another is live': { create: createDeclinedAttempt },
  'an attempt of a canceled order': {
    create: async () => {
      const attempt = await shop.createAttempt();
      await shop.commerce.cancelOrder({ orderId: attempt.orderId });
      return attempt;
    },
  },
  'a declined attempt of a paid order': {
    create: async () => {
      const attempt = await shop.createAttempt();
      await shop.sendWebhook('FAILED', attempt.payment);
      const second = await shop.commerce.createPayment({ orderId: attempt.orderId, provider: 'mock' });
      await shop.sendWebhook('CAPTURED', second);
      return attempt;
    },
  },
  'a rejected review': {
    create: () => shop.createAttempt(),
    after: ({ payment }) => shop.commerce.decideReview({ paymentId: payment.id, decision: 'REJECT' }),
  },
  'a review whose order is canceled': {
    create: () => shop.createAttempt(),
    after: async ({ orderId }) => {
      await shop.commerce.clearAttention({ orderId });
      await shop.commerce.cancelOrder({ orderId });
    },
  },
};

const paymentOf = async ({ orderId, payment }: Attempt) =>
  only((await shop.commerce.listPayments({ orderId })).filter(({ id }) => id === payment.id));

async function expectAllReturned(attempt: Attempt): Promise<void> {
  expect(await paymentOf(attempt)).toMatchObject({
    ...taken,
    status: 'CAPTURED',
    surplus: true,
    capturedAmount: 1000,
    refundedAmount: 1000,
    refundReservedAmount: 0,
  });
  expect((await shop.readState(attempt)).attention).toBeNull();
  expect(await shop.commerce.doctor()).toEqual([]);
}

describe.each(Object.entries(ways))('of the money of %s, a part refunded in the dashboard', (_, { create, after }) => {
  test('before the approval is booked, and the rest is refunded', async () => {
    const attempt = await create();
    expect(await refundPart(attempt)).toMatchObject({ outcome: 'UNMATCHED' });
    expect(await capture(attempt)).toMatchObject({ outcome: 'APPLIED' });
    await after?.(attempt);
    await shop.retryGatewayEventsNow();
    await shop.callGatewaysNow();
    await expectAllReturned(attempt);
  });

  test('after the approval is booked, and the rest is refunded', async () => {
    const attempt = await create();
    await capture(attempt);
    await after?.(attempt);
    expect(await refundPart(attempt)).toMatchObject({ outcome: 'APPLIED', effect: 'refund_recorded' });
    await shop.callGatewaysNow();
    await expectAllReturned(attempt);
  });

  test('is found by a poll when the gateway refuses the refund of the whole amount', async () => {
    const attempt = await create();
    await capture(attempt);
    await after?.(attempt);
    shop.scriptReplies(attempt.payment.id, { REFUND: [refusal], POLL: [[{ type: 'CAPTURED', ...taken }, partFact]] });
    for (let times = 0; times < 3; times += 1) await shop.callGatewaysNow();
    await expectAllReturned(attempt);
    expect(shop.readRequests(attempt.payment.id, 'REFUND').map(({ amount }) => amount)).toEqual([1000, 400]);
  });
});

test('an operator refunds what is left of surplus money in another currency', async () => {
  const attempt = await createDeclinedAttempt();
  const { orderId, payment } = attempt;
  await capture(attempt);
  shop.scriptReplies(payment.id, { REFUND: [refusal] });
  await shop.callGatewaysNow();
  await expect(shop.commerce.createRefund({ orderId, paymentId: payment.id, amount: 1001 })).rejects.toMatchObject({
    code: 'refund_exceeds_balance',
    details: { refundableAmount: 1000, currency: 'USD' },
  });
  await shop.commerce.createRefund({ orderId, paymentId: payment.id, amount: 400 });
  await shop.callGatewaysNow();
  await refundPart(attempt);
  await shop.callGatewaysNow();
  await expectAllReturned(attempt);
});

test('an authorization of surplus money in another currency is voided', async () => {
  const attempt = await createDeclinedAttempt();
  await shop.sendWebhook('AUTHORIZED', { ...attempt.payment, ...taken });
  await shop.callGatewaysNow();
  expect(await shop.readState(attempt)).toMatchObject({
    payment: 'CANCELED surplus',
    refunds: ['VOID 1000 SUCCEEDED amount_mismatch'],
    attention: null,
  });
});

test('a refund whose approval never comes is parked for an operator', async () => {
  const attempt = await createDeclinedAttempt();
  await refundPart(attempt);
  for (let times = 0; times < 8; times += 1) await shop.retryGatewayEventsNow();
  expect((await shop.readState(attempt)).attention).toBe('amount_mismatch');
});

describe.each(['CAPTURED', 'AUTHORIZED'] as const)('surplus money (%s)', (type) => {
  test('whose refund fails a third time raises attention, and the doctor finds it until it is returned', async () => {
    const attempt = await createDeclinedAttempt();
    const { orderId, payment } = attempt;
    await shop.sendWebhook(type, { ...payment, ...taken });
    for (let times = 1; times <= 3; times += 1) {
      expect(await shop.commerce.doctor()).toEqual([]);
      if (times > 1) await shop.commerce.createRefund({ orderId, paymentId: payment.id });
      shop.scriptReplies(payment.id, { REFUND: [refusal] });
      await shop.callGatewaysNow();
      expect((await shop.readState(attempt)).attention).toBe('refund_failed');
      await shop.commerce.clearAttention({ orderId });
    }
    expect((await shop.commerce.doctor()).map(({ name }) => name)).toEqual(['refund_of_surplus']);
    await shop.commerce.createRefund({ orderId, paymentId: payment.id });
    await shop.callGatewaysNow();
    expect(await shop.commerce.doctor()).toEqual([]);
  });
});

test('after three failures the shop requests no further refund by itself', async () => {
  const attempt = await createDeclinedAttempt();
  const { orderId, payment } = attempt;
  await capture(attempt);
  for (let times = 1; times <= 3; times += 1) {
    if (times > 1) await shop.commerce.createRefund({ orderId, paymentId: payment.id });
    shop.scriptReplies(payment.id, { REFUND: [refusal] });
    await shop.callGatewaysNow();
  }
  await shop.commerce.clearAttention({ orderId });
  await refundPart(attempt);
  await shop.callGatewaysNow();
  expect(shop.readRequests(payment.id, 'REFUND')).toHaveLength(3);
  expect((await shop.readState(attempt)).attention).toBe('refund_failed');
  await shop.commerce.createRefund({ orderId, paymentId: payment.id });
  await shop.callGatewaysNow();
  await expectAllReturned(attempt);
});
