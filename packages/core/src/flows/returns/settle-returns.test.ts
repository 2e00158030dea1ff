import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { createReturnShop, lineOf, type ReturnShop } from './returns.testing.ts';

let shop: ReturnShop;
let eager: ReturnShop;
beforeAll(async () => {
  [shop, eager] = await Promise.all([createReturnShop(), createReturnShop({ refundsReturnsAtOnce: true })]);
});
// Closing a shop runs the doctor.
afterAll(async () => {
  await shop.close();
  await eager.close();
});

/** An order of 3 units at 1,000 that was sent and whose authorization was lost afterwards. */
async function createLostOrder() {
  const paid = await shop.createPaidOrder('AUTHORIZED', [[1_000, 3]], []);
  await shop.send(paid.orderId);
  await shop.sendWebhook('CANCELED', paid.payment);
  return paid;
}

const label = (amount: number) => [{ name: 'Label', amount }];
const attentionOf = async (orderId: string) => (await shop.commerce.getOrder({ orderId })).attentionReasons;
const refundsOf = async (orderId: string) => (await shop.commerce.listRefunds({ orderId })).items;
const settle = async (returnId: string, fees: { name: string; amount: number }[] = []) => {
  const { orderVersion: expectedVersion } = await shop.commerce.getReturn({ returnId });
  return shop.commerce.refundReturn({ returnId, fees, expectedVersion });
};

describe('a return of an order that has lost its authorization', () => {
  test('makes the order cost less, so that a new attempt asks for the rest', async () => {
    const { orderId } = await createLostOrder();
    const returnId = await shop.takeBack(orderId, [1]);
    expect(await settle(returnId)).toMatchObject({ amount: 1_000, refundId: null });
    expect(lineOf(await shop.commerce.getReturn({ returnId }))).toMatchObject({ releasedQty: 1 });
    expect(await errorCodeOf(settle(returnId))).toBe('nothing_to_refund');
    expect(await attentionOf(orderId)).toEqual(['authorization_lost']);
    expect(await shop.commerce.createPayment({ orderId, provider: 'mock' })).toMatchObject({ amount: 2_000 });
  });

  test('ends the attention when nothing is owed any more, and refunds a capture that comes all the same', async () => {
    const { orderId, payment } = await createLostOrder();
    expect(await settle(await shop.takeBack(orderId, [3]))).toMatchObject({ amount: 3_000, refundId: null });
    expect(await attentionOf(orderId)).toBeNull();
    await shop.sendWebhook('CAPTURED', payment);
    expect(await refundsOf(orderId)).toMatchObject([{ amount: 3_000, reason: 'order_canceled' }]);
  });

  test('waits while a new attempt is in progress, and takes no fees: there is nothing to keep them of', async () => {
    const { orderId } = await createLostOrder();
    const returnId = await shop.takeBack(orderId, [1]);
    expect(await errorCodeOf(settle(returnId, label(100)))).toBe('refund_exceeds_balance');
    const attempt = await shop.commerce.createPayment({ orderId, provider: 'mock' });
    expect(await errorCodeOf(settle(returnId))).toBe('payment_in_progress');
    await shop.sendWebhook('CAPTURED', attempt);
    expect(await settle(returnId)).toMatchObject({ amount: 1_000, refundId: expect.any(String) });
  });
});

describe('a return whose fees are all that would go back', () => {
  test('is settled without a refund, and says so', async () => {
    const { orderId } = await shop.createCapturedOrder([[1_000, 2]], []);
    await shop.send(orderId);
    const returnId = await shop.takeBack(orderId, [1]);
    expect(await settle(returnId, label(1_000))).toMatchObject({ amount: 0, refundId: null, lines: [{}, {}] });
    expect(await refundsOf(orderId)).toEqual([]);
    expect(await shop.readEventTypes(orderId)).toContain('return.refunded');
    expect(await errorCodeOf(settle(returnId))).toBe('nothing_to_refund');
    const lines = [{ lineNo: 1, quantity: 1 }];
    expect(await errorCodeOf(shop.commerce.replaceReturn({ returnId, lines }))).toBe('units_not_in_return');
    expect(await shop.commerce.closeReturn({ returnId })).toMatchObject({ status: 'CLOSED' });
    // The next unit costs what was paid for it, and no unit is refunded twice.
    expect(await settle(await shop.takeBack(orderId, [1]))).toMatchObject({ amount: 1_000 });
    expect(await errorCodeOf(shop.commerce.createRefund({ orderId, lines }))).toBe('units_not_refundable');
  });

  test('is settled although the balance is empty, because it went back by amount', async () => {
    const { orderId } = await shop.createCapturedOrder([[1_000, 1]], []);
    await shop.send(orderId);
    await shop.commerce.createRefund({ orderId });
    const returnId = await shop.takeBack(orderId, [1]);
    expect(await errorCodeOf(settle(returnId))).toBe('refund_exceeds_balance');
    expect(await settle(returnId, label(1_000))).toMatchObject({ amount: 0, refundId: null });
  });

  test('needs the capture first where the payment is authorized only', async () => {
    const { orderId } = await shop.createPaidOrder('AUTHORIZED', [[1_000, 1]], []);
    await shop.send(orderId);
    const returnId = await shop.takeBack(orderId, [1]);
    expect(await errorCodeOf(settle(returnId, label(1_000)))).toBe('refund_exceeds_balance');
  });
});

test('free units are settled when an operator says so, not by a receipt, so that they can be replaced', async () => {
  for (const { commerce, createCapturedOrder, send, takeBack } of [shop, eager]) {
    const { orderId } = await createCapturedOrder(
      [
        [0, 2],
        [1_000, 1],
      ],
      [],
    );
    await send(orderId);
    const returnId = await takeBack(orderId, [2]);
    expect(await errorCodeOf(commerce.replaceReturn({ returnId, lines: [{ lineNo: 1, quantity: 1 }] }))).toBe(
      'accepted',
    );
    const { orderVersion: expectedVersion } = await commerce.getReturn({ returnId });
    expect(await commerce.refundReturn({ returnId, expectedVersion })).toMatchObject({ amount: 0, refundId: null });
  }
});
