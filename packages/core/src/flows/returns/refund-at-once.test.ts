import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReturnShop, type ReturnShop } from './returns.testing.ts';

let shop: ReturnShop;
beforeAll(async () => {
  shop = await createReturnShop({ refundsReturnsAtOnce: true });
});
afterAll(() => shop.close());

describe('a shop that refunds returns at once', () => {
  const attentionOf = async (orderId: string) => (await shop.commerce.getOrder({ orderId })).attentionReasons ?? [];

  test('refunds what each receipt brings', async () => {
    const { orderId } = await shop.createCapturedOrder([[1_000, 3]], []);
    await shop.send(orderId);
    const returnId = await shop.approveUnits(orderId, [3]);
    await shop.receiveUnits(returnId, [1]);
    await shop.receiveUnits(returnId, [2]);
    const { items } = await shop.commerce.listRefunds({ orderId });
    expect(items.map(({ amount }) => amount)).toEqual([2_000, 1_000]);
  });

  test('receives goods whose refund a dispute holds, and an operator refunds them later', async () => {
    const { orderId, payment } = await shop.createCapturedOrder([[1_000, 1]], []);
    await shop.send(orderId);
    await shop.sendWebhook('DISPUTE_OPENED', payment, { objectId: 'dp_2' });
    const returnId = await shop.takeBack(orderId, [1]);
    expect((await shop.commerce.listRefunds({ orderId })).items).toEqual([]);
    expect(await attentionOf(orderId)).toContain('return_refund_due');
    await shop.sendWebhook('DISPUTE_WON', payment, { objectId: 'dp_2' });
    expect(await shop.refund(returnId)).toBe(1_000);
    expect(await attentionOf(orderId)).not.toContain('return_refund_due');
  });

  test('keeps the attention for a refused refund until each such return is refunded, replaced or closed', async () => {
    const { orderId, payment } = await shop.createCapturedOrder([[1_000, 4]], []);
    await shop.send(orderId);
    await shop.sendWebhook('DISPUTE_OPENED', payment, { objectId: 'dp_3' });
    const returnIds = [await shop.takeBack(orderId, [1]), await shop.takeBack(orderId, [1])];
    const [closed = '', replaced = ''] = returnIds;
    await shop.commerce.closeReturn({ returnId: closed });
    expect(await attentionOf(orderId)).toContain('return_refund_due');
    await shop.commerce.replaceReturn({ returnId: replaced, lines: [{ lineNo: 1, quantity: 1 }] });
    expect(await attentionOf(orderId)).not.toContain('return_refund_due');
  });

  test('raises no attention for a receipt that brings nothing to refund', async () => {
    const { orderId } = await shop.createCapturedOrder([[1_000, 1]], []);
    await shop.send(orderId);
    const returnId = await shop.approveUnits(orderId, [1]);
    await shop.commerce.receiveReturn({ returnId, lines: [{ lineNo: 1, missingQty: 1 }] });
    expect(await attentionOf(orderId)).toEqual([]);
  });
});
