import { refusalFrom } from '@commerce-core/api/testing';
import { describe, expect } from 'vitest';
import { booksMustAgree } from './books.testing.ts';
import { testEach } from './providers.testing.ts';
import { paidSale, paidState, total, unitPrice } from './sale.testing.ts';
import { openWorld } from './world.testing.ts';

const world = await openWorld();
const { operator } = world;

describe('a refund', () => {
  testEach('in whole, in parts, and never more than came', 'anything', async (provider) => {
    const { sale, attempt, refund } = await paidSale(world, provider);
    await refund({ amount: 300 });
    expect((await sale.state()).refunds).toEqual(['REFUND 300 REQUESTED requested']);
    expect(await refusalFrom(refund({ amount: total }))).toMatchObject({
      code: 'refund_exceeds_balance',
      details: { refundableAmount: 1_700 },
    });
    await world.settle();
    await refund();
    await world.settle();
    expect(await sale.state()).toEqual({
      ...paidState,
      refunds: ['REFUND 300 SUCCEEDED requested', 'REFUND 1700 SUCCEEDED requested'],
    });
    expect((await refusalFrom(refund())).code).toBe('refund_exceeds_balance');
    expect(await sale.payment(attempt)).toMatchObject({ refundedAmount: total, refundReservedAmount: 0 });
    expect(await sale.book(attempt)).toMatchObject({ refundedAmount: total });
  });

  testEach('of what was captured in part is that part at most', 'authorizes', async (provider) => {
    const { sale, attempt, refund } = await paidSale(world, provider, 'AUTHORIZED');
    expect(await refusalFrom(refund())).toMatchObject({ code: 'refund_exceeds_balance', details: { refundableAmount: 0 } });
    await operator.payment.capture.mutate({ paymentId: attempt.id, amount: 1_200 });
    await world.settle();
    expect((await refusalFrom(refund({ amount: 1_201 }))).code).toBe('refund_exceeds_balance');
    await refund({ amount: 200 });
    await world.settle();
    await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
    await world.settle();
    expect(await sale.state()).toMatchObject({
      order: 'CANCELED',
      attention: null,
      refunds: ['REFUND 200 SUCCEEDED requested', 'REFUND 1000 SUCCEEDED order_canceled'],
      stock: [5, 0],
    });
    expect(await sale.book(attempt)).toMatchObject({
      capturedAmount: 1_200,
      refundedAmount: 1_200,
      releasedAmount: 800,
    });
  });

  testEach('several at once never beat the balance', 'anything', async (provider) => {
    const { sale, attempt, refund } = await paidSale(world, provider);
    const asked = await Promise.allSettled(Array.from({ length: 5 }, () => refund({ amount: 700 })));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    await world.settle();
    await world.callAgain();
    await world.settle();
    expect(await sale.book(attempt)).toMatchObject({ refundedAmount: 1_400 });
    expect((await sale.state()).refunds).toEqual(Array(2).fill('REFUND 700 SUCCEEDED requested'));
  });

  testEach('by lines costs what they cost, and puts them back on sale if so wanted', 'anything', async (provider) => {
    const { sale, attempt, refund } = await paidSale(world, provider);
    await refund({ lines: [{ lineNo: 1, quantity: 1, restock: true }] });
    await world.settle();
    expect(await sale.state()).toEqual({
      ...paidState,
      stock: [4, 0],
      refunds: [`REFUND ${unitPrice} SUCCEEDED requested`],
    });
    expect((await refusalFrom(refund({ lines: [{ lineNo: 1, quantity: 2 }] }))).code).toBe('units_not_refundable');
    await refund({ lines: [{ lineNo: 1, quantity: 1 }] });
    await world.settle();
    expect(await sale.state()).toMatchObject({
      stock: [4, 0],
      refunds: Array(2).fill(`REFUND ${unitPrice} SUCCEEDED requested`),
    });
    expect(await sale.book(attempt)).toMatchObject({ refundedAmount: total });
  });

  testEach('that the bank takes a while for is SUBMITTED until it comes through', 'anything', async (provider) => {
    const { sale, refund, attempt } = await paidSale(world, provider);
    await world.during({ slow_refund: 1 }, async () => {
      await refund({ amount: 500 });
      await world.commerce.callGateways();
      expect((await sale.state()).refunds).toEqual(['REFUND 500 SUBMITTED requested']);
    });
    await world.settle();
    expect(await sale.state()).toEqual({ ...paidState, refunds: ['REFUND 500 SUCCEEDED requested'] });
    expect(await sale.payment(attempt)).toMatchObject({ refundedAmount: 500, refundReservedAmount: 0 });
  });

  testEach(
    'that the bank sends back has FAILED, needs a person, and can be asked for anew',
    'anything',
    async (provider) => {
      const { sale, attempt, refund, dashboard } = await paidSale(world, provider);
      const { id } = await refund({ amount: 500 });
      await world.settle();
      await dashboard(`refunds/${id}`, { status: 'FAILED' });
      await world.settle();
      if (provider === 'portone') {
        // It sends no webhook of that: an operator who hears of it otherwise has the shop ask.
        expect((await sale.state()).refunds).toEqual(['REFUND 500 SUCCEEDED requested']);
        await operator.payment.poll.mutate({ paymentId: attempt.id });
        await world.settle();
      }
      expect(await sale.state()).toEqual({
        ...paidState,
        attention: 'refund_failed',
        refunds: ['REFUND 500 FAILED requested'],
      });
      expect(await sale.payment(attempt)).toMatchObject({ refundedAmount: 0, refundReservedAmount: 0 });
      await refund({ amount: total });
      await world.settle();
      expect((await sale.state()).refunds).toEqual(['REFUND 500 FAILED requested', 'REFUND 2000 SUCCEEDED requested']);
      expect(await sale.book(attempt)).toMatchObject({ refundedAmount: total });
    },
  );

  testEach(
    'that the gateway refuses for good has FAILED with its reason, and isn’t asked for again',
    'anything',
    async (provider) => {
      const { sale, attempt, refund, dashboard } = await paidSale(world, provider);
      // Somebody at the gateway was faster, and the shop hasn't heard of it.
      await world.during({ dropped: 1 }, () => dashboard('refunds', { amount: 1_500 }));
      const { id } = await refund({ amount: 800 });
      await world.settle();
      await world.callAgain();
      await world.settle();
      const { items } = await operator.refund.list.query({ orderId: sale.orderId });
      expect(items.find((one) => one.id === id)).toMatchObject({
        status: 'FAILED',
        failureCode: expect.stringMatching(/\w/),
      });
      const { items: calls } = await operator.gatewayCall.list.query({ orderId: sale.orderId });
      expect(calls.filter(({ refundId }) => refundId === id)).toMatchObject([{ status: 'REFUSED', attempts: 1 }]);
      await operator.payment.poll.mutate({ paymentId: attempt.id });
      await world.settle();
      expect(await sale.payment(attempt)).toMatchObject({ refundedAmount: 1_500, refundReservedAmount: 0 });
    },
  );
});

describe('an order that is canceled after it was paid', () => {
  testEach('is restocked, and its money goes back', 'anything', async (provider) => {
    const { sale, attempt, refund } = await paidSale(world, provider);
    await refund({ amount: 300 });
    await world.settle();
    await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
    expect(await sale.state()).toMatchObject({ order: 'CANCELED', attention: 'refund_due', stock: [5, 0] });
    await world.settle();
    expect(await sale.state()).toMatchObject({
      attention: null,
      refunds: ['REFUND 300 SUCCEEDED requested', 'REFUND 1700 SUCCEEDED order_canceled'],
    });
    expect(await sale.book(attempt)).toMatchObject({ refundedAmount: total });
  });

  testEach('before it was captured lets go of the authorization', 'authorizes', async (provider) => {
    const { sale, attempt } = await paidSale(world, provider, 'AUTHORIZED');
    await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
    await world.settle();
    expect(await sale.state()).toEqual({
      order: 'CANCELED',
      attention: null,
      payments: ['CANCELED'],
      refunds: ['VOID 2000 SUCCEEDED order_canceled'],
      stock: [5, 0],
    });
    expect(await sale.book(attempt)).toMatchObject({ state: 'CANCELED', releasedAmount: total, refundedAmount: 0 });
  });

  testEach(
    'while somebody captures it at the gateway sends the captured money back',
    'authorizes',
    async (provider) => {
      const { sale, attempt } = await paidSale(world, provider, 'AUTHORIZED');
      await world.during({ delayed: 1 }, async () => {
        await sale.agree(attempt, 'CAPTURED', { wait: false });
        await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
        await world.commerce.callGateways();
      });
      await world.settle();
      expect(await sale.state()).toMatchObject({
        order: 'CANCELED',
        attention: null,
        refunds: ['VOID 2000 SUCCEEDED order_canceled'],
        stock: [5, 0],
      });
      expect(await sale.book(attempt)).toMatchObject({ capturedAmount: total, refundedAmount: total });
    },
  );

  testEach('after something has shipped is refused, and its money stays', 'anything', async (provider) => {
    const { sale, attempt } = await paidSale(world, provider);
    const {
      items: [shipment],
    } = await operator.shipment.list.query({ orderId: sale.orderId });
    await operator.shipment.dispatch.mutate({ shipmentId: shipment!.id, carrier: 'CJ', trackingNumber: '1' });
    expect(await refusalFrom(sale.customer.order.cancel.mutate({ orderId: sale.orderId }))).toMatchObject({
      status: 409,
      code: 'invalid_transition',
    });
    await world.settle();
    expect(await sale.book(attempt)).toMatchObject({ refundedAmount: 0 });
  });
});

booksMustAgree(world);
