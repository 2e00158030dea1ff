import { refusalFrom } from '@commerce-core/api/testing';
import { describe, expect } from 'vitest';
import { booksMustAgree } from './books.testing.ts';
import { testEach } from './providers.testing.ts';
import { openSale, paidState } from './sale.testing.ts';
import { openWorld } from './world.testing.ts';

const world = await openWorld();

describe('the expiry', () => {
  testEach(
    'asks the gateway first, so that an order whose message was lost is PAID and not EXPIRED',
    'anything',
    async (provider) => {
      const sale = await openSale(world);
      const attempt = await sale.begin(provider);
      await world.during({ dropped: 1, error_after: provider === 'toss' ? 1 : 0 }, async () => {
        const token = await sale.agree(attempt, 'CAPTURED');
        if (provider === 'toss') await refusalFrom(sale.customer.payment.confirm.mutate({ paymentId: attempt.id, token }));
      });
      await world.expire(sale);
      expect(await sale.state()).toMatchObject({ order: 'PAYMENT_PENDING', stock: [5, 2] });
      await world.settle();
      expect(await sale.state()).toEqual(paidState);
    },
  );

  testEach(
    'of an order that nobody paid lets go of its stock, and the gateway takes no money for it any more',
    'anything',
    async (provider) => {
      const sale = await openSale(world);
      const attempt = await sale.begin(provider);
      await world.expire(sale);
      await world.settle();
      await world.expire(sale);
      await world.settle();
      expect(await sale.state()).toEqual({
        order: 'EXPIRED',
        attention: null,
        payments: ['CANCELED'],
        refunds: [],
        stock: [5, 0],
      });
      expect((await refusalFrom(sale.begin(provider))).code).toBe('invalid_transition');
      if (provider === 'toss') {
        const token = await sale.agree(attempt, 'CAPTURED');
        expect((await refusalFrom(sale.customer.payment.confirm.mutate({ paymentId: attempt.id, token }))).code).toBe(
          'invalid_transition',
        );
      } else if (provider === 'portone') {
        // Nothing ends an attempt there that the shopper hasn't begun: what comes all the same finds its stock again.
        await sale.pay(attempt);
        expect(await sale.state()).toMatchObject({ order: 'PAID', stock: [3, 0] });
      } else {
        await expect(sale.agree(attempt, 'CAPTURED')).rejects.toThrow(/409/);
      }
    },
  );

  testEach(
    'against an arriving payment: whoever comes first, the order is PAID and its stock sold once',
    'anything',
    async (provider) => {
      for (let round = 0; round < 3; round += 1) {
        const sale = await openSale(world);
        const attempt = await sale.begin(provider);
        await world.expire(sale);
        await world.settle();
        // Toss's confirmation is refused once the order has expired: then no money moves.
        await Promise.all([world.expire(sale), sale.pay(attempt).catch(() => undefined)]);
        await world.settle();
        const { order, payments, stock } = await sale.state();
        const { capturedAmount, refundedAmount } = await sale.book(attempt);
        const isPaid = capturedAmount > refundedAmount;
        expect({ order, stock, payments }).toEqual(
          isPaid
            ? { order: 'PAID', stock: [3, 0], payments: ['CAPTURED'] }
            : { order: 'EXPIRED', stock: [5, 0], payments: ['CANCELED'] },
        );
      }
    },
  );
});

booksMustAgree(world);
