import { refusalFrom } from '@commerce-core/api/testing';
import { describe, expect, test } from 'vitest';
import { testThatBooksAgree } from './books.testing.ts';
import { providers } from './providers.testing.ts';
import { createSale, paidState, total } from './sale.testing.ts';
import { startWorld } from './world.testing.ts';

const world = await startWorld();

/** Creates an attempt at Toss that the shopper has agreed to, with the token from Toss's page. */
async function createAgreedSale() {
  const sale = await createSale(world);
  const attempt = await sale.beginAttempt('toss');
  const token = await sale.actAtGateway(attempt, 'CAPTURED');
  const confirm = (given = token, context = {}) =>
    sale.customer.payment.confirm.mutate({ paymentId: attempt.id, token: given }, { context });
  return { sale, attempt, token, confirm };
}

describe('toss: a payment that the shop confirms', () => {
  test('moves no money before the confirmation and pays the order with its response', async () => {
    const { sale, attempt, confirm } = await createAgreedSale();
    await world.runUntilIdle();
    expect(await sale.readState()).toMatchObject({ order: 'PAYMENT_PENDING', stock: [5, 2] });
    expect(await sale.readBookEntry(attempt)).toMatchObject({ capturedAmount: 0 });
    expect(await confirm()).toMatchObject({ id: attempt.id, status: 'CAPTURED', capturedAmount: total });
    expect(await sale.readState()).toEqual(paidState);
    await world.runUntilIdle();
    expect(await sale.readState()).toEqual(paidState);
  });

  test('confirmed repeatedly, with one key or several, is charged once', async () => {
    const { sale, attempt, confirm } = await createAgreedSale();
    const context = { idempotencyKey: crypto.randomUUID() };
    const answers = await Promise.allSettled([confirm(undefined, context), confirm(), confirm()]);
    expect(answers.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    expect(await confirm(undefined, context)).toMatchObject({ status: 'CAPTURED' });
    expect(await confirm()).toMatchObject({ status: 'CAPTURED' });
    await world.runUntilIdle();
    expect(await sale.readState()).toEqual(paidState);
    expect(await sale.readBookEntry(attempt)).toMatchObject({ capturedAmount: total });
  });

  test('confirmed while its webhook arrives is counted once', async () => {
    const { sale, attempt, confirm } = await createAgreedSale();
    await world.withFaults({ event_before_answer: 1, duplicate_at_once: 1 }, async () => {
      await Promise.all([confirm(), world.commerce.callGateways(), world.commerce.callGateways()]);
    });
    await world.runUntilIdle();
    expect(await sale.readState()).toEqual(paidState);
    expect(await sale.readBookEntry(attempt)).toMatchObject({ capturedAmount: total });
  });

  test('confirmed with another payment’s token, paid or not, moves no money', async () => {
    const other = await createAgreedSale();
    const { sale, attempt, confirm } = await createAgreedSale();
    for (const isPaid of [false, true]) {
      if (isPaid) await other.confirm();
      const victim = isPaid ? await createAgreedSale() : { sale, attempt, confirm };
      await victim.confirm(other.token).catch(() => undefined);
      await world.runUntilIdle();
      expect((await victim.sale.readState()).order).not.toBe('PAID');
      expect(await victim.sale.readBookEntry(victim.attempt)).toMatchObject({ capturedAmount: 0 });
    }
    expect(await other.sale.readState()).toEqual(paidState);
    expect(await other.sale.readBookEntry(other.attempt)).toMatchObject({ capturedAmount: total });
  });

  test('confirmed with an unknown token is refused, and a new attempt can pay the order', async () => {
    const { sale, confirm } = await createAgreedSale();
    expect(await refusalFrom(confirm('tviva-of-nobody'))).toMatchObject({ status: 409, code: 'payment_refused' });
    expect(await sale.readState()).toMatchObject({ order: 'PAYMENT_FAILED', payments: ['FAILED'], stock: [5, 0] });
    await sale.payAttempt(await sale.beginAttempt('toss'));
    expect(await sale.readState()).toMatchObject({
      order: 'PAID',
      payments: ['FAILED', 'CAPTURED'],
      refunds: [],
      stock: [3, 0],
    });
  });

  test('declined by the card’s bank is FAILED with the reason', async () => {
    const sale = await createSale(world);
    const attempt = await sale.beginAttempt('toss');
    const token = await world.withFaults({ dropped: 1 }, () =>
      sale.actAtGateway(attempt, 'FAILED', { failureCode: 'REJECT_CARD_PAYMENT' }),
    );
    const error = await refusalFrom(sale.customer.payment.confirm.mutate({ paymentId: attempt.id, token }));
    expect(error).toMatchObject({
      status: 409,
      code: 'payment_refused',
      details: { failureCode: 'REJECT_CARD_PAYMENT' },
    });
    expect(await sale.readPayment(attempt)).toMatchObject({ status: 'FAILED', failureCode: 'REJECT_CARD_PAYMENT' });
  });

  test.for(['error_after', 'dropped_after', 'silence_after'])(
    'whose response is lost (%s) is polled and charged once',
    async (fault) => {
      const { sale, attempt, confirm } = await createAgreedSale();
      const context = { idempotencyKey: crypto.randomUUID() };
      const error = await world.withFaults({ [fault]: 1, dropped: 1 }, () => refusalFrom(confirm(undefined, context)));
      expect(error).toMatchObject({ status: 503, code: 'gateway_unavailable' });
      expect(await sale.readState()).toMatchObject({ order: 'PAYMENT_PENDING', stock: [5, 2] });
      // The shopper's browser retries while the shop polls.
      await Promise.allSettled([confirm(undefined, context), world.runUntilIdle()]);
      await world.runUntilIdle();
      expect(await sale.readState()).toEqual(paidState);
      expect(await sale.readBookEntry(attempt)).toMatchObject({ capturedAmount: total });
    },
  );

  test('whose response is lost keeps its stock reserved until Toss reports its state', async () => {
    const { sale, attempt, confirm } = await createAgreedSale();
    await world.operator.payment.poll.mutate({ paymentId: attempt.id });
    await world.runUntilIdle();
    await world.withFaults({ error_after: 1, dropped: 1 }, () => refusalFrom(confirm()));
    await world.expireOrder(sale);
    expect(await sale.readState()).toMatchObject({ order: 'PAYMENT_PENDING', stock: [5, 2] });
    await world.runUntilIdle();
    expect(await sale.readState()).toEqual(paidState);
  });

  test('confirmed after its order was canceled is refused, and no money moves', async () => {
    const { sale, attempt, confirm } = await createAgreedSale();
    await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
    expect(await refusalFrom(confirm())).toMatchObject({ status: 409, code: 'invalid_transition' });
    await world.runUntilIdle();
    expect(await sale.readBookEntry(attempt)).toMatchObject({ capturedAmount: 0 });
  });

  test('confirmed by another customer is reported as not found', async () => {
    const { sale, attempt, token } = await createAgreedSale();
    const stranger = await world.api.customerClient();
    const error = await refusalFrom(stranger.payment.confirm.mutate({ paymentId: attempt.id, token }));
    expect(error).toMatchObject({ status: 404, code: 'payment_not_found' });
    expect(await sale.readBookEntry(attempt)).toMatchObject({ capturedAmount: 0 });
  });
});

test.for(providers.filter((provider) => provider !== 'toss'))(
  '%s: a confirmation is refused because none is needed',
  async (provider) => {
    const sale = await createSale(world);
    const { id: paymentId } = await sale.beginAttempt(provider);
    expect((await refusalFrom(sale.customer.payment.confirm.mutate({ paymentId, token: 'any' }))).code).toBe(
      'unsupported_by_provider',
    );
  },
);

testThatBooksAgree(world);
