import { afterAll, beforeAll, expect, test } from 'vitest';
import { only } from '../../testing/only.ts';
import { scriptedGateway } from '../../testing/scripted-gateway.ts';
import { createTestShop, errorCodeOf, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  // As Stripe captures three-decimal currencies: in steps of 10, and not less than 100.
  const gateway = { ...scriptedGateway().gateway, amountRule: () => ({ step: 10, min: 100, max: 1_000_000 }) };
  shop = await createTestShop({ gateways: [gateway] });
});
afterAll(() => shop.close());

/** An order of units at a price, authorized. */
async function createAuthorized(priceAmount: number, quantity: number) {
  const productId = await shop.createTestProduct({ priceAmount });
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: quantity });
  await shop.sendWebhook('AUTHORIZED', payment);
  return { orderId, productId };
}

const cancelUnits = async (orderId: string, quantity: number) =>
  shop.commerce.cancelLines({ orderId, lines: [{ lineNo: 1, quantity }] });

test('a rest that the gateway cannot capture is refused, and changes nothing', async () => {
  const { orderId, productId } = await createAuthorized(60, 3);
  await expect(cancelUnits(orderId, 2)).rejects.toMatchObject({
    code: 'amount_not_supported',
    details: { amount: 60, min: 100 },
  });
  expect(only(await shop.commerce.listPayments({ orderId }))).toMatchObject({ releasedAmount: 0 });
  expect(await shop.readStock(productId)).toEqual([7, 0]);
  await cancelUnits(orderId, 1);
  expect(only(await shop.commerce.listPayments({ orderId }))).toMatchObject({ releasedAmount: 60 });
});

test('all units are canceled whatever the gateway captures, because the payment is voided', async () => {
  const { orderId } = await createAuthorized(50, 2);
  expect(await errorCodeOf(cancelUnits(orderId, 1))).toBe('amount_not_supported');
  expect(await cancelUnits(orderId, 2)).toMatchObject({ status: 'CANCELED' });
});

test('units are canceled one by one until nothing is left, and the capture is lowered each time', async () => {
  const { orderId } = await createAuthorized(200, 3);
  await cancelUnits(orderId, 1);
  await cancelUnits(orderId, 1);
  const history = await shop.commerce.orderHistory({ orderId });
  const lowered = history.items.filter(({ type }) => type === 'payment.capture_lowered');
  expect(lowered.map(({ facts }) => facts['amount'])).toEqual([400, 200]);
  expect(await cancelUnits(orderId, 1)).toMatchObject({ status: 'CANCELED' });
});

test('an amount below the rest of the order that was accepted leaves no room for more units', async () => {
  const productId = await shop.createTestProduct();
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 3 });
  await shop.sendWebhook('AUTHORIZED', payment, { amount: 1_500 });
  await shop.commerce.decideReview({ paymentId: payment.id, decision: 'ACCEPT' });
  await cancelUnits(orderId, 1);
  expect(await errorCodeOf(cancelUnits(orderId, 1))).toBe('refund_exceeds_balance');
  expect(await cancelUnits(orderId, 2)).toMatchObject({ status: 'CANCELED' });
});
