import { randomUUID } from 'node:crypto';
import { GatewayRefusal } from '@commerce-core/core';
import { describe, expect, test } from 'vitest';
import { until } from '../../shop.testing.ts';
import { anAttempt, opened, play, refusal, types } from './stripe.testing.ts';

describe('opening', () => {
  test('again answers the same intent, whether or not its id came through', async () => {
    const { open, attempt, payment, next } = await opened();
    expect(next).toMatchObject({ provider: 'stripe', publishableKey: null });
    for (const again of [attempt, payment])
      expect(await open(again)).toEqual({ gatewayPaymentId: payment.gatewayPaymentId, next });
  });

  test('by many at once makes one intent', async () => {
    const { open, attempt, request } = await opened();
    const fresh = { ...attempt, id: randomUUID() };
    const answers = await Promise.all(Array.from({ length: 5 }, () => open(fresh)));
    expect(new Set(answers.map(({ gatewayPaymentId }) => gatewayPaymentId)).size).toBe(1);
    expect((await request('/book')).body.totals.payments).toBe(2);
  });
});

describe('a shopper who pays', () => {
  test('is told by a webhook and known when asked, as the same fact', async () => {
    const { gateway, payment, paid, heard } = await opened();
    expect(types(await gateway.retrieve(payment))).toEqual(['PENDING 0']);
    await paid('CAPTURED');
    const [fact] = await gateway.retrieve(payment);
    expect(fact).toMatchObject({
      type: 'CAPTURED',
      paymentId: payment.id,
      gatewayPaymentId: payment.gatewayPaymentId,
      amount: 5000,
      currency: 'EUR',
    });
    expect(heard()).toEqual([{ ...fact, providerEventId: expect.stringMatching(/^evt_/) }]);
  });

  test('after a declined card may pay with another one', async () => {
    const { gateway, payment, paid, heard } = await opened();
    await paid('ATTEMPT_FAILED', { failureCode: 'insufficient_funds' });
    expect(await gateway.retrieve(payment)).toMatchObject([
      { type: 'ATTEMPT_FAILED', failureCode: 'insufficient_funds' },
    ]);
    await paid('CAPTURED');
    expect(types(heard())).toEqual(['ATTEMPT_FAILED 0', 'CAPTURED 5000']);
  });

  test('by a voucher has time', async () => {
    const { gateway, payment, paid, heard } = await opened();
    await paid('PENDING');
    const [fact] = await gateway.retrieve(payment);
    expect(fact!.payableUntil!.getTime()).toBeGreaterThan(Date.now() + 2 * 24 * 3_600_000);
    expect(heard()).toMatchObject([fact!]);
  });

  test('in króna pays as many as the order has', async () => {
    const { gateway, payment, paid, book, heard } = await opened({ currency: 'ISK', amount: 90 });
    await paid('CAPTURED');
    expect(await gateway.retrieve(payment)).toMatchObject([{ type: 'CAPTURED', amount: 90, currency: 'ISK' }]);
    expect(heard()).toMatchObject([{ amount: 90, currency: 'ISK' }]);
    expect((await book(payment.id)).charged).toMatchObject({ amount: 90 });
  });
});

describe('what is authorized', () => {
  test('is captured in part; letting go of the rest is no refund', async () => {
    const { gateway, payment, paid, heard, book } = await opened({ capture: 'MANUAL' });
    await paid('AUTHORIZED');
    const facts = await gateway.capture(payment, 3000);
    expect(types(facts)).toEqual(['AUTHORIZED 5000', 'CAPTURED 3000']);
    expect(await gateway.capture(payment, 3000)).toEqual(facts);
    expect(await gateway.retrieve(payment)).toEqual(facts);
    await until(() => heard().length === 4);
    expect(types(heard()).toSorted()).toEqual(['AUTHORIZED 5000', 'CAPTURED 3000', 'CHANGED 0', 'OTHER 0']);
    expect(await book(payment.id)).toMatchObject({ capturedAmount: 3000, releasedAmount: 2000, refundedAmount: 0 });
  });

  test('is not undone by a cancel, but by a void, once', async () => {
    const { gateway, payment, paid, refundOf, book } = await opened({ capture: 'MANUAL' });
    await paid('AUTHORIZED');
    expect(types(await gateway.cancel(payment))).toEqual(['AUTHORIZED 5000']);
    const whole = refundOf(5000, 'VOID');
    const facts = await gateway.refund(whole, payment);
    expect(facts).toMatchObject([{ type: 'REFUNDED', amount: 5000, refundId: whole.id }]);
    expect(await gateway.refund(whole, payment)).toEqual(facts);
    expect(types(await gateway.retrieve(payment))).toEqual(['CANCELED 0']);
    expect(await book(payment.id)).toMatchObject({ state: 'CANCELED', releasedAmount: 5000, refunds: [] });
  });

  test('goes back as a refund if it was captured meanwhile', async () => {
    const { gateway, payment, paid, refundOf, book, elsewhere } = await opened({ capture: 'MANUAL' });
    await paid('AUTHORIZED');
    await elsewhere(`/v1/payment_intents/${payment.gatewayPaymentId}/capture`);
    const whole = refundOf(5000, 'VOID');
    for (const _ of [1, 2])
      expect(await gateway.refund(whole, payment)).toMatchObject([
        { type: 'REFUNDED', amount: 5000, refundId: whole.id },
      ]);
    expect((await book(payment.id)).refunds).toMatchObject([{ refundId: whole.id, amount: 5000 }]);
  });

  test('is gone when its time is over', async () => {
    const { gateway, payment, paid } = await opened({ capture: 'MANUAL' });
    await paid('AUTHORIZED');
    await paid('CANCELED');
    expect(await gateway.capture(payment, 5000)).toMatchObject([{ type: 'CANCELED', failureCode: 'automatic' }]);
  });
});

describe('cancel', () => {
  test('keeps a shopper from paying', async () => {
    const { gateway, payment, paid, book } = await opened();
    for (const _ of [1, 2]) expect(types(await gateway.cancel(payment))).toEqual(['CANCELED 0']);
    expect((await paid('CAPTURED')).status).toBe(409);
    expect((await book(payment.id)).charged).toBeNull();
  });

  test('comes too late for one who has paid', async () => {
    const { gateway, payment, paid } = await opened();
    await paid('CAPTURED');
    expect(types(await gateway.cancel(payment))).toEqual(['CAPTURED 5000']);
  });
});

describe('a refund', () => {
  test('goes back once, however often and by how many at once it is asked, and both books know it', async () => {
    const { gateway, payment, paid, refundOf, book, heard } = await opened();
    await paid('CAPTURED');
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
    await until(() => heard().length === 3);
    expect(heard().find(({ type }) => type === 'REFUNDED')).toMatchObject(answers[0]![0]!);
  });

  test('beyond what is left is refused', async () => {
    const { gateway, payment, paid, refundOf, book } = await opened();
    await expect(gateway.refund(refundOf(1), payment)).rejects.toEqual(refusal('invalid_request_error'));
    await paid('CAPTURED');
    await gateway.refund(refundOf(4000), payment);
    await expect(gateway.refund(refundOf(1001), payment)).rejects.toEqual(refusal('amount_too_large'));
    await gateway.refund(refundOf(1000), payment);
    await expect(gateway.refund(refundOf(1), payment)).rejects.toEqual(refusal('charge_already_refunded'));
    expect(types(await gateway.retrieve(payment))).toEqual(['CAPTURED 5000', 'REFUNDED 4000', 'REFUNDED 1000']);
    expect((await book(payment.id)).refundedAmount).toBe(5000);
  });
});

test('events that no webhook brought are found in the list, as the same events', async () => {
  const { gateway, payment, paid, refundOf, heard } = await opened();
  await paid('CAPTURED');
  await gateway.refund(refundOf(2000), payment);
  await until(() => heard().length === 3);
  const listed = await gateway.listEvents!(new Date(Date.now() - 60_000));
  const byId = (events: { providerEventId: string }[]) =>
    events.toSorted((a, b) => (a.providerEventId < b.providerEventId ? -1 : 1));
  expect(byId(listed)).toEqual(byId(heard()));
  expect(listed[0]!.type).toBe('CAPTURED');
});

test('a wrong key leaves every outcome unknown', async () => {
  const { gateway } = await play('sk_test_2');
  const payment = { ...anAttempt, id: randomUUID(), gatewayPaymentId: 'pi_1' };
  const error: unknown = await gateway.retrieve(payment).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(GatewayRefusal);
});
