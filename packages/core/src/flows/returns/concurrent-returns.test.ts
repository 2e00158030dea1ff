import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Commerce } from '../../commerce.ts';
import { only } from '../../testing/only.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { openTwoProcesses, type TwoProcesses } from '../../testing/two-processes.ts';
import { lineOf, returnFunctionsOf, type ReturnFunctions } from './returns.testing.ts';

let processes: TwoProcesses;
let shop: ReturnFunctions;
beforeAll(async () => {
  processes = await openTwoProcesses();
  shop = returnFunctionsOf(processes.shop);
});
afterAll(() => processes.close());

const units = 6;

/** Creates an order of 6 units at 1,000 that has arrived. */
async function createArrivedOrder() {
  const productId = await processes.shop.createTestProduct({ quantity: units });
  const { orderId, payment } = await processes.shop.createPendingOrder({ [productId]: units });
  await processes.shop.sendWebhook('CAPTURED', payment);
  await shop.send(orderId);
  return { orderId, productId };
}

/** Runs a call many times at once, in turns in two processes. Returns how often each code came back. */
async function runAtOnce(count: number, call: (commerce: Commerce, index: number) => Promise<unknown>) {
  const both = [processes.shop.commerce, processes.otherProcess.commerce];
  const codes = await Promise.all(
    Array.from({ length: count }, (_, index) => errorCodeOf(call(both[index % 2] ?? processes.shop.commerce, index))),
  );
  return Object.fromEntries([...Map.groupBy(codes, (code) => code)].map(([code, all]) => [code, all.length]));
}

test('twenty requests at once in two processes return no more units than have left', async () => {
  const { orderId } = await createArrivedOrder();
  const lines = [{ lineNo: 1, quantity: 1 }];
  const codes = await runAtOnce(20, async (commerce) => commerce.requestReturn({ orderId, lines }));
  expect(codes).toEqual({ accepted: units, units_not_returnable: 20 - units });
  expect((await processes.shop.commerce.listReturns({ orderId })).items).toHaveLength(units);
});

test('twenty receipts at once in two processes restock no more units than were requested', async () => {
  const { orderId, productId } = await createArrivedOrder();
  const returnId = await shop.approveUnits(orderId, [4]);
  const lines = [{ lineNo: 1, restockQty: 1 }];
  const codes = await runAtOnce(20, async (commerce) => commerce.receiveReturn({ returnId, lines }));
  expect(codes).toEqual({ accepted: 4, units_not_in_return: 16 });
  expect(await processes.shop.readStock(productId)).toEqual([4, 0]);
  expect(lineOf(await processes.shop.commerce.getReturn({ returnId }))).toMatchObject({ restockedQty: 4 });
});

test('one receipt that twenty callers repeat with the version that they read counts once', async () => {
  const { orderId, productId } = await createArrivedOrder();
  const returnId = await shop.approveUnits(orderId, [4]);
  const { orderVersion: expectedVersion } = await processes.shop.commerce.getReturn({ returnId });
  const lines = [{ lineNo: 1, restockQty: 1 }];
  const codes = await runAtOnce(20, async (commerce) => commerce.receiveReturn({ returnId, expectedVersion, lines }));
  expect(codes).toEqual({ accepted: 1, order_changed: 19 });
  expect(await processes.shop.readStock(productId)).toEqual([1, 0]);
});

test('refunds, replacements and refunds by lines at once give each unit back once', async () => {
  const { orderId, productId } = await createArrivedOrder();
  await processes.shop.commerce.receiveStock({ productId, quantity: 20 });
  const returnId = await shop.takeBack(orderId, [units]);
  const { orderVersion } = await processes.shop.commerce.getReturn({ returnId });
  const lines = [{ lineNo: 1, quantity: 1 }];
  const codes = await runAtOnce(24, async (commerce, index) => {
    if (index % 3 === 0) return commerce.replaceReturn({ returnId, lines });
    if (index % 3 === 1) return commerce.createRefund({ orderId, lines });
    return commerce.refundReturn({ returnId, expectedVersion: orderVersion + Math.floor(index / 3) });
  });
  expect(codes).not.toHaveProperty('internal_error');
  await processes.shop.callGatewaysNow();
  const { refundedAmount } = only(await processes.shop.commerce.listPayments({ orderId }));
  expect(refundedAmount).toBeLessThanOrEqual(units * 1_000);
  expect(await processes.shop.commerce.doctor()).toEqual([]);
});
