import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { only } from '../../testing/only.ts';
import { createQuotedShop, quoteLine, type QuotedShop } from './quoted-shop.testing.ts';

let shop: QuotedShop;
beforeAll(async () => {
  shop = await createQuotedShop();
});
afterAll(() => shop.close());

describe('an order of a version that stored no shares', () => {
  test('has shares of its total in every view, and refunds by lines give them', async () => {
    const { orderId } = await shop.createCapturedOrder(
      [
        [1000, 1],
        [3000, 3],
      ],
      [quoteLine('DISCOUNT', -1000, [1])],
    );
    await shop.removeShares(orderId);
    const { lines } = await shop.commerce.getOrder({ orderId });
    expect(lines.map(({ discountAmount, taxAmount, paidAmount }) => [discountAmount, taxAmount, paidAmount])).toEqual([
      [-100, 0, 900],
      [-900, 0, 8_100],
      [0, 0, 0],
    ]);
    expect(await shop.refundUnits(orderId, 1, 1)).toBe(900);
    for (const unit of [1, 2, 3]) expect([unit, await shop.refundUnits(orderId, 2, 1)]).toEqual([unit, 2_700]);
    await shop.callGatewaysNow();
    expect(only(await shop.commerce.listPayments({ orderId }))).toMatchObject({ refundedAmount: 9_000 });
    expect(await shop.commerce.doctor()).toEqual([]);
  });

  test('keeps its prices when a part of it was refunded before the upgrade', async () => {
    const { orderId } = await shop.createCapturedOrder([[1000, 3]], [quoteLine('DISCOUNT', -2000)]);
    await shop.removeShares(orderId);
    expect(await shop.refundUnits(orderId, 1, 1)).toBe(333);
    expect(await shop.refundUnits(orderId, 1, 2)).toBe(667);
  });

  test('refunds the rest where a version refunded a unit at the list price and stored no amount', async () => {
    const { orderId } = await shop.createCapturedOrder([[1000, 2]], [quoteLine('DISCOUNT', -500)]);
    await shop.removeShares(orderId);
    await shop.commerce.createRefund({ orderId, lines: [{ lineNo: 1, quantity: 1 }], amount: 1000 });
    await shop.database.pool.query('update commerce.refund_lines set amount = null where order_id = $1', [orderId]);
    expect(await shop.refundUnits(orderId, 1, 1)).toBe(500);
  });
});
