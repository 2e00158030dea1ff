import { randomUUID } from 'node:crypto';
import { GatewayRefusal, mockGateway } from '@commerce-core/core';
import { describe, expect, test } from 'vitest';
import { until } from '../../shop.testing.ts';
import { startSimulator, webhookSecret } from '../../simulator.testing.ts';

type Gateway = ReturnType<typeof mockGateway>;
type Asked = Parameters<NonNullable<Gateway['retrieve']>>[0];
type Facts = Awaited<ReturnType<NonNullable<Gateway['retrieve']>>>;

async function start() {
  const simulator = await startSimulator();
  const policy = { timeoutMs: 5_000, triesMax: 1 };
  const gateway = mockGateway([webhookSecret], { url: `${simulator.url}/mock`, policy });
  const payment: Asked = {
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
  /** What the shop's webhooks said, as the adapter understands them. */
  const heard = () =>
    simulator.shop.received.flatMap(({ headers, body }) =>
      gateway.receive({ rawBody: Buffer.from(body), header: (name) => headers[name]?.toString() }, new Date()),
    );
  const pay = (outcome: string, more: object = {}) =>
    simulator.pay({ paymentId: payment.id, amount: 5000, currency: 'EUR', outcome, ...more });
  return { ...simulator, gateway, payment, refund, heard, pay };
}

const said = (facts: Facts) => facts.map(({ type, amount }) => `${type} ${amount}`);
const refused = (code: string) => expect.objectContaining({ name: 'GatewayRefusal', code });

describe('what the shop asks for is done at the bank, answered as facts, and told by webhook', () => {
  test('a capture of a part lets go of the rest', async () => {
    const { gateway, payment, pay, book, heard } = await start();
    await pay('AUTHORIZED');
    expect(said(await gateway.capture(payment, 3000))).toEqual(['AUTHORIZED 5000', 'CAPTURED 3000']);
    expect(await book(payment.id)).toMatchObject({ state: 'CAPTURED', capturedAmount: 3000, releasedAmount: 2000 });
    await until(() => heard().length === 2);
    expect(said(heard())).toEqual(['AUTHORIZED 5000', 'CAPTURED 3000']);
  });

  test('refunds, in parts, each with both ids', async () => {
    const { gateway, payment, refund, pay, book, heard } = await start();
    await pay('CAPTURED');
    const first = refund(2000);
    await gateway.refund(first, payment);
    const facts = await gateway.refund(refund(3000), payment);
    expect(said(facts)).toEqual(['CAPTURED 5000', 'REFUNDED 2000', 'REFUNDED 3000']);
    expect(facts[1]).toMatchObject({
      refundId: first.id,
      gatewayObjectId: expect.stringMatching(/^mr_/),
      paymentId: payment.id,
    });
    expect(await book(payment.id)).toMatchObject({ refundedAmount: 5000 });
    await until(() => heard().length === 3);
    expect(heard()[1]).toMatchObject(facts[1]!);
  });

  test('a void lets go of what is authorized, and is a refund’s fact', async () => {
    const { gateway, payment, refund, pay, book } = await start();
    await pay('AUTHORIZED');
    const whole = refund(5000, 'VOID');
    const facts = await gateway.refund(whole, payment);
    expect(said(facts)).toEqual(['AUTHORIZED 5000', 'REFUNDED 5000']);
    expect(facts[1]).toMatchObject({ refundId: whole.id });
    expect(await book(payment.id)).toMatchObject({
      state: 'CANCELED',
      releasedAmount: 5000,
      releasedBy: whole.id,
      refunds: [],
    });
  });

  test('a void of what was captured meanwhile is a refund in whole', async () => {
    const { gateway, payment, refund, pay, book } = await start();
    await pay('CAPTURED');
    const facts = await gateway.refund(refund(5000, 'VOID'), payment);
    expect(said(facts)).toEqual(['CAPTURED 5000', 'REFUNDED 5000']);
    expect(await book(payment.id)).toMatchObject({ state: 'CAPTURED', refundedAmount: 5000 });
  });

  test('a void of an authorization whose time was over has nothing left to do', async () => {
    const { gateway, payment, refund, pay } = await start();
    await pay('AUTHORIZED');
    await pay('CANCELED');
    expect(said(await gateway.refund(refund(5000, 'VOID'), payment))).toEqual(['REFUNDED 5000']);
  });

  test('a cancel of an attempt that nobody has tried yet stops the shopper from paying it', async () => {
    const { gateway, payment, pay, book } = await start();
    expect(said(await gateway.cancel(payment))).toEqual(['CANCELED 0']);
    expect(await pay('AUTHORIZED')).toMatchObject({ status: 409, body: { code: 'already_canceled' } });
    expect(await book(payment.id)).toMatchObject({ state: 'CANCELED', charged: null });
  });

  test.each([['AUTHORIZED'], ['CAPTURED']])('a cancel of what is %s undoes nothing and says so', async (outcome) => {
    const { gateway, payment, pay, book } = await start();
    await pay(outcome);
    expect(said(await gateway.cancel(payment))).toEqual([`${outcome} 5000`]);
    expect(await book(payment.id)).toMatchObject({ state: outcome, releasedAmount: 0 });
  });
});

describe('asked again, nothing happens twice', () => {
  test('the same refund, also when its first answer was lost', async () => {
    const { gateway, payment, refund, pay, book } = await start();
    await pay('CAPTURED');
    const one = refund(2000);
    const first = await gateway.refund(one, payment);
    expect(await gateway.refund(one, payment)).toEqual(first);
    expect((await book(payment.id)).refunds).toHaveLength(1);
  });

  test('the same capture and the same void', async () => {
    const { gateway, payment, pay, refund } = await start();
    await pay('AUTHORIZED');
    const first = await gateway.capture(payment, 5000);
    expect(await gateway.capture(payment, 5000)).toEqual(first);
    const whole = refund(5000, 'VOID');
    const gone = await gateway.refund(whole, payment);
    expect(await gateway.refund(whole, payment)).toEqual(gone);
  });

  test('a key of one request is refused for another one', async () => {
    const { gateway, payment, refund, pay, book } = await start();
    await pay('CAPTURED');
    const one = refund(2000);
    await gateway.refund(one, payment);
    await expect(gateway.refund({ ...one, amount: 2001 }, payment)).rejects.toEqual(refused('idempotency_key_reused'));
    expect(await book(payment.id)).toMatchObject({ refundedAmount: 2000 });
  });
});

describe('the gateway’s no is a refusal with its code', () => {
  test('more back than came', async () => {
    const { gateway, payment, refund, pay } = await start();
    await pay('CAPTURED');
    await gateway.refund(refund(3000), payment);
    const refusal = gateway.refund(refund(2001), payment);
    await expect(refusal).rejects.toBeInstanceOf(GatewayRefusal);
    await expect(refusal).rejects.toEqual(refused('amount_too_large'));
  });

  test('a capture of what is captured, or was never approved', async () => {
    const { gateway, payment, pay } = await start();
    await expect(gateway.capture(payment, 5000)).rejects.toEqual(refused('payment_not_found'));
    await pay('CAPTURED');
    await expect(gateway.capture({ ...payment, id: payment.id.toUpperCase() }, 5000)).rejects.toEqual(
      refused('payment_not_found'),
    );
  });
});

describe('what the gateway knows', () => {
  test('of a payment that nobody has tried: nothing', async () => {
    const { gateway, payment } = await start();
    expect(await gateway.retrieve!(payment)).toEqual([]);
  });

  test.each<[string, string[], string[]]>([
    ['a virtual account', ['PENDING'], ['PENDING 5000']],
    ['its deposit', ['PENDING', 'CAPTURED'], ['CAPTURED 5000']],
    ['a failed attempt', ['ATTEMPT_FAILED'], []],
    ['a decline', ['FAILED'], ['FAILED 5000']],
    ['a late approval', ['FAILED', 'AUTHORIZED'], ['AUTHORIZED 5000']],
    ['a capture of its own', ['AUTHORIZED', 'CAPTURED'], ['AUTHORIZED 5000', 'CAPTURED 5000']],
    ['time that passed', ['PENDING', 'CANCELED'], ['CANCELED 0']],
  ])('%s', async (_, outcomes, facts) => {
    const { gateway, payment, pay } = await start();
    for (const outcome of outcomes) expect((await pay(outcome)).status).toBe(200);
    expect(said(await gateway.retrieve!(payment))).toEqual(facts);
  });

  test('all that it told can be listed, also what the shop has not heard', async () => {
    const { gateway, payment, pay, heard } = await start();
    const since = new Date(Date.now() - 1000);
    await pay('PENDING', { payableMs: 60_000 });
    await pay('CAPTURED', { delayMs: 3_600_000, wait: false });
    const listed = await gateway.listEvents!(since);
    expect(said(listed)).toEqual(['PENDING 5000', 'CAPTURED 5000']);
    expect(listed[0]).toEqual(heard()[0]);
    expect(listed[0]!.payableUntil).toBeInstanceOf(Date);
    expect(listed[1]!.paymentId).toBe(payment.id);
    expect(await gateway.listEvents!(new Date(Date.now() + 1000))).toEqual([]);
  });

  test('a long list is read to its end', async () => {
    const { gateway, pay } = await start();
    for (let number = 0; number < 501; number += 1) await pay('AUTHORIZED', { delayMs: 3_600_000, wait: false });
    expect(await gateway.listEvents!(new Date(0))).toHaveLength(501);
  });
});
