import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Commerce } from '../../commerce.ts';
import { only } from '../../testing/only.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { openTwoProcesses, repeat, type TwoProcesses } from '../../testing/two-processes.ts';
import { returnFunctionsOf, type ReturnFunctions } from '../returns/returns.testing.ts';

let processes: TwoProcesses;
let shop: ReturnFunctions;
beforeAll(async () => {
  processes = await openTwoProcesses();
  shop = returnFunctionsOf(processes.shop);
});
afterAll(() => processes.close());

const both = (): Commerce[] => [processes.shop.commerce, processes.otherProcess.commerce];

/** Runs calls at once, in turns in two processes. Returns how often each code came back. */
async function runAtOnce(calls: readonly ((commerce: Commerce) => Promise<unknown>)[]) {
  const codes = await Promise.all(
    calls.map(async (call, index) => errorCodeOf(call(both()[index % 2] ?? processes.shop.commerce))),
  );
  return Object.fromEntries([...Map.groupBy(codes, (code) => code)].map(([code, all]) => [code, all.length]));
}

/** A captured order of 2 units at 1,000, which came back. */
async function createReturn() {
  const productId = await processes.shop.createTestProduct({ quantity: 2 });
  const { orderId, payment } = await processes.shop.createPendingOrder({ [productId]: 2 });
  await processes.shop.sendWebhook('CAPTURED', payment);
  await shop.send(orderId);
  return { orderId, paymentId: payment.id, returnId: await shop.takeBack(orderId, [2]) };
}

/** The input of an exchange for one unit at `priceAmount`. */
async function exchangeInput(returnId: string, priceAmount: number) {
  const productId = await processes.shop.createTestProduct({ priceAmount, quantity: 50 });
  return { returnId, order: { lines: [{ productId, quantity: 1 }] } };
}

const creditsOf = async (returnId: string) => (await processes.shop.commerce.listCredits({ returnId })).items;

test('twenty exchanges of one return at once in two processes use its worth once', async () => {
  const { paymentId, returnId } = await createReturn();
  const input = await exchangeInput(returnId, 2_500);
  const codes = await runAtOnce(Array(20).fill((commerce: Commerce) => commerce.exchangeReturn(input)));
  expect(codes).toEqual({ accepted: 1, nothing_to_refund: 19 });
  expect(await creditsOf(returnId)).toHaveLength(1);
  expect(await processes.shop.commerce.getPayment({ paymentId })).toMatchObject({ creditedAmount: 2_000 });
});

test(
  'of exchanges and refunds of one return at once in two processes, exactly one gets the money',
  repeat(5, async () => {
    const { orderId, paymentId, returnId } = await createReturn();
    const input = await exchangeInput(returnId, 2_500);
    const { orderVersion: expectedVersion } = await processes.shop.commerce.getReturn({ returnId });
    const calls = Array.from({ length: 5 }, () => [
      async (commerce: Commerce) => commerce.exchangeReturn({ ...input, expectedVersion }),
      async (commerce: Commerce) => commerce.refundReturn({ returnId, expectedVersion }),
      async (commerce: Commerce) => commerce.createRefund({ orderId }),
    ]).flat();
    const { accepted, ...refusals } = await runAtOnce(calls);
    expect(accepted).toBe(1);
    expect(
      Object.keys(refusals).filter((code) => code !== 'order_changed' && code !== 'refund_exceeds_balance'),
    ).toEqual([]);
    const payment = await processes.shop.commerce.getPayment({ paymentId });
    expect(payment.creditedAmount + payment.refundReservedAmount).toBe(2_000);
  }),
);

test(
  'an exchange order that is paid, canceled and expired at once ends in one way, with its credit',
  repeat(6, async () => {
    const { orderId: oldId, returnId } = await createReturn();
    const { id: orderId } = await processes.shop.commerce.exchangeReturn(await exchangeInput(returnId, 2_500));
    const payment = await processes.shop.commerce.createPayment({ orderId, provider: 'mock' });
    await processes.shop.database.pool.query(
      `update commerce.orders set hold_until = now() - interval '1 second' where id = $1`,
      [orderId],
    );
    await processes.shop.database.pool.query('update commerce.payments set asked_at = now() where id = $1', [
      payment.id,
    ]);
    await Promise.allSettled([
      processes.shop.sendWebhook('CAPTURED', payment),
      processes.otherProcess.commerce.expireOrders(),
      processes.otherProcess.commerce.cancelOrder({ orderId }),
      ...both().map((commerce) => commerce.settleCredits()),
    ]);
    await Promise.all([...both(), ...both()].map((commerce) => commerce.settleCredits()));
    while ((await processes.shop.commerce.settleCredits()) > 0);
    const { status } = await processes.shop.commerce.getOrder({ orderId });
    const credit = only(await creditsOf(returnId));
    const old = only(await processes.shop.commerce.listPayments({ orderId: oldId }));
    // Paid, the order keeps its credit. Canceled after it was paid, the credit is refunded. Ended unpaid, it is owed
    // again.
    const isUsed = status === 'PAID';
    const isRefunded = !isUsed && credit.status === 'SPENT';
    expect(credit.status).toBe(isUsed || isRefunded ? 'SPENT' : 'RELEASED');
    expect(credit.returnedAmount).toBe(isUsed ? 0 : 2_000);
    const [creditedAmount, refundReservedAmount] = [isUsed ? 2_000 : 0, isRefunded ? 2_000 : 0];
    expect(old).toMatchObject({ creditedAmount, refundReservedAmount });
    const owed = (await processes.shop.commerce.previewReturn({ returnId })).amount;
    expect(owed).toBe(isUsed || isRefunded ? 0 : 2_000);
  }),
);

test('two processes that settle the same credits at once give each back once', async () => {
  const returned = await Promise.all(Array.from({ length: 6 }, createReturn));
  for (const { returnId } of returned) {
    const order = await processes.shop.commerce.exchangeReturn(await exchangeInput(returnId, 2_000));
    await processes.shop.commerce.cancelOrder({ orderId: order.id });
  }
  await Promise.all([...both(), ...both()].map((commerce) => commerce.settleCredits()));
  for (const { orderId, paymentId } of returned) {
    expect(await processes.shop.commerce.getPayment({ paymentId })).toMatchObject({
      creditedAmount: 0,
      refundReservedAmount: 2_000,
    });
    expect((await processes.shop.commerce.listRefunds({ orderId })).items).toHaveLength(1);
  }
});
