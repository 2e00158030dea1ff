import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDueWork } from '../../due-work/due-work-repository.ts';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { only } from '../../testing/only.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { createExchangeShop, type ExchangeShop } from './exchange.testing.ts';

let shop: ExchangeShop;
beforeAll(async () => {
  shop = await createExchangeShop();
});
afterAll(() => shop.close());

const creditOf = async (orderId: string) => only((await shop.commerce.listCredits({ orderId })).items);

/** Exchanges two units at 1,000 for three at 1,000, and pays the difference of 1,000. */
async function exchangeForThree(type: 'AUTHORIZED' | 'CAPTURED' = 'CAPTURED') {
  const { orderId, returnId } = await shop.createReturn(1_000, 2);
  const order = await shop.exchange(returnId, 1_000, { quantity: 3 });
  const payment = await shop.commerce.createPayment({ orderId: order.id, provider: 'mock' });
  await shop.sendWebhook(type, payment);
  return { oldId: orderId, newId: order.id, paymentId: payment.id };
}

describe('goods of an exchange', () => {
  test('that are canceled give back the new money first, then the credit', async () => {
    const { oldId, newId } = await exchangeForThree();
    await shop.commerce.cancelLines({ orderId: newId, lines: [{ lineNo: 1, quantity: 2 }] });
    await shop.settle();
    expect(await shop.balanceOf(newId)).toMatchObject({ captured: 1_000, refunded: 1_000 });
    expect(await shop.balanceOf(oldId)).toEqual({ captured: 2_000, refunded: 1_000, credited: 1_000 });
    await shop.commerce.cancelLines({ orderId: newId, lines: [{ lineNo: 1, quantity: 1 }] });
    await shop.settle();
    expect(await shop.balanceOf(oldId)).toEqual({ captured: 2_000, refunded: 2_000, credited: 0 });
  });

  test('that are canceled before the capture lower it first, then give back the credit', async () => {
    const { oldId, newId, paymentId } = await exchangeForThree('AUTHORIZED');
    await shop.commerce.cancelLines({ orderId: newId, lines: [{ lineNo: 1, quantity: 2 }] });
    await shop.settle();
    expect(await shop.commerce.getPayment({ paymentId })).toMatchObject({ releasedAmount: 1_000, capturedAmount: 0 });
    expect(await shop.balanceOf(oldId)).toEqual({ captured: 2_000, refunded: 1_000, credited: 1_000 });
    expect(await shop.commerce.getOrder({ orderId: newId })).toMatchObject({ status: 'PAID', needsAttention: null });
  });

  test('that come back give back the new money first, then the credit', async () => {
    const { oldId, newId } = await exchangeForThree();
    await shop.send(newId);
    const returnId = await shop.takeBack(newId, [3]);
    expect(await shop.refund(returnId)).toBe(3_000);
    expect((await shop.commerce.previewReturn({ returnId })).amount).toBe(0);
    await shop.settle();
    expect(await shop.balanceOf(newId)).toMatchObject({ captured: 1_000, refunded: 1_000 });
    expect(await shop.balanceOf(oldId)).toEqual({ captured: 2_000, refunded: 2_000, credited: 0 });
  });

  test('are exchanged again, and the credit of the first exchange is passed on', async () => {
    const { oldId, newId } = await exchangeForThree();
    await shop.send(newId);
    const returnId = await shop.takeBack(newId, [3]);
    const third = await shop.exchange(returnId, 2_600);
    expect(third).toMatchObject({ status: 'PAID', exchange: { creditAmount: 2_600, refundAmount: 400 } });
    await shop.settle();
    expect(await shop.balanceOf(newId)).toEqual({ captured: 1_000, refunded: 400, credited: 600 });
    expect(await creditOf(newId)).toMatchObject({ passedOnAmount: 2_000, returnedAmount: 0 });
    await shop.commerce.cancelOrder({ orderId: third.id });
    await shop.settle();
    expect(await shop.balanceOf(newId)).toEqual({ captured: 1_000, refunded: 1_000, credited: 0 });
    expect(await shop.balanceOf(oldId)).toEqual({ captured: 2_000, refunded: 2_000, credited: 0 });
  });

  test('are exchanged again for more, and an expiry gives the credit back to the first exchange', async () => {
    const { oldId, newId } = await exchangeForThree();
    await shop.send(newId);
    const returnId = await shop.takeBack(newId, [3]);
    const third = await shop.exchange(returnId, 5_000);
    expect(third).toMatchObject({ status: 'CREATED', totalAmount: 2_000 });
    await shop.commerce.cancelOrder({ orderId: third.id });
    await shop.settle();
    expect(await creditOf(newId)).toMatchObject({ passedOnAmount: 0, returnedAmount: 0 });
    expect(await shop.refund(returnId)).toBe(3_000);
    await shop.settle();
    expect(await shop.balanceOf(newId)).toMatchObject({ refunded: 1_000, credited: 0 });
    expect(await shop.balanceOf(oldId)).toEqual({ captured: 2_000, refunded: 2_000, credited: 0 });
  });
});

test('an operator gives a part of a credit back without units, once the order has no own money left', async () => {
  const { oldId, newId } = await exchangeForThree();
  const refund = async (amount?: number) => shop.commerce.refundCredit({ orderId: newId, amount });
  expect(await errorCodeOf(refund(500))).toBe('refund_exceeds_balance');
  await shop.commerce.createRefund({ orderId: newId });
  expect(await refund(500)).toMatchObject({ status: 'SPENT', amount: 2_000, returnedAmount: 500 });
  expect(await errorCodeOf(refund(1_501))).toBe('refund_exceeds_balance');
  expect(await refund()).toMatchObject({ returnedAmount: 2_000 });
  expect(await errorCodeOf(refund())).toBe('refund_exceeds_balance');
  await shop.settle();
  expect(await shop.balanceOf(oldId)).toEqual({ captured: 2_000, refunded: 2_000, credited: 0 });
});

test('a credit that a contested payment gave goes to an operator, and is refunded once', async () => {
  const { orderId, returnId, paymentId } = await shop.createReturn(1_000, 2);
  const order = await shop.exchange(returnId, 2_000);
  const payment = await shop.commerce.getPayment({ paymentId });
  await shop.sendWebhook('DISPUTE_OPENED', payment, { objectId: `dispute-${paymentId}` });
  await shop.commerce.cancelOrder({ orderId: order.id });
  await shop.settle();
  expect(await shop.balanceOf(orderId)).toEqual({ captured: 2_000, refunded: 0, credited: 0 });
  const { attentionReasons } = await shop.commerce.getOrder({ orderId });
  expect(attentionReasons).toEqual(['refund_failed', 'dispute']);
  expect((await shop.commerce.listRefunds({ orderId })).items).toEqual([]);
});

test('a gateway that refuses the refund of a credit leaves its amount to an operator', async () => {
  const { orderId, returnId, paymentId } = await shop.createReturn(1_000, 2);
  const order = await shop.exchange(returnId, 2_000);
  shop.scriptReplies(paymentId, { REFUND: [new GatewayRefusal('declined', 'no')] });
  await shop.commerce.cancelOrder({ orderId: order.id });
  await shop.settle();
  expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ needsAttention: 'refund_failed' });
  await shop.commerce.createRefund({ orderId });
  await shop.settle();
  expect(await shop.balanceOf(orderId)).toEqual({ captured: 2_000, refunded: 2_000, credited: 0 });
  expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ needsAttention: null });
});

test('the job that settles credits is due exactly while a credit has to go back', async () => {
  const options = {
    providers: [],
    listing: [],
    pollAfterMs: 1_000,
    payableAfterCancelMs: 1_000,
    sinks: [],
    trackingProviders: [],
  };
  const isDue = async () => (await readDueWork(shop.database, options)).dueCredits;
  const { returnId } = await shop.createReturn(1_000, 2);
  const order = await shop.exchange(returnId, 3_000);
  await shop.settle();
  expect(await isDue()).not.toBe(true);
  await shop.commerce.cancelOrder({ orderId: order.id });
  expect(await isDue()).toBe(true);
  await shop.settle();
  expect(await isDue()).not.toBe(true);
});
