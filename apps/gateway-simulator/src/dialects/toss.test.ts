import { tossGateway } from '@commerce-core/gateway-toss';
import { randomUUID } from 'node:crypto';
import { GatewayRefusal } from '@commerce-core/core';
import { describe, expect, test } from 'vitest';
import { until } from '../shop.testing.ts';
import { startSimulator } from '../simulator.testing.ts';
import { patiently } from './hostile-hands.testing.ts';
import { tossDialect } from './toss.ts';

const secretKey = 'test_sk_1';

async function play(theirKey = secretKey, policy?: { timeoutMs: number; triesMax: number }) {
  const simulator = await startSimulator({ dialects: [tossDialect({ secretKey: theirKey })] });
  const gateway = tossGateway({
    secretKey,
    clientKey: 'test_ck_1',
    url: `${simulator.url}/toss`,
    ...(policy ? { policy } : {}),
  });
  /** What the webhooks said, as the adapter understands them. */
  const heard = () =>
    simulator.shop.received.flatMap(({ headers, body }) =>
      gateway.receive({ rawBody: Buffer.from(body), header: (name) => headers[name]?.toString() }, new Date()),
    );
  return { ...simulator, gateway, heard, pay: (paying: object) => simulator.pay({ provider: 'toss', ...paying }) };
}

function attempt() {
  const payment = {
    id: randomUUID(),
    orderId: randomUUID(),
    currency: 'KRW',
    amount: 1000,
    authorizedAmount: 0,
    capturedAmount: 0,
    capture: 'AUTOMATIC' as const,
    method: null,
    gatewayPaymentId: null,
  };
  const refundOf = (amount: number, kind: 'REFUND' | 'VOID' = 'REFUND') => ({
    id: randomUUID(),
    kind,
    amount,
    currency: 'KRW',
    reason: 'requested' as const,
    gatewayRefundId: null,
  });
  const agreed = (outcome = 'CAPTURED') => ({ paymentId: payment.id, outcome, amount: 1000, currency: 'KRW' });
  return { payment, refundOf, agreed };
}
const types = (facts: { type: string }[]) => facts.map(({ type }) => type);
const refusal = (code: string) => expect.objectContaining({ name: 'GatewayRefusal', code });

/** A payment by card that the shop has confirmed. */
async function paid() {
  const { payment, refundOf, agreed } = attempt();
  const played = await play();
  const { gatewayPaymentId } = (await played.pay(agreed())).body;
  const facts = await played.gateway.confirm!(payment, gatewayPaymentId);
  return { ...played, payment: { ...payment, gatewayPaymentId }, refundOf, facts };
}

describe('a card', () => {
  test('is charged by confirm, and the webhook of it names the payment to ask for', async () => {
    const { gateway, payment, facts, heard, book } = await paid();
    const money = {
      type: 'CAPTURED',
      paymentId: payment.id,
      gatewayPaymentId: payment.gatewayPaymentId,
      amount: 1000,
      currency: 'KRW',
    };
    expect(facts).toMatchObject([money]);
    await until(() => heard().length === 1);
    expect(heard()).toMatchObject([{ type: 'CHANGED', paymentId: payment.id, amount: 0 }]);
    expect(await gateway.retrieve(payment)).toEqual(facts);
    expect(await book(payment.id)).toMatchObject({ state: 'CAPTURED', charged: { amount: 1000 } });
  });

  test('is charged once, however often and by how many at once it is confirmed', async () => {
    const { payment, agreed } = attempt();
    const { gateway, pay, ask } = await play();
    const { gatewayPaymentId } = (await pay(agreed())).body;
    const answers = await Promise.all(Array.from({ length: 5 }, () => gateway.confirm!(payment, gatewayPaymentId)));
    expect(new Set(answers.map((facts) => JSON.stringify(facts))).size).toBe(1);
    expect((await ask('/book')).body.totals.charged).toEqual({ KRW: 1000 });
  });

  test("isn't charged for another amount than was agreed to, nor without a shopper who agreed", async () => {
    const { payment, agreed } = attempt();
    const { gateway, pay, book } = await play();
    await expect(gateway.confirm!(attempt().payment, 'tviva-unknown')).rejects.toEqual(refusal('NOT_FOUND_PAYMENT'));
    const { gatewayPaymentId } = (await pay(agreed())).body;
    await expect(gateway.confirm!({ ...payment, amount: 999 }, gatewayPaymentId)).rejects.toEqual(
      refusal('INVALID_REQUEST'),
    );
    expect((await book(payment.id)).charged).toBeNull();
  });

  test('that is declined is a refusal with the reason', async () => {
    const { payment, agreed } = attempt();
    const { gateway, pay } = await play();
    const { gatewayPaymentId } = (await pay({ ...agreed('FAILED'), failureCode: 'REJECT_CARD_PAYMENT' })).body;
    await expect(gateway.confirm!(payment, gatewayPaymentId)).rejects.toEqual(refusal('REJECT_CARD_PAYMENT'));
    expect(await gateway.retrieve(payment)).toMatchObject([{ type: 'FAILED', failureCode: 'REJECT_CARD_PAYMENT' }]);
  });

  test('in dollars is charged to the cent', async () => {
    const { payment, agreed } = attempt();
    const { gateway, pay, book } = await play();
    const dollars = { amount: 1999, currency: 'USD' };
    const { gatewayPaymentId } = (await pay({ ...agreed(), ...dollars })).body;
    expect(await gateway.confirm!({ ...payment, ...dollars }, gatewayPaymentId)).toMatchObject([dollars]);
    expect((await book(payment.id)).charged).toMatchObject(dollars);
  });
});

describe('a virtual account', () => {
  async function waiting() {
    const { payment, refundOf, agreed } = attempt();
    const played = await play();
    const { gatewayPaymentId } = (await played.pay(agreed('PENDING'))).body;
    const facts = await played.gateway.confirm!(payment, gatewayPaymentId);
    return { ...played, payment, refundOf, facts };
  }

  test('is pending for days, and paid when its deposit comes', async () => {
    const { gateway, payment, facts, pay, heard } = await waiting();
    expect(types(facts)).toEqual(['PENDING']);
    expect(facts[0]!.payableUntil!.getTime()).toBeGreaterThan(Date.now() + 2 * 24 * 3_600_000);
    await pay({ paymentId: payment.id, outcome: 'CAPTURED' });
    await until(() => heard().length === 2);
    expect(heard().map(({ type, paymentId }) => [type, paymentId])).toEqual([
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

  test('sends nothing back without an account to send it to', async () => {
    const { gateway, payment, refundOf, pay } = await waiting();
    await pay({ paymentId: payment.id, outcome: 'CAPTURED' });
    await expect(gateway.refund(refundOf(1000), payment)).rejects.toEqual(refusal('refund_account_required'));
  });
});

describe('a refund', () => {
  test('goes back once, however often it is asked, and both books know it by the same id', async () => {
    const { gateway, payment, refundOf, book } = await paid();
    const refund = refundOf(300);
    const answers = await Promise.all([1, 2, 3].map(() => gateway.refund(refund, payment)));
    for (const facts of [...answers, await gateway.refund(refund, payment)]) {
      expect(facts[1]).toMatchObject({ type: 'REFUNDED', amount: 300, refundId: refund.id });
      expect(facts).toHaveLength(2);
    }
    expect((await book(payment.id)).refunds).toMatchObject([{ refundId: refund.id, amount: 300, status: 'SUCCEEDED' }]);
  });

  test('in whole takes what is left; nothing goes back beyond that', async () => {
    const { gateway, payment, refundOf, book } = await paid();
    await gateway.refund(refundOf(300), payment);
    await expect(gateway.refund(refundOf(701), payment)).rejects.toEqual(refusal('NOT_CANCELABLE_AMOUNT'));
    await gateway.refund(refundOf(1000, 'VOID'), payment);
    await expect(gateway.refund(refundOf(1), payment)).rejects.toEqual(refusal('ALREADY_CANCELED_PAYMENT'));
    expect(types(await gateway.retrieve(payment))).toEqual(['CAPTURED', 'REFUNDED', 'REFUNDED']);
    expect((await book(payment.id)).refundedAmount).toBe(1000);
  });

  test('made in the dashboard has no id of ours', async () => {
    const { gateway, payment, ask, heard } = await paid();
    await ask('/dashboard/refunds', { paymentId: payment.id, amount: 200 });
    await until(() => heard().length === 2);
    expect((await gateway.retrieve(payment))[1]).toMatchObject({ type: 'REFUNDED', amount: 200, refundId: null });
  });
});

test("a refund that the shopper's bank sends back has failed, by webhook and when asked", async () => {
  const { gateway, payment, refundOf, ask, heard } = await paid();
  const refund = refundOf(300);
  await gateway.refund(refund, payment);
  await ask(`/dashboard/refunds/${refund.id}`, { paymentId: payment.id, status: 'FAILED' });
  expect((await gateway.retrieve(payment))[1]).toMatchObject({
    type: 'REFUND_FAILED',
    refundId: refund.id,
    amount: 300,
  });
  await until(() => heard().length === 3);
  expect(heard()[2]).toMatchObject({ type: 'CHANGED', paymentId: payment.id });
});

test('in hostile hands every call ends in a truth, and no money goes back twice', async () => {
  const { gateway, pay, ask, book, heard } = await play(secretKey, { timeoutMs: 500, triesMax: 1 });
  await ask('/hostile', { seed: 7, scale: 2, delayMs: 50, latencyMs: 3, silenceMs: 20 });
  const { untilAnswered, unknowns } = patiently();
  const shoppers = Array.from({ length: 30 }, async (_, number) => {
    const { payment, refundOf, agreed } = attempt();
    const { gatewayPaymentId } = (await pay({ ...agreed(), luck: `shopper ${number}` })).body;
    const confirmed = await untilAnswered(() => gateway.confirm!(payment, gatewayPaymentId));
    const refund = refundOf(300);
    return { payment, refund, confirmed, answer: await untilAnswered(() => gateway.refund(refund, payment)) };
  });
  const all = await Promise.all(shoppers);
  await ask('/hostile', { off: true });
  await until(async () => (await ask('/hostile')).body.underway === 0);

  expect(unknowns()).toBeGreaterThan(5);
  for (const { payment, refund, confirmed, answer } of all) {
    const { refunds, refundedAmount, charged } = await book(payment.id);
    expect(confirmed).toContainEqual(
      expect.objectContaining({ type: 'CAPTURED', amount: charged!.amount, currency: charged!.currency }),
    );
    expect(refunds.filter(({ refundId }) => refundId === refund.id)).toHaveLength(typeof answer === 'string' ? 0 : 1);
    const known = await gateway.retrieve(payment);
    expect(known[0]).toMatchObject({ type: 'CAPTURED', amount: charged!.amount });
    const back = known.filter(({ type }) => type === 'REFUNDED' || type === 'REFUND_PENDING');
    expect(back.reduce((sum, { amount }) => sum + amount, 0)).toBe(refundedAmount);
  }
  expect(heard().every(({ type }) => type === 'CHANGED' || type === 'OTHER')).toBe(true);
});

test('a wrong key leaves every outcome unknown', async () => {
  const { payment } = attempt();
  const { gateway } = await play('test_sk_2');
  const error: unknown = await gateway.retrieve(payment).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(GatewayRefusal);
});

test('an agreement alone is told by no webhook, and moves no money', async () => {
  const { payment, agreed } = attempt();
  const { gateway, shop, pay, book } = await play();
  expect((await pay(agreed())).status).toBe(200);
  expect((await book(payment.id)).charged).toBeNull();
  expect(shop.received).toEqual([]);
  expect(types(await gateway.retrieve(payment))).toEqual(['PENDING']);
  expect(types(await gateway.cancel(payment))).toEqual(['CANCELED']);
});
