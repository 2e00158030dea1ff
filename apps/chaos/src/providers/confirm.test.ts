import { refusalFrom } from '@commerce-core/api/testing';
import { describe, expect, test } from 'vitest';
import { booksMustAgree } from './books.testing.ts';
import { providers } from './providers.testing.ts';
import { openSale, paidState, total } from './sale.testing.ts';
import { openWorld } from './world.testing.ts';

const world = await openWorld();

/** An attempt at Toss that the shopper has agreed to, and what Toss's page handed back. */
async function agreed() {
  const sale = await openSale(world);
  const attempt = await sale.begin('toss');
  const token = await sale.agree(attempt, 'CAPTURED');
  const confirm = (given = token, context = {}) =>
    sale.customer.payment.confirm.mutate({ paymentId: attempt.id, token: given }, { context });
  return { sale, attempt, token, confirm };
}

describe('toss: a payment that the shop confirms', () => {
  test('brings no money before, and pays with the answer', async () => {
    const { sale, attempt, confirm } = await agreed();
    await world.settle();
    expect(await sale.state()).toMatchObject({ order: 'PAYMENT_PENDING', stock: [5, 2] });
    expect(await sale.book(attempt)).toMatchObject({ capturedAmount: 0 });
    expect(await confirm()).toMatchObject({ id: attempt.id, status: 'CAPTURED', capturedAmount: total });
    expect(await sale.state()).toEqual(paidState);
    await world.settle();
    expect(await sale.state()).toEqual(paidState);
  });

  test('twice, with one key or with two, one after the other or at once, is charged once', async () => {
    const { sale, attempt, confirm } = await agreed();
    const context = { idempotencyKey: crypto.randomUUID() };
    const answers = await Promise.allSettled([confirm(undefined, context), confirm(), confirm()]);
    expect(answers.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    expect(await confirm(undefined, context)).toMatchObject({ status: 'CAPTURED' });
    expect(await confirm()).toMatchObject({ status: 'CAPTURED' });
    await world.settle();
    expect(await sale.state()).toEqual(paidState);
    expect(await sale.book(attempt)).toMatchObject({ capturedAmount: total });
  });

  test('at the moment at which its webhook comes counts once', async () => {
    const { sale, attempt, confirm } = await agreed();
    await world.during({ event_before_answer: 1, duplicate_at_once: 1 }, async () => {
      await Promise.all([confirm(), world.commerce.callGateways(), world.commerce.callGateways()]);
    });
    await world.settle();
    expect(await sale.state()).toEqual(paidState);
    expect(await sale.book(attempt)).toMatchObject({ capturedAmount: total });
  });

  test('by the token of another one’s payment, paid or not, brings nothing', async () => {
    const other = await agreed();
    const { sale, attempt, confirm } = await agreed();
    for (const isPaid of [false, true]) {
      if (isPaid) await other.confirm();
      const victim = isPaid ? await agreed() : { sale, attempt, confirm };
      await victim.confirm(other.token).catch(() => undefined);
      await world.settle();
      expect((await victim.sale.state()).order).not.toBe('PAID');
      expect(await victim.sale.book(victim.attempt)).toMatchObject({ capturedAmount: 0 });
    }
    expect(await other.sale.state()).toEqual(paidState);
    expect(await other.sale.book(other.attempt)).toMatchObject({ capturedAmount: total });
  });

  test('by a token that nobody knows is refused, and the order can be paid anew', async () => {
    const { sale, confirm } = await agreed();
    expect(await refusalFrom(confirm('tviva-of-nobody'))).toMatchObject({ status: 409, code: 'payment_refused' });
    expect(await sale.state()).toMatchObject({ order: 'PAYMENT_FAILED', payments: ['FAILED'], stock: [5, 0] });
    await sale.pay(await sale.begin('toss'));
    expect(await sale.state()).toMatchObject({
      order: 'PAID',
      payments: ['FAILED', 'CAPTURED'],
      refunds: [],
      stock: [3, 0],
    });
  });

  test('and that the card’s bank declines has FAILED with the reason', async () => {
    const sale = await openSale(world);
    const attempt = await sale.begin('toss');
    const token = await world.during({ dropped: 1 }, () =>
      sale.agree(attempt, 'FAILED', { failureCode: 'REJECT_CARD_PAYMENT' }),
    );
    const error = await refusalFrom(sale.customer.payment.confirm.mutate({ paymentId: attempt.id, token }));
    expect(error).toMatchObject({
      status: 409,
      code: 'payment_refused',
      details: { failureCode: 'REJECT_CARD_PAYMENT' },
    });
    expect(await sale.payment(attempt)).toMatchObject({ status: 'FAILED', failureCode: 'REJECT_CARD_PAYMENT' });
  });

  test.for(['error_after', 'dropped_after', 'silence_after'])(
    'and of which the answer is lost (%s) is asked for, and charged once',
    async (fault) => {
      const { sale, attempt, confirm } = await agreed();
      const context = { idempotencyKey: crypto.randomUUID() };
      const error = await world.during({ [fault]: 1, dropped: 1 }, () => refusalFrom(confirm(undefined, context)));
      expect(error).toMatchObject({ status: 503, code: 'gateway_unavailable' });
      expect(await sale.state()).toMatchObject({ order: 'PAYMENT_PENDING', stock: [5, 2] });
      // The shopper's browser tries again, while the shop asks by itself.
      await Promise.allSettled([confirm(undefined, context), world.settle()]);
      await world.settle();
      expect(await sale.state()).toEqual(paidState);
      expect(await sale.book(attempt)).toMatchObject({ capturedAmount: total });
    },
  );

  test('and of which the answer is lost holds its stock until Toss has said what became of it', async () => {
    const { sale, attempt, confirm } = await agreed();
    await world.operator.payment.poll.mutate({ paymentId: attempt.id });
    await world.settle();
    await world.during({ error_after: 1, dropped: 1 }, () => refusalFrom(confirm()));
    await world.expire(sale);
    expect(await sale.state()).toMatchObject({ order: 'PAYMENT_PENDING', stock: [5, 2] });
    await world.settle();
    expect(await sale.state()).toEqual(paidState);
  });

  test('after its order was canceled is refused, and no money moves', async () => {
    const { sale, attempt, confirm } = await agreed();
    await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
    expect(await refusalFrom(confirm())).toMatchObject({ status: 409, code: 'invalid_transition' });
    await world.settle();
    expect(await sale.book(attempt)).toMatchObject({ capturedAmount: 0 });
  });

  test('by somebody else’s customer is as if it weren’t there', async () => {
    const { sale, attempt, token } = await agreed();
    const stranger = await world.api.customerClient();
    const error = await refusalFrom(stranger.payment.confirm.mutate({ paymentId: attempt.id, token }));
    expect(error).toMatchObject({ status: 404, code: 'payment_not_found' });
    expect(await sale.book(attempt)).toMatchObject({ capturedAmount: 0 });
  });
});

test.for(providers.filter((provider) => provider !== 'toss'))('%s: nothing is to be confirmed', async (provider) => {
  const sale = await openSale(world);
  const { id: paymentId } = await sale.begin(provider);
  expect((await refusalFrom(sale.customer.payment.confirm.mutate({ paymentId, token: 'any' }))).code).toBe(
    'unsupported_by_provider',
  );
});

booksMustAgree(world);
