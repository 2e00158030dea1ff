import { randomUUID } from 'node:crypto';
import { GatewayRefusal, mockGateway } from '@commerce-core/core';
import { describe, expect, test } from 'vitest';
import { until } from '../../shop.testing.ts';
import { startSimulator, webhookSecret } from '../../simulator.testing.ts';

type Gateway = ReturnType<typeof mockGateway>;
type GatewayPayment = Parameters<NonNullable<Gateway['retrieve']>>[0];
type Facts = Awaited<ReturnType<NonNullable<Gateway['retrieve']>>>;

async function startMock() {
  const simulator = await startSimulator();
  const policy = { timeoutMs: 5_000, triesMax: 1 };
  const gateway = mockGateway([webhookSecret], { url: `${simulator.url}/mock`, policy });
  const payment: GatewayPayment = {
    id: randomUUID(),
    orderId: randomUUID(),
    currency: 'EUR',
    amount: 5000,
    authorizedAmount: 0,
    capturedAmount: 0,
    capture: 'MANUAL',
    method: null,
    gatewayPaymentId: null,
  };
  const refund = (amount: number, kind: 'REFUND' | 'VOID' = 'REFUND', id: string = randomUUID()) =>
    ({ id, kind, amount, currency: 'EUR', reason: 'requested', gatewayRefundId: null }) as const;
  /** The facts that the adapter reads from the webhooks. */
  const receivedFacts = () =>
    simulator.shop.received.flatMap(({ headers, body }) =>
      gateway.receive({ rawBody: Buffer.from(body), header: (name) => headers[name]?.toString() }, new Date()),
    );
  const pay = (outcome: string, more: object = {}) =>
    simulator.pay({ paymentId: payment.id, amount: 5000, currency: 'EUR', outcome, ...more });
  return { ...simulator, gateway, payment, refund, receivedFacts, pay };
}

const summaries = (facts: Facts) => facts.map(({ type, amount }) => `${type} ${amount}`);
const refusal = (code: string) => expect.objectContaining({ name: 'GatewayRefusal', code });

describe('a call of the shop takes effect at the bank and returns the payment’s facts', () => {
  test('a partial capture releases the rest, and the shop receives a webhook', async () => {
    const { gateway, payment, pay, book, receivedFacts } = await startMock();
    await pay('AUTHORIZED');
    expect(summaries(await gateway.capture(payment, 3000))).toEqual(['AUTHORIZED 5000', 'CAPTURED 3000']);
    expect(await book(payment.id)).toMatchObject({ state: 'CAPTURED', capturedAmount: 3000, releasedAmount: 2000 });
    await until(() => receivedFacts().length === 2);
    expect(summaries(receivedFacts())).toEqual(['AUTHORIZED 5000', 'CAPTURED 3000']);
  });

  test('partial refunds have the shop’s id and the gateway’s id, in facts and webhooks', async () => {
    const { gateway, payment, refund, pay, book, receivedFacts } = await startMock();
    await pay('CAPTURED');
    const first = refund(2000);
    await gateway.refund(first, payment);
    const facts = await gateway.refund(refund(3000), payment);
    expect(summaries(facts)).toEqual(['CAPTURED 5000', 'REFUNDED 2000', 'REFUNDED 3000']);
    expect(facts[1]).toMatchObject({
      refundId: first.id,
      gatewayObjectId: expect.stringMatching(/^mr_/),
      paymentId: payment.id,
    });
    expect(await book(payment.id)).toMatchObject({ refundedAmount: 5000 });
    await until(() => receivedFacts().length === 3);
    expect(receivedFacts()[1]).toMatchObject(facts[1]!);
  });

  test('a void releases the authorization and is reported as a refund', async () => {
    const { gateway, payment, refund, pay, book } = await startMock();
    await pay('AUTHORIZED');
    const whole = refund(5000, 'VOID');
    const facts = await gateway.refund(whole, payment);
    expect(summaries(facts)).toEqual(['AUTHORIZED 5000', 'REFUNDED 5000']);
    expect(facts[1]).toMatchObject({ refundId: whole.id });
    expect(await book(payment.id)).toMatchObject({
      state: 'CANCELED',
      releasedAmount: 5000,
      releasedBy: whole.id,
      refunds: [],
    });
  });

  test('a void after a capture refunds the whole amount', async () => {
    const { gateway, payment, refund, pay, book } = await startMock();
    await pay('CAPTURED');
    const facts = await gateway.refund(refund(5000, 'VOID'), payment);
    expect(summaries(facts)).toEqual(['CAPTURED 5000', 'REFUNDED 5000']);
    expect(await book(payment.id)).toMatchObject({ state: 'CAPTURED', refundedAmount: 5000 });
  });

  test('a void of an expired authorization is reported as refunded', async () => {
    const { gateway, payment, refund, pay } = await startMock();
    await pay('AUTHORIZED');
    await pay('CANCELED');
    expect(summaries(await gateway.refund(refund(5000, 'VOID'), payment))).toEqual(['REFUNDED 5000']);
  });

  test('a cancel before any attempt to pay stops the shopper from paying', async () => {
    const { gateway, payment, pay, book } = await startMock();
    expect(summaries(await gateway.cancel(payment))).toEqual(['CANCELED 0']);
    expect(await pay('AUTHORIZED')).toMatchObject({ status: 409, body: { code: 'already_canceled' } });
    expect(await book(payment.id)).toMatchObject({ state: 'CANCELED', charged: null });
  });

  test.each([['AUTHORIZED'], ['CAPTURED']])(
    'a cancel of a payment that is %s changes nothing and returns its state',
    async (outcome) => {
      const { gateway, payment, pay, book } = await startMock();
      await pay(outcome);
      expect(summaries(await gateway.cancel(payment))).toEqual([`${outcome} 5000`]);
      expect(await book(payment.id)).toMatchObject({ state: outcome, releasedAmount: 0 });
    },
  );
});

describe('a repeated call has no second effect', () => {
  test('a repeated refund returns the first response', async () => {
    const { gateway, payment, refund, pay, book } = await startMock();
    await pay('CAPTURED');
    const one = refund(2000);
    const first = await gateway.refund(one, payment);
    expect(await gateway.refund(one, payment)).toEqual(first);
    expect((await book(payment.id)).refunds).toHaveLength(1);
  });

  test('a repeated capture or void returns the first response', async () => {
    const { gateway, payment, pay, refund } = await startMock();
    await pay('AUTHORIZED');
    const first = await gateway.capture(payment, 5000);
    expect(await gateway.capture(payment, 5000)).toEqual(first);
    const whole = refund(5000, 'VOID');
    const voided = await gateway.refund(whole, payment);
    expect(await gateway.refund(whole, payment)).toEqual(voided);
  });

  test('an idempotency key of one request is rejected for another request', async () => {
    const { gateway, payment, refund, pay, book } = await startMock();
    await pay('CAPTURED');
    const one = refund(2000);
    await gateway.refund(one, payment);
    await expect(gateway.refund({ ...one, amount: 2001 }, payment)).rejects.toEqual(refusal('idempotency_key_reused'));
    expect(await book(payment.id)).toMatchObject({ refundedAmount: 2000 });
  });
});

describe('a refusal has the gateway’s code', () => {
  test('a refund of more than is left is refused', async () => {
    const { gateway, payment, refund, pay } = await startMock();
    await pay('CAPTURED');
    await gateway.refund(refund(3000), payment);
    const refundTooLarge = gateway.refund(refund(2001), payment);
    await expect(refundTooLarge).rejects.toBeInstanceOf(GatewayRefusal);
    await expect(refundTooLarge).rejects.toEqual(refusal('amount_too_large'));
  });

  test('a capture of an unknown payment is refused', async () => {
    const { gateway, payment, pay } = await startMock();
    await expect(gateway.capture(payment, 5000)).rejects.toEqual(refusal('payment_not_found'));
    await pay('CAPTURED');
    await expect(gateway.capture({ ...payment, id: payment.id.toUpperCase() }, 5000)).rejects.toEqual(
      refusal('payment_not_found'),
    );
  });
});

describe('the adapter reads', () => {
  test('no facts about a payment without an attempt to pay', async () => {
    const { gateway, payment } = await startMock();
    expect(await gateway.retrieve!(payment)).toEqual([]);
  });

  test.each<[string, string[], string[]]>([
    ['a virtual account', ['PENDING'], ['PENDING 5000']],
    ['a deposit', ['PENDING', 'CAPTURED'], ['CAPTURED 5000']],
    ['a failed attempt', ['ATTEMPT_FAILED'], []],
    ['a decline', ['FAILED'], ['FAILED 5000']],
    ['a late approval', ['FAILED', 'AUTHORIZED'], ['AUTHORIZED 5000']],
    ['a separate capture', ['AUTHORIZED', 'CAPTURED'], ['AUTHORIZED 5000', 'CAPTURED 5000']],
    ['an expired virtual account', ['PENDING', 'CANCELED'], ['CANCELED 0']],
  ])('the facts of %s', async (_, outcomes, facts) => {
    const { gateway, payment, pay } = await startMock();
    for (const outcome of outcomes) expect((await pay(outcome)).status).toBe(200);
    expect(summaries(await gateway.retrieve!(payment))).toEqual(facts);
  });

  test('the list of events, those included that the shop has not received', async () => {
    const { gateway, payment, pay, receivedFacts } = await startMock();
    const since = new Date(Date.now() - 1000);
    await pay('PENDING', { payableMs: 60_000 });
    await pay('CAPTURED', { delayMs: 3_600_000, wait: false });
    const listed = await gateway.listEvents!(since);
    expect(summaries(listed)).toEqual(['PENDING 5000', 'CAPTURED 5000']);
    expect(listed[0]).toEqual(receivedFacts()[0]);
    expect(listed[0]!.payableUntil).toBeInstanceOf(Date);
    expect(listed[1]!.paymentId).toBe(payment.id);
    expect(await gateway.listEvents!(new Date(Date.now() + 1000))).toEqual([]);
  });

  test('a long list of events to its end', async () => {
    const { gateway, pay } = await startMock();
    for (let number = 0; number < 501; number += 1) await pay('AUTHORIZED', { delayMs: 3_600_000, wait: false });
    expect(await gateway.listEvents!(new Date(0))).toHaveLength(501);
  });
});
