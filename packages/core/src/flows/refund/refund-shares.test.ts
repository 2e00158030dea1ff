import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { only } from '../../testing/only.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { createQuotedShop, quoteLine, type QuotedShop } from './quoted-shop.testing.ts';

let shop: QuotedShop;
beforeAll(async () => {
  shop = await createQuotedShop();
});
afterAll(() => shop.close());

describe('a refund by lines', () => {
  test('of a discounted order gives what was paid for each unit', async () => {
    const { orderId } = await shop.createCapturedOrder([[1000, 2]], [quoteLine('DISCOUNT', -500)]);
    expect(await shop.refundUnits(orderId, 1, 1)).toBe(750);
    expect(await shop.refundUnits(orderId, 1, 1)).toBe(750);
    await shop.callGatewaysNow();
    expect(only(await shop.commerce.listPayments({ orderId }))).toMatchObject({ refundedAmount: 1500 });
  });

  test('gives the rest of a division with the last unit, also when a refund before has failed', async () => {
    const { orderId, payment } = await shop.createCapturedOrder([[1000, 3]], [quoteLine('DISCOUNT', -2000)]);
    expect(await shop.refundUnits(orderId, 1, 1)).toBe(333);
    expect(await shop.refundUnits(orderId, 1, 1)).toBe(333);
    shop.scriptReplies(payment.id, { REFUND: [new GatewayRefusal('declined', 'no')] });
    await shop.callGatewaysNow();
    expect(await shop.refundUnits(orderId, 1, 1)).toBe(333);
    expect(await shop.refundUnits(orderId, 1, 1)).toBe(334);
  });

  test('of all lines gives the total with tax and shipping, and no line of a tax or discount is refunded', async () => {
    const { orderId } = await shop.createCapturedOrder(
      [
        [1000, 2],
        [2990, 1],
      ],
      [quoteLine('SHIPPING', 300), quoteLine('DISCOUNT', -777), quoteLine('TAX', 451)],
    );
    for (const lineNo of [4, 5]) {
      const refusal = shop.commerce.createRefund({ orderId, lines: [{ lineNo, quantity: 1 }] });
      expect(await errorCodeOf(refusal)).toBe('units_not_refundable');
    }
    const { amount } = await shop.commerce.createRefund({
      orderId,
      lines: [
        { lineNo: 1, quantity: 2 },
        { lineNo: 2, quantity: 1 },
        { lineNo: 3, quantity: 1 },
      ],
    });
    expect(amount).toBe(2000 + 2990 + 300 - 777 + 451);
  });

  test('with an amount of the operator counts its units as refunded, and other units keep their price', async () => {
    const { orderId } = await shop.createCapturedOrder([[1000, 2]], []);
    await shop.commerce.createRefund({ orderId, lines: [{ lineNo: 1, quantity: 1 }], amount: 600 });
    expect(await shop.refundUnits(orderId, 1, 1)).toBe(1000);
  });
});

describe("others' bugs", () => {
  test('OpenMage, Medusa, WooCommerce, Solidus: a refund by line does not ignore its discount', async () => {
    const { orderId } = await shop.createCapturedOrder(
      [
        [1000, 2],
        [1000, 2],
      ],
      [quoteLine('DISCOUNT', -500, [2])],
    );
    expect(await shop.refundUnits(orderId, 1, 1)).toBe(1000);
    expect(await shop.refundUnits(orderId, 2, 1)).toBe(750);
    expect(await shop.refundUnits(orderId, 2, 1)).toBe(750);
  });

  test('Saleor: the most that can be refunded is zero, not minus 25, where 25 too much went back', async () => {
    const { orderId, payment } = await shop.createCapturedOrder(
      [
        [25, 1],
        [75, 1],
      ],
      [],
    );
    shop.scriptReplies(payment.id, { REFUND: [new GatewayRefusal('declined', 'no')] });
    const first = await shop.commerce.createRefund({ orderId, lines: [{ lineNo: 1, quantity: 1 }] });
    await shop.callGatewaysNow();
    await shop.refundUnits(orderId, 1, 1);
    await shop.callGatewaysNow();
    const late = { type: 'REFUNDED', amount: 25, currency: 'KRW', refundId: first.id } as const;
    shop.scriptReplies(payment.id, { POLL: [[late]] });
    await shop.sendWebhook('REFUNDED', { ...payment, amount: 25 }, { refundId: first.id });
    await shop.callGatewaysNow();
    expect(only(await shop.commerce.listPayments({ orderId }))).toMatchObject({ refundedAmount: 50 });
    await expect(shop.refundUnits(orderId, 1, 1)).rejects.toMatchObject({ details: { lineNo: 1, refundableQty: 0 } });
    await expect(shop.refundUnits(orderId, 2, 1)).rejects.toMatchObject({ details: { refundableAmount: 50 } });
    await shop.commerce.createRefund({ orderId, amount: 50 });
    await expect(shop.commerce.createRefund({ orderId, amount: 1 })).rejects.toMatchObject({
      code: 'refund_exceeds_balance',
      details: { refundableAmount: 0 },
    });
    await shop.callGatewaysNow();
  });

  test('Saleor #4349: the refund of an overpaid order is not capped at its total', async () => {
    shop.quoteLines([quoteLine('DISCOUNT', -500)]);
    const { orderId, payment } = await shop.createPendingOrder({ [await shop.createTestProduct()]: 2 });
    await shop.sendWebhook('CAPTURED', { ...payment, amount: 1_700 });
    await shop.commerce.decideReview({ paymentId: payment.id, decision: 'ACCEPT' });
    expect(await shop.refundUnits(orderId, 1, 1)).toBe(750);
    expect(await shop.refundUnits(orderId, 1, 1)).toBe(750);
    expect(await shop.commerce.createRefund({ orderId })).toMatchObject({ amount: 200 });
    await shop.callGatewaysNow();
    expect(only(await shop.commerce.listPayments({ orderId }))).toMatchObject({ refundedAmount: 1_700 });
  });
});
