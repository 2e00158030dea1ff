import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import { mockGateway } from '../../gateways/mock.ts';
import { makeAttemptFree } from '../../testing/free-attempt.ts';
import { only } from '../../testing/only.ts';
import { errorCodeOf, webhookSecret } from '../../testing/test-shop.ts';
import { openTwoProcesses, type TwoProcesses } from '../../testing/two-processes.ts';

let processes: TwoProcesses;
beforeAll(async () => {
  processes = await openTwoProcesses();
});
afterAll(() => processes.close());

async function createFreeOrder(quantity = 2) {
  const { shop } = processes;
  const productId = await shop.createTestProduct({ priceAmount: 0 });
  return { productId, orderId: (await shop.createTestOrder({ [productId]: quantity })).id };
}

describe('an order whose total is 0', () => {
  test("is PAID once its payment is created, with the events of any order (polar's, PrestaShop's bug)", async () => {
    const { commerce, readStock, readEventTypes } = processes.shop;
    const { orderId, productId } = await createFreeOrder();
    const payment = await commerce.createPayment({ orderId, provider: 'mock' });
    expect(payment).toMatchObject({ provider: 'none', status: 'CAPTURED', amount: 0, capturedAmount: 0, next: null });
    expect(await commerce.getPayment({ paymentId: payment.id })).toMatchObject({
      provider: 'none',
      status: 'CAPTURED',
    });
    expect(await commerce.resumePayment({ paymentId: payment.id })).toMatchObject({ next: null });
    expect(await commerce.getOrder({ orderId })).toMatchObject({ status: 'PAID', reservationStatus: 'COMMITTED' });
    expect(await readStock(productId)).toEqual([8, 0]);
    expect(only(await commerce.listShipments({ orderId }))).toMatchObject({
      status: 'READY',
      lines: [{ lineNo: 1, quantity: 2 }],
    });
    expect(await readEventTypes(orderId)).toEqual([
      'order.created',
      'payment.created',
      'payment.captured',
      'order.paid',
      'shipment.created',
    ]);
  });

  test('has one payment for repeated calls of one idempotency key', async () => {
    const { commerce, readStock } = processes.shop;
    const { orderId, productId } = await createFreeOrder();
    const idempotency = { scope: 'customer:1', key: randomUUID() };
    const pay = async () => commerce.createPayment({ orderId, provider: 'mock' }, { idempotency });
    const first = await pay();
    expect(await pay()).toEqual(first);
    expect(await processes.otherProcess.commerce.createPayment({ orderId, provider: 'mock' }, { idempotency })).toEqual(
      first,
    );
    expect(await commerce.listPayments({ orderId })).toHaveLength(1);
    expect(await readStock(productId)).toEqual([8, 0]);
  });

  test('is paid once and sells its stock once when two processes pay it at the same time', async () => {
    const { shop, otherProcess } = processes;
    for (let round = 0; round < 5; round += 1) {
      const { orderId, productId } = await createFreeOrder();
      const codes = await Promise.all(
        [shop, otherProcess, shop, otherProcess].map(async ({ commerce }) =>
          errorCodeOf(commerce.createPayment({ orderId, provider: 'mock' })),
        ),
      );
      expect(codes.toSorted()).toEqual(['accepted', ...Array.from({ length: 3 }, () => 'invalid_transition')]);
      expect(await shop.readStock(productId)).toEqual([8, 0]);
      expect(await shop.commerce.listPayments({ orderId })).toHaveLength(1);
    }
  });

  test('shares a transaction with orders that cost something', async () => {
    const { shop } = processes;
    const free = await createFreeOrder();
    const { id: paidId } = await shop.createTestOrder({ [await shop.createTestProduct()]: 1 });
    const payments = await Promise.all(
      [paidId, free.orderId].map((orderId) => shop.commerce.createPayment({ orderId, provider: 'mock' })),
    );
    expect(payments.map(({ provider, status }) => [provider, status])).toEqual([
      ['mock', 'CREATED'],
      ['none', 'CAPTURED'],
    ]);
  });

  test('is restocked when it is canceled, and has nothing to refund', async () => {
    const { shop } = processes;
    const { orderId, productId } = await createFreeOrder();
    await shop.commerce.createPayment({ orderId, provider: 'mock' });
    expect(await errorCodeOf(shop.commerce.createRefund({ orderId }))).toBe('refund_exceeds_balance');
    expect(await shop.commerce.cancelOrder({ orderId })).toMatchObject({ status: 'CANCELED', needsAttention: null });
    expect(await shop.readStock(productId)).toEqual([10, 0]);
    expect((await shop.commerce.listRefunds({ orderId })).items).toEqual([]);
  });

  test('is PAID by a new attempt after one that an earlier version created at a gateway has failed', async () => {
    const { shop } = processes;
    const { orderId, productId, payment } = await shop.createAttempt();
    await makeAttemptFree(shop, orderId);
    await shop.sendWebhook('FAILED', payment);
    expect(await shop.readStock(productId)).toEqual([10, 0]);
    expect(await shop.commerce.createPayment({ orderId, provider: 'mock' })).toMatchObject({ provider: 'none' });
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ status: 'PAID' });
    expect(await shop.readStock(productId)).toEqual([8, 0]);
    // The gateway's approval of the first attempt comes too late: it is surplus, and has no money.
    expect(await shop.sendWebhook('CAPTURED', { ...payment, amount: 0 })).toMatchObject({ effect: 'surplus' });
    expect(await shop.readStock(productId)).toEqual([8, 0]);
  });

  test('takes a payment without a gateway after the gateway has released that of an earlier version', async () => {
    const { shop } = processes;
    const { orderId, productId, payment } = await shop.createAttempt();
    await makeAttemptFree(shop, orderId);
    await shop.sendWebhook('AUTHORIZED', { ...payment, amount: 0 });
    await shop.sendWebhook('CANCELED', { ...payment, amount: 0 });
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ needsAttention: 'authorization_lost' });
    expect(await shop.commerce.createPayment({ orderId, provider: 'mock' })).toMatchObject({ provider: 'none' });
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ status: 'PAID', needsAttention: null });
    expect(await shop.readStock(productId)).toEqual([8, 0]);
  });
});

test('a shop refuses to start with a gateway whose provider is `none`', () => {
  const gateways = [{ ...mockGateway([webhookSecret]), provider: 'none' }];
  expect(() => createCommerce({ database: processes.shop.database, gateways })).toThrow('no gateway can be named none');
});
