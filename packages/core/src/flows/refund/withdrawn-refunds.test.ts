import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReturnShop, type ReturnShop } from '../returns/returns.testing.ts';

let shop: ReturnShop;
beforeAll(async () => {
  shop = await createReturnShop();
});
afterAll(() => shop.close());

type Paid = Awaited<ReturnType<ReturnShop['createCapturedOrder']>>;
type DisputeEventType = 'DISPUTE_OPENED' | 'DISPUTE_WON' | 'DISPUTE_LOST';

/** An order of 3 units at 1,000, captured. */
const createOrder = async () => shop.createCapturedOrder([[1_000, 3]], []);
const contest = async ({ payment }: Paid, type: DisputeEventType, amount = payment.amount) =>
  shop.sendWebhook(type, { ...payment, amount }, { objectId: `dp_${payment.id}` });
const amountsOf = async ({ orderId }: Paid) =>
  (await shop.commerce.listRefunds({ orderId })).items.map(({ kind, amount, status }) => `${kind} ${amount} ${status}`);
const attentionOf = async ({ orderId }: Paid) => (await shop.commerce.getOrder({ orderId })).attentionReasons;
const refund = async ({ orderId }: Paid, input = {}) => shop.commerce.createRefund({ orderId, ...input });

test('a refund that the gateway reports is recorded whatever disputes there are', async () => {
  const paid = await createOrder();
  await contest(paid, 'DISPUTE_LOST');
  await shop.sendWebhook('REFUNDED', { ...paid.payment, amount: 500 }, { objectId: 're_there' });
  expect(await amountsOf(paid)).toEqual(['REFUND 500 SUCCEEDED']);
});

describe('a refund that was requested before the dispute', () => {
  test('is withdrawn while it is unsent, and requested again after a won dispute where the shop owes it', async () => {
    const paid = await createOrder();
    await shop.commerce.cancelOrder({ orderId: paid.orderId });
    await contest(paid, 'DISPUTE_OPENED');
    await shop.callGatewaysNow();
    expect(await amountsOf(paid)).toEqual(['REFUND 3000 FAILED']);
    expect(await attentionOf(paid)).toContain('dispute');
    await contest(paid, 'DISPUTE_WON');
    await shop.callGatewaysNow();
    expect(await amountsOf(paid)).toEqual(['REFUND 3000 SUCCEEDED', 'REFUND 3000 FAILED']);
    expect(await attentionOf(paid)).toBeNull();
  });

  test('is withdrawn for an operator to see, and stays where the dispute leaves enough', async () => {
    const paid = await createOrder();
    const withdrawn = await refund(paid, { amount: 1_000 });
    const stays = await refund(paid, { amount: 500 });
    await contest(paid, 'DISPUTE_OPENED', 2_000);
    const { items } = await shop.commerce.listRefunds({ orderId: paid.orderId });
    const standing = items.map(({ id, status, failureCode }) => [id, status, failureCode]);
    expect(standing).toEqual([
      [stays.id, 'REQUESTED', null],
      [withdrawn.id, 'FAILED', 'dispute_open'],
    ]);
    expect(await attentionOf(paid)).toEqual(['refund_failed', 'dispute']);
  });

  test('that the gateway has is left to the gateway', async () => {
    const paid = await createOrder();
    const { id: refundId } = await refund(paid);
    shop.scriptReplies(paid.payment.id, { REFUND: [[]] });
    await shop.callGatewaysNow();
    await contest(paid, 'DISPUTE_OPENED');
    expect(await amountsOf(paid)).toEqual(['REFUND 3000 UNKNOWN']);
    await shop.sendWebhook('REFUNDED', paid.payment, { refundId });
    expect(await amountsOf(paid)).toEqual(['REFUND 3000 SUCCEEDED']);
  });
});

test('disputes and refunds in every order break no invariant', async () => {
  expect(await shop.commerce.doctor()).toEqual([]);
});
