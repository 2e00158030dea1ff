import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { only } from '../../testing/only.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { quoteLine } from '../refund/quoted-shop.testing.ts';
import { createReturnShop, type ReturnShop } from './returns.testing.ts';

let shop: ReturnShop;
beforeAll(async () => {
  shop = await createReturnShop();
});
afterAll(() => shop.close());

/** Creates an order of 3 units at 1,000 that has arrived. */
async function createArrivedOrder(): Promise<string> {
  const { orderId } = await shop.createCapturedOrder([[1_000, 3]], []);
  await shop.send(orderId);
  return orderId;
}

describe("others' bugs", () => {
  test('Spree #14678: a return of 3 units of which 2 came is refunded for 2', async () => {
    const orderId = await createArrivedOrder();
    const returnId = await shop.approveUnits(orderId, [3]);
    expect(await errorCodeOf(shop.refund(returnId))).toBe('nothing_to_refund');
    await shop.receiveUnits(returnId, [2]);
    expect(await shop.refund(returnId)).toBe(2_000);
    await shop.commerce.closeReturn({ returnId });
    expect(await errorCodeOf(shop.refund(returnId))).toBe('nothing_to_refund');
    await shop.callGatewaysNow();
    expect(only(await shop.commerce.listPayments({ orderId }))).toMatchObject({ refundedAmount: 2_000 });
  });

  test('OpenMage, Medusa, WooCommerce, Solidus: a refund of a return does not ignore the discount', async () => {
    const { orderId } = await shop.createCapturedOrder([[1_000, 2]], [quoteLine('DISCOUNT', -500)]);
    await shop.send(orderId);
    expect(await shop.refund(await shop.takeBack(orderId, [1]))).toBe(750);
    expect(await shop.refund(await shop.takeBack(orderId, [1]))).toBe(750);
  });

  test('Saleor: what can go back at most is never below zero', async () => {
    const orderId = await createArrivedOrder();
    const returnId = await shop.takeBack(orderId, [1]);
    await expect(shop.refund(returnId, [{ name: 'Label', amount: 1_025 }])).rejects.toMatchObject({
      code: 'fees_exceed_refund',
      details: { unitsAmount: 1_000, feesAmount: 1_025 },
    });
    await shop.commerce.createRefund({ orderId, amount: 2_900 });
    await expect(shop.refund(returnId)).rejects.toMatchObject({
      code: 'refund_exceeds_balance',
      details: { refundableAmount: 100 },
    });
    expect(await shop.refund(returnId, [{ name: 'Label', amount: 1_000 }])).toBe(0);
  });
});
