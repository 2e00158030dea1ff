import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { only } from '../../testing/only.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { createReturnShop, type ReturnShop } from '../returns/returns.testing.ts';

let shop: ReturnShop;
let eager: ReturnShop;
beforeAll(async () => {
  [shop, eager] = await Promise.all([createReturnShop(), createReturnShop({ refundsReturnsAtOnce: true })]);
});
afterAll(async () => {
  await shop.close();
  await eager.close();
});

type Paid = Awaited<ReturnType<ReturnShop['createCapturedOrder']>>;
type DisputeEventType = 'DISPUTE_OPENED' | 'DISPUTE_WON' | 'DISPUTE_LOST';

/** An order of 3 units at 1,000, captured. */
const createOrder = async ({ createCapturedOrder } = shop) => createCapturedOrder([[1_000, 3]], []);
const contest = async ({ payment }: Paid, type: DisputeEventType, amount = payment.amount, { sendWebhook } = shop) =>
  sendWebhook(type, { ...payment, amount }, { objectId: `dp_${payment.id}` });
const amountsOf = async ({ orderId }: Paid, { commerce } = shop) =>
  (await commerce.listRefunds({ orderId })).items.map(({ kind, amount, status }) => `${kind} ${amount} ${status}`);
const attentionOf = async ({ orderId }: Paid, { commerce } = shop) =>
  (await commerce.getOrder({ orderId })).attentionReasons;
const refund = async ({ orderId }: Paid, input = {}) => shop.commerce.createRefund({ orderId, ...input });
const oneUnit = [{ lineNo: 1, quantity: 1 }];

describe('a refund that an operator requests', () => {
  test.each([{}, { amount: 1 }, { lines: oneUnit }])('waits while a dispute is open: %o', async (input) => {
    const paid = await createOrder();
    await contest(paid, 'DISPUTE_OPENED');
    await expect(refund(paid, input)).rejects.toMatchObject({
      code: 'dispute_open',
      details: { gatewayDisputeId: `dp_${paid.payment.id}` },
    });
    await contest(paid, 'DISPUTE_WON');
    expect(await refund(paid, input)).toMatchObject({ status: 'REQUESTED' });
  });

  test('can be of what the dispute leaves, by default of all of that', async () => {
    const paid = await createOrder();
    await contest(paid, 'DISPUTE_OPENED', 1_200);
    expect(await errorCodeOf(refund(paid, { amount: 1_801 }))).toBe('dispute_open');
    expect(await refund(paid)).toMatchObject({ amount: 1_800 });
    await contest(paid, 'DISPUTE_WON', 1_200);
    expect(await refund(paid)).toMatchObject({ amount: 1_200 });
  });

  test('is made despite an open dispute when the operator says so, up to the balance', async () => {
    const paid = await createOrder();
    await contest(paid, 'DISPUTE_OPENED');
    expect(await refund(paid, { lines: oneUnit, despiteDispute: true })).toMatchObject({ amount: 1_000 });
    expect(await errorCodeOf(refund(paid, { amount: 2_001, despiteDispute: true }))).toBe('refund_exceeds_balance');
    expect(await refund(paid, { despiteDispute: true })).toMatchObject({ amount: 2_000 });
  });

  test.each([false, true])(
    'never returns what a lost dispute has taken (despiteDispute: %s)',
    async (despiteDispute) => {
      const paid = await createOrder();
      await contest(paid, 'DISPUTE_LOST', 2_500);
      await expect(refund(paid, { amount: 501, despiteDispute })).rejects.toMatchObject({
        code: 'refund_exceeds_balance',
        details: { refundableAmount: 500 },
      });
      expect(await refund(paid, { despiteDispute })).toMatchObject({ amount: 500 });
      await expect(refund(paid, { despiteDispute })).rejects.toMatchObject({ code: 'refund_exceeds_balance' });
    },
  );

  test('waits for the whole payment where the dispute is in another currency', async () => {
    const paid = await createOrder();
    await shop.sendWebhook('DISPUTE_OPENED', { ...paid.payment, amount: 2 }, { objectId: 'dp_usd', currency: 'USD' });
    expect(await errorCodeOf(refund(paid, { amount: 1 }))).toBe('dispute_open');
  });
});

describe('a canceled order', () => {
  test('gets back what no dispute is about at once, and the rest once the dispute is won', async () => {
    const paid = await createOrder();
    await contest(paid, 'DISPUTE_OPENED', 1_200);
    await shop.commerce.cancelOrder({ orderId: paid.orderId });
    expect(await amountsOf(paid)).toEqual(['REFUND 1800 REQUESTED']);
    expect(await shop.commerce.doctor()).toEqual([]);
    await contest(paid, 'DISPUTE_WON', 1_200);
    expect(await amountsOf(paid)).toEqual(['REFUND 1200 REQUESTED', 'REFUND 1800 REQUESTED']);
    await contest(paid, 'DISPUTE_WON', 1_200);
    expect(await amountsOf(paid)).toHaveLength(2);
  });

  test.each(['DISPUTE_OPENED', 'DISPUTE_LOST'] as const)(
    'whose unsent refund is withdrawn by %s gets back what the dispute is not about',
    async (type) => {
      const paid = await createOrder();
      await shop.commerce.cancelOrder({ orderId: paid.orderId });
      await contest(paid, type, 1_200);
      expect((await amountsOf(paid)).toSorted()).toEqual(['REFUND 1800 REQUESTED', 'REFUND 3000 FAILED']);
      expect(await attentionOf(paid)).toEqual(['dispute', 'refund_due']);
    },
  );

  test('tells an operator that its money waits, although the attention was cleared before', async () => {
    const paid = await createOrder();
    await contest(paid, 'DISPUTE_OPENED');
    await shop.commerce.clearAttention({ orderId: paid.orderId });
    await shop.commerce.cancelOrder({ orderId: paid.orderId });
    expect(await amountsOf(paid)).toEqual([]);
    expect(await attentionOf(paid)).toEqual(['dispute']);
    expect(await errorCodeOf(refund(paid))).toBe('dispute_open');
    expect(await refund(paid, { despiteDispute: true })).toMatchObject({ amount: 3_000 });
  });

  test('gets nothing back beside a dispute that the shopper has won', async () => {
    const paid = await createOrder();
    await contest(paid, 'DISPUTE_LOST');
    await shop.commerce.cancelOrder({ orderId: paid.orderId });
    expect(await amountsOf(paid)).toEqual([]);
    expect(await shop.commerce.doctor()).toEqual([]);
  });

  test('whose refund failed is settled by a lost dispute, and refunded again after a won one', async () => {
    for (const [type, attention] of [
      ['DISPUTE_LOST', ['dispute']],
      ['DISPUTE_WON', ['refund_failed', 'refund_due']],
    ] as const) {
      const paid = await createOrder();
      await shop.commerce.cancelOrder({ orderId: paid.orderId });
      const { id: refundId } = only((await shop.commerce.listRefunds({ orderId: paid.orderId })).items);
      await shop.sendWebhook('REFUND_FAILED', paid.payment, { refundId });
      await contest(paid, 'DISPUTE_OPENED');
      expect(await attentionOf(paid)).toContain('refund_failed');
      await contest(paid, type);
      expect(await attentionOf(paid)).toEqual(attention);
    }
  });

  test('of which nothing is captured is not voided beside a dispute: the gateway is polled', async () => {
    const paid = await shop.createPaidOrder('AUTHORIZED', [[1_000, 3]], []);
    await contest(paid, 'DISPUTE_OPENED');
    await shop.commerce.cancelOrder({ orderId: paid.orderId });
    expect(await amountsOf(paid)).toEqual([]);
    shop.scriptReplies(paid.payment.id, { POLL: [[{ type: 'CAPTURED', amount: 3_000, currency: 'KRW' }]] });
    await shop.callGatewaysNow();
    expect(await amountsOf(paid)).toEqual([]);
    await contest(paid, 'DISPUTE_WON');
    expect(await amountsOf(paid)).toEqual(['REFUND 3000 REQUESTED']);
  });
});

describe('canceled units', () => {
  const cancelUnit = async ({ orderId }: Paid) => shop.commerce.cancelLines({ orderId, lines: oneUnit });

  test('wait while an open dispute holds their money, and stay in their shipment', async () => {
    const paid = await createOrder();
    await contest(paid, 'DISPUTE_OPENED', 2_500);
    expect(await errorCodeOf(cancelUnit(paid))).toBe('dispute_open');
    expect(await amountsOf(paid)).toEqual([]);
    await contest(paid, 'DISPUTE_WON', 2_500);
    await cancelUnit(paid);
    expect(await amountsOf(paid)).toEqual(['REFUND 1000 REQUESTED']);
  });

  test('are refunded as long as the dispute leaves enough', async () => {
    const paid = await createOrder();
    await contest(paid, 'DISPUTE_OPENED', 2_000);
    await cancelUnit(paid);
    expect(await amountsOf(paid)).toEqual(['REFUND 1000 REQUESTED']);
  });

  test('get only what a lost dispute has left', async () => {
    const paid = await createOrder();
    await contest(paid, 'DISPUTE_LOST', 2_500);
    await cancelUnit(paid);
    expect(await amountsOf(paid)).toEqual(['REFUND 500 REQUESTED']);
    await cancelUnit(paid);
    expect(await amountsOf(paid)).toEqual(['REFUND 500 REQUESTED']);
  });
});

describe('a return', () => {
  test('is refunded despite an open dispute when the operator says so, and never beside a lost one', async () => {
    const paid = await createOrder();
    await shop.send(paid.orderId);
    const returnId = await shop.takeBack(paid.orderId, [1]);
    await contest(paid, 'DISPUTE_OPENED');
    expect(await errorCodeOf(shop.refund(returnId))).toBe('dispute_open');
    const { orderVersion: expectedVersion } = await shop.commerce.getReturn({ returnId });
    await shop.commerce.refundReturn({ returnId, expectedVersion, despiteDispute: true });
    expect(await amountsOf(paid)).toEqual(['REFUND 1000 REQUESTED']);
    await contest(paid, 'DISPUTE_LOST');
    expect(await errorCodeOf(shop.refund(await shop.takeBack(paid.orderId, [1])))).toBe('refund_exceeds_balance');
  });

  test.each(['DISPUTE_OPENED', 'DISPUTE_LOST'] as const)(
    'is left to an operator by an automatic refund, because the dispute may be about it (%s)',
    async (type) => {
      const paid = await createOrder(eager);
      await eager.send(paid.orderId);
      await contest(paid, type, 1_000, eager);
      const returnId = await eager.takeBack(paid.orderId, [1]);
      expect(await amountsOf(paid, eager)).toEqual([]);
      expect(await attentionOf(paid, eager)).toContain('return_refund_due');
      expect(await eager.refund(returnId)).toBe(1_000);
    },
  );
});

test('a late capture of a canceled order is refunded without what a dispute is about', async () => {
  const paid = await shop.createPaidOrder('AUTHORIZED', [[1_000, 3]], []);
  await shop.sendWebhook('CANCELED', paid.payment);
  await contest(paid, 'DISPUTE_OPENED', 1_000);
  await shop.commerce.cancelOrder({ orderId: paid.orderId });
  await shop.sendWebhook('CAPTURED', paid.payment);
  expect(await amountsOf(paid)).toEqual(['REFUND 2000 REQUESTED']);
});

test('disputes and refunds in every order break no invariant', async () => {
  expect(await shop.commerce.doctor()).toEqual([]);
  expect(await eager.commerce.doctor()).toEqual([]);
});
