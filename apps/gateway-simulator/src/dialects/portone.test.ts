import { portoneGateway } from '@commerce-core/gateway-portone';
import { randomUUID } from 'node:crypto';
import { GatewayRefusal } from '@commerce-core/core';
import { describe, expect, test } from 'vitest';
import { until } from '../shop.testing.ts';
import { startSimulator, webhookSecret } from '../simulator.testing.ts';
import { patiently } from './hostile-hands.testing.ts';
import { portoneDialect } from './portone.ts';

const settings = { apiSecret: 'secret-1', webhookSecret, storeId: 'store-1' };

const patience = { timeoutMs: 5_000, triesMax: 3 };

async function play({ theirs = settings, amount = 1000, currency = 'KRW', policy = patience } = {}) {
  const simulator = await startSimulator({ dialects: [portoneDialect(theirs)] });
  const { apiSecret, storeId } = settings;
  const { url } = simulator;
  const gateway = portoneGateway({
    apiSecret,
    storeId,
    channelKey: 'channel-1',
    webhookSecrets: [webhookSecret],
    url,
    policy,
  });
  const payment = {
    id: randomUUID(),
    orderId: randomUUID(),
    currency,
    amount,
    authorizedAmount: 0,
    capturedAmount: 0,
    capture: 'AUTOMATIC' as const,
    method: null,
    gatewayPaymentId: null,
  };
  const refundOf = (part: number, kind: 'REFUND' | 'VOID' = 'REFUND') => ({
    id: randomUUID(),
    kind,
    amount: part,
    currency,
    reason: 'requested' as const,
    gatewayRefundId: null,
  });
  const open = async (opened = payment) => {
    if (gateway.initiation.by !== 'server') throw new Error('it does not tell');
    return gateway.initiation.initiate(opened);
  };
  /** What the webhooks said, as the adapter understands them. */
  const heard = () =>
    simulator.shop.received.flatMap(({ headers, body }) =>
      gateway.receive({ rawBody: Buffer.from(body), header: (name) => headers[name]?.toString() }, new Date()),
    );
  const pay = (outcome: string, more: object = {}) =>
    simulator.pay({ provider: 'portone', paymentId: payment.id, outcome, ...more });
  return {
    ...simulator,
    simulator,
    gateway,
    payment,
    refundOf,
    open,
    heard,
    pay,
    entry: () => simulator.book(payment.id),
  };
}

async function paid() {
  const played = await play();
  await played.open();
  await played.pay('CAPTURED');
  return played;
}
const types = (facts: { type: string }[]) => facts.map(({ type }) => type);
const refusal = (code: string) => expect.objectContaining({ name: 'GatewayRefusal', code });

describe('a payment', () => {
  test('is registered by the shop, paid by the shopper, told by a signed webhook, and asked for', async () => {
    const { gateway, payment, open, pay, heard, shop, entry } = await play();
    const { gatewayPaymentId } = await open();
    await pay('CAPTURED');
    expect(heard()).toMatchObject([{ type: 'CHANGED', paymentId: payment.id, gatewayPaymentId, amount: 0 }]);
    expect(heard()[0]!.providerEventId).toBe(shop.received[0]!.headers['webhook-id']);
    expect(await gateway.retrieve(payment)).toMatchObject([
      { type: 'CAPTURED', paymentId: payment.id, gatewayPaymentId, amount: 1000, currency: 'KRW' },
    ]);
    expect(await entry()).toMatchObject({ state: 'CAPTURED', charged: { amount: 1000 } });
  });

  test("can't be paid before the shop has registered it", async () => {
    const { gateway, payment, pay } = await play();
    expect((await pay('CAPTURED', { amount: 1, currency: 'KRW' })).status).toBe(404);
    expect(await gateway.retrieve(payment)).toEqual([]);
  });

  test('is registered as often as one likes, with the same next step, paid or not', async () => {
    const { open, pay } = await play();
    const first = await open();
    expect(await open()).toEqual(first);
    await pay('CAPTURED');
    expect(await open()).toEqual(first);
  });

  test('that failed may be tried again under the same id', async () => {
    const { gateway, payment, open, pay, heard } = await play();
    await open();
    await pay('ATTEMPT_FAILED', { failureCode: 'LIMIT_EXCEEDED' });
    expect(await gateway.retrieve(payment)).toMatchObject([{ type: 'ATTEMPT_FAILED', failureCode: 'LIMIT_EXCEEDED' }]);
    await pay('CAPTURED');
    expect(types(await gateway.retrieve(payment))).toEqual(['CAPTURED']);
    expect(types(heard())).toEqual(['CHANGED', 'CHANGED']);
  });

  test('in dollars is counted in cents on both sides', async () => {
    const { gateway, payment, open, pay, entry } = await play({ amount: 1999, currency: 'USD' });
    await open();
    await pay('CAPTURED');
    expect(await gateway.retrieve(payment)).toMatchObject([{ amount: 1999, currency: 'USD' }]);
    expect((await entry()).charged).toMatchObject({ amount: 1999, currency: 'USD' });
  });

  test("that nobody has begun to pay can't be ended; one that is paid isn't undone", async () => {
    const { gateway, payment, open, pay } = await play();
    await open();
    expect(await gateway.cancel(payment)).toEqual([]);
    await pay('CAPTURED');
    expect(types(await gateway.cancel(payment))).toEqual(['CAPTURED']);
  });
});

describe('a virtual account', () => {
  async function waiting() {
    const played = await play();
    await played.open();
    await played.pay('PENDING', { payableMs: 3_600_000 });
    return played;
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

  test('sends nothing back without an account to send it to', async () => {
    const { gateway, payment, refundOf, pay } = await waiting();
    await pay('CAPTURED');
    await expect(gateway.refund(refundOf(1000), payment)).rejects.toEqual(refusal('refund_account_required'));
  });
});

describe('a refund', () => {
  test('goes back once, however often it is asked, and both books know it by the same id', async () => {
    const { gateway, payment, refundOf, heard, entry } = await paid();
    const refund = refundOf(300);
    const answers = await Promise.all([1, 2, 3].map(() => gateway.refund(refund, payment)));
    for (const facts of [...answers, await gateway.refund(refund, payment), await gateway.retrieve(payment)]) {
      const refunds = facts.filter(({ type }) => type === 'REFUNDED');
      expect(refunds).toMatchObject([{ amount: 300, currency: 'KRW', refundId: refund.id }]);
    }
    expect((await entry()).refunds).toMatchObject([{ refundId: refund.id, amount: 300, status: 'SUCCEEDED' }]);
    await until(() => heard().length === 2);
  });

  test('in whole takes what is left; nothing goes back beyond that', async () => {
    const { gateway, payment, refundOf, entry } = await paid();
    await gateway.refund(refundOf(300), payment);
    await expect(gateway.refund(refundOf(701), payment)).rejects.toEqual(
      refusal('CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT'),
    );
    await gateway.refund(refundOf(1000, 'VOID'), payment);
    await expect(gateway.refund(refundOf(1), payment)).rejects.toEqual(refusal('PAYMENT_ALREADY_CANCELLED'));
    expect(types(await gateway.retrieve(payment))).toEqual(['CAPTURED', 'REFUNDED', 'REFUNDED']);
    expect((await entry()).refundedAmount).toBe(1000);
  });

  test('of two at once that would take more than there is, one goes back', async () => {
    const { gateway, payment, refundOf, entry } = await paid();
    await Promise.allSettled([gateway.refund(refundOf(700), payment), gateway.refund(refundOf(700), payment)]);
    expect((await entry()).refundedAmount).toBe(700);
  });

  test('made in the dashboard has no id of ours', async () => {
    const { gateway, payment, ask, heard } = await paid();
    await ask('/dashboard/refunds', { paymentId: payment.id, amount: 200 });
    await until(() => heard().length === 2);
    expect((await gateway.retrieve(payment))[1]).toMatchObject({ type: 'REFUNDED', amount: 200, refundId: null });
  });
});

test('a dispute is told when it opens and when it closes, and is for a person to look into', async () => {
  const { gateway, payment, ask, heard } = await paid();
  const { disputes } = (await ask('/dashboard/disputes', { paymentId: payment.id, amount: 1000 })).body;
  const opened = { type: 'DISPUTE_OPENED', amount: 1000, gatewayObjectId: disputes[0].id };
  expect((await gateway.retrieve(payment))[1]).toMatchObject(opened);
  await ask(`/dashboard/disputes/${disputes[0].id}`, { paymentId: payment.id, status: 'WON' });
  expect((await gateway.retrieve(payment))[1]).toMatchObject(opened);
  await until(() => heard().length === 3);
});

test('in hostile hands every call ends in a truth, and no money goes back twice', async () => {
  const {
    gateway,
    payment: first,
    refundOf,
    open,
    simulator,
    ask,
    book,
  } = await play({ policy: { timeoutMs: 500, triesMax: 1 } });
  await ask('/hostile', { seed: 7, scale: 2, delayMs: 50, latencyMs: 3, silenceMs: 20 });
  const { untilAnswered, unknowns } = patiently();
  const shoppers = Array.from({ length: 30 }, async (_, number) => {
    const payment = { ...first, id: randomUUID() };
    expect(await untilAnswered(() => open(payment))).toMatchObject({ gatewayPaymentId: payment.id });
    await simulator.pay({ provider: 'portone', paymentId: payment.id, outcome: 'CAPTURED', luck: `shopper ${number}` });
    const refund = refundOf(300);
    return { payment, refund, answer: await untilAnswered(() => gateway.refund(refund, payment)) };
  });
  const all = await Promise.all(shoppers);
  await ask('/hostile', { off: true });
  await until(async () => (await ask('/hostile')).body.underway === 0);

  expect(unknowns()).toBeGreaterThan(5);
  expect(all.filter(({ answer }) => typeof answer !== 'string').length).toBeGreaterThan(15);
  for (const { payment, refund, answer } of all) {
    const { refunds, refundedAmount, charged } = await book(payment.id);
    expect(refunds.filter(({ refundId }) => refundId === refund.id)).toHaveLength(typeof answer === 'string' ? 0 : 1);
    const known = await gateway.retrieve(payment);
    expect(known.find(({ type }) => type === 'CAPTURED')?.amount).toBe(charged?.amount);
    const back = known.filter(({ type }) => type === 'REFUNDED' || type === 'REFUND_PENDING');
    expect(back.reduce((sum, { amount }) => sum + amount, 0)).toBe(refundedAmount);
  }
});

test.each([
  ['secret', { ...settings, apiSecret: 'secret-2' }],
  ['store', { ...settings, storeId: 'store-2' }],
])('a wrong %s leaves every outcome unknown', async (_, theirs) => {
  const { gateway, payment, open } = await play({ theirs });
  for (const call of [() => open(), () => gateway.retrieve(payment)]) {
    const error: unknown = await call().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(GatewayRefusal);
  }
});
