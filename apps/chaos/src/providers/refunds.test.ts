import { present, refusalFrom } from '@commerce-core/api/testing';
import { describe, expect } from 'vitest';
import { testThatBooksAgree } from './books.testing.ts';
import { testEach } from './providers.testing.ts';
import { createPaidSale, paidState, total, unitPrice } from './sale.testing.ts';
import { startWorld } from './world.testing.ts';

const world = await startWorld();
const { operator } = world;

describe('a refund', () => {
  testEach('may be in parts or whole and never exceeds what was paid', 'anything', async (provider) => {
    const { sale, attempt, refund } = await createPaidSale(world, provider);
    await refund({ amount: 300 });
    expect((await sale.readState()).refunds).toEqual(['REFUND 300 REQUESTED requested']);
    expect(await refusalFrom(refund({ amount: total }))).toMatchObject({
      code: 'refund_exceeds_balance',
      details: { refundableAmount: 1_700 },
    });
    await world.runUntilIdle();
    await refund();
    await world.runUntilIdle();
    expect(await sale.readState()).toEqual({
      ...paidState,
      refunds: ['REFUND 300 SUCCEEDED requested', 'REFUND 1700 SUCCEEDED requested'],
    });
    expect((await refusalFrom(refund())).code).toBe('refund_exceeds_balance');
    expect(await sale.readPayment(attempt)).toMatchObject({ refundedAmount: total, refundReservedAmount: 0 });
    expect(await sale.readBookEntry(attempt)).toMatchObject({ refundedAmount: total });
  });

  testEach('of a payment that was captured in part is at most that part', 'authorizes', async (provider) => {
    const { sale, attempt, refund } = await createPaidSale(world, provider, 'AUTHORIZED');
    expect(await refusalFrom(refund())).toMatchObject({
      code: 'refund_exceeds_balance',
      details: { refundableAmount: 0 },
    });
    await operator.payment.capture.mutate({ paymentId: attempt.id, amount: 1_200 });
    await world.runUntilIdle();
    expect((await refusalFrom(refund({ amount: 1_201 }))).code).toBe('refund_exceeds_balance');
    await refund({ amount: 200 });
    await world.runUntilIdle();
    await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
    await world.runUntilIdle();
    expect(await sale.readState()).toMatchObject({
      order: 'CANCELED',
      attention: null,
      refunds: ['REFUND 200 SUCCEEDED requested', 'REFUND 1000 SUCCEEDED order_canceled'],
      stock: [5, 0],
    });
    expect(await sale.readBookEntry(attempt)).toMatchObject({
      capturedAmount: 1_200,
      refundedAmount: 1_200,
      releasedAmount: 800,
    });
  });

  testEach('never exceeds the balance, also when several are requested at once', 'anything', async (provider) => {
    const { sale, attempt, refund } = await createPaidSale(world, provider);
    const requested = await Promise.allSettled(Array.from({ length: 5 }, () => refund({ amount: 700 })));
    expect(requested.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    await world.runUntilIdle();
    await world.repeatCalls();
    await world.runUntilIdle();
    expect(await sale.readBookEntry(attempt)).toMatchObject({ refundedAmount: 1_400 });
    expect((await sale.readState()).refunds).toEqual(Array(2).fill('REFUND 700 SUCCEEDED requested'));
  });

  testEach('by lines has the price of its units and restocks them on request', 'anything', async (provider) => {
    const { sale, attempt, refund } = await createPaidSale(world, provider);
    await refund({ lines: [{ lineNo: 1, quantity: 1, restock: true }] });
    await world.runUntilIdle();
    expect(await sale.readState()).toEqual({
      ...paidState,
      stock: [4, 0],
      refunds: [`REFUND ${unitPrice} SUCCEEDED requested`],
    });
    expect((await refusalFrom(refund({ lines: [{ lineNo: 1, quantity: 2 }] }))).code).toBe('units_not_refundable');
    await refund({ lines: [{ lineNo: 1, quantity: 1 }] });
    await world.runUntilIdle();
    expect(await sale.readState()).toMatchObject({
      stock: [4, 0],
      refunds: Array(2).fill(`REFUND ${unitPrice} SUCCEEDED requested`),
    });
    expect(await sale.readBookEntry(attempt)).toMatchObject({ refundedAmount: total });
  });

  testEach('that takes the bank a while is SUBMITTED until it succeeds', 'anything', async (provider) => {
    const { sale, refund, attempt } = await createPaidSale(world, provider);
    await world.withFaults({ slow_refund: 1 }, async () => {
      await refund({ amount: 500 });
      await world.commerce.callGateways();
      expect((await sale.readState()).refunds).toEqual(['REFUND 500 SUBMITTED requested']);
    });
    await world.runUntilIdle();
    expect(await sale.readState()).toEqual({ ...paidState, refunds: ['REFUND 500 SUCCEEDED requested'] });
    expect(await sale.readPayment(attempt)).toMatchObject({ refundedAmount: 500, refundReservedAmount: 0 });
  });

  testEach('that the bank returns is FAILED, needs attention, and can be repeated', 'anything', async (provider) => {
    const { sale, attempt, refund, dashboard } = await createPaidSale(world, provider);
    const { id } = await refund({ amount: 500 });
    await world.runUntilIdle();
    await dashboard(`refunds/${id}`, { status: 'FAILED' });
    await world.runUntilIdle();
    if (provider === 'portone') {
      // PortOne sends no webhook for that. An operator has the payment polled.
      expect((await sale.readState()).refunds).toEqual(['REFUND 500 SUCCEEDED requested']);
      await operator.payment.poll.mutate({ paymentId: attempt.id });
      await world.runUntilIdle();
    }
    expect(await sale.readState()).toEqual({
      ...paidState,
      attention: 'refund_failed',
      refunds: ['REFUND 500 FAILED requested'],
    });
    expect(await sale.readPayment(attempt)).toMatchObject({ refundedAmount: 0, refundReservedAmount: 0 });
    await refund({ amount: total });
    await world.runUntilIdle();
    expect((await sale.readState()).refunds).toEqual([
      'REFUND 500 FAILED requested',
      'REFUND 2000 SUCCEEDED requested',
    ]);
    expect(await sale.readBookEntry(attempt)).toMatchObject({ refundedAmount: total });
  });

  testEach('that the gateway refuses is FAILED with the reason and is not repeated', 'anything', async (provider) => {
    const { sale, attempt, refund, dashboard } = await createPaidSale(world, provider);
    // A refund in the dashboard came first, and the shop has not received its message.
    await world.withFaults({ dropped: 1 }, () => dashboard('refunds', { amount: 1_500 }));
    const { id } = await refund({ amount: 800 });
    await world.runUntilIdle();
    await world.repeatCalls();
    await world.runUntilIdle();
    const { items } = await operator.refund.list.query({ orderId: sale.orderId });
    expect(items.find((one) => one.id === id)).toMatchObject({
      status: 'FAILED',
      failureCode: expect.stringMatching(/\w/),
    });
    const { items: calls } = await operator.gatewayCall.list.query({ orderId: sale.orderId });
    expect(calls.filter(({ refundId }) => refundId === id)).toMatchObject([{ status: 'REFUSED', attempts: 1 }]);
    await operator.payment.poll.mutate({ paymentId: attempt.id });
    await world.runUntilIdle();
    expect(await sale.readPayment(attempt)).toMatchObject({ refundedAmount: 1_500, refundReservedAmount: 0 });
  });
});

describe('the cancellation of a paid order', () => {
  testEach('restocks it and refunds its money', 'anything', async (provider) => {
    const { sale, attempt, refund } = await createPaidSale(world, provider);
    await refund({ amount: 300 });
    await world.runUntilIdle();
    await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
    expect(await sale.readState()).toMatchObject({ order: 'CANCELED', attention: 'refund_due', stock: [5, 0] });
    await world.runUntilIdle();
    expect(await sale.readState()).toMatchObject({
      attention: null,
      refunds: ['REFUND 300 SUCCEEDED requested', 'REFUND 1700 SUCCEEDED order_canceled'],
    });
    expect(await sale.readBookEntry(attempt)).toMatchObject({ refundedAmount: total });
  });

  testEach('voids an authorization that was not captured', 'authorizes', async (provider) => {
    const { sale, attempt } = await createPaidSale(world, provider, 'AUTHORIZED');
    await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
    await world.runUntilIdle();
    expect(await sale.readState()).toEqual({
      order: 'CANCELED',
      attention: null,
      payments: ['CANCELED'],
      refunds: ['VOID 2000 SUCCEEDED order_canceled'],
      stock: [5, 0],
    });
    expect(await sale.readBookEntry(attempt)).toMatchObject({
      state: 'CANCELED',
      releasedAmount: total,
      refundedAmount: 0,
    });
  });

  testEach('refunds the money if the gateway captures it at the same time', 'authorizes', async (provider) => {
    const { sale, attempt } = await createPaidSale(world, provider, 'AUTHORIZED');
    await world.withFaults({ delayed: 1 }, async () => {
      await sale.actAtGateway(attempt, 'CAPTURED', { wait: false });
      await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
      await world.commerce.callGateways();
    });
    await world.runUntilIdle();
    expect(await sale.readState()).toMatchObject({
      order: 'CANCELED',
      attention: null,
      refunds: ['VOID 2000 SUCCEEDED order_canceled'],
      stock: [5, 0],
    });
    expect(await sale.readBookEntry(attempt)).toMatchObject({ capturedAmount: total, refundedAmount: total });
  });

  testEach('is refused after something has shipped, and no money is refunded', 'anything', async (provider) => {
    const { sale, attempt } = await createPaidSale(world, provider);
    const {
      items: [shipment],
    } = await operator.shipment.list.query({ orderId: sale.orderId });
    const { id: shipmentId } = present(shipment, 'shipment');
    await operator.shipment.dispatch.mutate({ shipmentId, carrier: 'CJ', trackingNumber: shipmentId });
    expect(await refusalFrom(sale.customer.order.cancel.mutate({ orderId: sale.orderId }))).toMatchObject({
      status: 409,
      code: 'invalid_transition',
    });
    await world.runUntilIdle();
    expect(await sale.readBookEntry(attempt)).toMatchObject({ refundedAmount: 0 });
  });
});

testThatBooksAgree(world);
