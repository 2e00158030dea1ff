import { refusalFrom } from '@commerce-core/api/testing';
import { describe, expect } from 'vitest';
import { testThatBooksAgree } from './books.testing.ts';
import { testEach } from './providers.testing.ts';
import { createSale, paidState } from './sale.testing.ts';
import { startWorld } from './world.testing.ts';

const world = await startWorld();

describe('the expiry', () => {
  testEach(
    'polls the gateway first, so that an order whose message was lost is PAID and not EXPIRED',
    'anything',
    async (provider) => {
      const sale = await createSale(world);
      const attempt = await sale.beginAttempt(provider);
      await world.withFaults({ dropped: 1, error_after: provider === 'toss' ? 1 : 0 }, async () => {
        const token = await sale.actAtGateway(attempt, 'CAPTURED');
        if (provider === 'toss')
          await refusalFrom(sale.customer.payment.confirm.mutate({ paymentId: attempt.id, token }));
      });
      await world.expireOrder(sale);
      expect(await sale.readState()).toMatchObject({ order: 'PAYMENT_PENDING', stock: [5, 2] });
      await world.runUntilIdle();
      expect(await sale.readState()).toEqual(paidState);
    },
  );

  testEach(
    'of an unpaid order releases its stock and cancels the attempt at the gateway',
    'anything',
    async (provider) => {
      const sale = await createSale(world);
      const attempt = await sale.beginAttempt(provider);
      await world.expireOrder(sale);
      await world.runUntilIdle();
      await world.expireOrder(sale);
      await world.runUntilIdle();
      expect(await sale.readState()).toEqual({
        order: 'EXPIRED',
        attention: null,
        payments: ['CANCELED'],
        refunds: [],
        stock: [5, 0],
      });
      expect((await refusalFrom(sale.beginAttempt(provider))).code).toBe('invalid_transition');
      if (provider === 'toss') {
        const token = await sale.actAtGateway(attempt, 'CAPTURED');
        expect((await refusalFrom(sale.customer.payment.confirm.mutate({ paymentId: attempt.id, token }))).code).toBe(
          'invalid_transition',
        );
      } else if (provider === 'portone') {
        // PortOne cannot cancel an attempt that the shopper has not begun. A late approval pays if stock is available.
        await sale.payAttempt(attempt);
        expect(await sale.readState()).toMatchObject({ order: 'PAID', stock: [3, 0] });
      } else {
        await expect(sale.actAtGateway(attempt, 'CAPTURED')).rejects.toThrow(/409/);
      }
    },
  );

  testEach('at the same time as an approval sells the stock once or moves no money', 'anything', async (provider) => {
    for (let round = 0; round < 3; round += 1) {
      const sale = await createSale(world);
      const attempt = await sale.beginAttempt(provider);
      await world.expireOrder(sale);
      await world.runUntilIdle();
      // Toss's confirmation is refused when the order has already expired. Then no money moves.
      await Promise.all([world.expireOrder(sale), sale.payAttempt(attempt).catch(() => undefined)]);
      await world.runUntilIdle();
      const { order, payments, stock } = await sale.readState();
      const { capturedAmount, refundedAmount } = await sale.readBookEntry(attempt);
      const isPaid = capturedAmount > refundedAmount;
      expect({ order, stock, payments }).toEqual(
        isPaid
          ? { order: 'PAID', stock: [3, 0], payments: ['CAPTURED'] }
          : { order: 'EXPIRED', stock: [5, 0], payments: ['CANCELED'] },
      );
    }
  });
});

testThatBooksAgree(world);
