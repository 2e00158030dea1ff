import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { createReturnShop, lineOf, type ReturnShop } from './returns.testing.ts';

let shop: ReturnShop;
beforeAll(async () => {
  shop = await createReturnShop();
});
afterAll(() => shop.close());

const one = [{ lineNo: 1, quantity: 1 }];

/** An order of 3 units of one product and 2 of another, which have arrived. */
async function createArrivedOrder(): Promise<string> {
  const { orderId } = await shop.createCapturedOrder(
    [
      [1_000, 3],
      [500, 2],
    ],
    [],
  );
  await shop.send(orderId);
  return orderId;
}

describe('a receipt', () => {
  test('in several steps counts what was restocked, written off and is missing', async () => {
    const orderId = await createArrivedOrder();
    const productId = lineOf(await shop.commerce.getOrder({ orderId })).productId ?? '';
    const [before] = await shop.readStock(productId);
    const returnId = await shop.approveUnits(orderId, [3]);
    await shop.commerce.receiveReturn({ returnId, lines: [{ lineNo: 1, restockQty: 1 }] });
    expect(await shop.readStock(productId)).toEqual([before + 1, 0]);
    expect(await shop.fulfillmentOf(orderId)).toBe('PARTIALLY_RETURNED');
    await shop.commerce.receiveReturn({ returnId, lines: [{ lineNo: 1, writeOffQty: 1 }] });
    expect(await shop.readStock(productId)).toEqual([before + 1, 0]);
    const closed = await shop.commerce.closeReturn({ returnId });
    expect(lineOf(closed)).toEqual({
      lineNo: 1,
      requestedQty: 3,
      replacementQty: 0,
      receivedQty: 2,
      restockedQty: 1,
      writtenOffQty: 1,
      missingQty: 1,
      replacedQty: 0,
      releasedQty: 0,
    });
    const { items } = await shop.commerce.listStockMovements({ productId });
    expect(items[0]).toMatchObject({ kind: 'RETURNED', quantity: 1 });
  });

  test('of more units than are outstanding changes nothing', async () => {
    const orderId = await createArrivedOrder();
    const returnId = await shop.approveUnits(orderId, [2]);
    await shop.commerce.receiveReturn({ returnId, lines: [{ lineNo: 1, missingQty: 1 }] });
    const before = await shop.commerce.getReturn({ returnId });
    const receive = (lineNo: number) =>
      shop.commerce.receiveReturn({ returnId, lines: [{ lineNo, restockQty: 1, writeOffQty: 1 }] });
    await expect(receive(1)).rejects.toMatchObject({
      code: 'units_not_in_return',
      details: { lineNo: 1, returnQty: 1 },
    });
    await expect(receive(2)).rejects.toMatchObject({ details: { lineNo: 2, returnQty: 0 } });
    expect(await shop.commerce.getReturn({ returnId })).toEqual(before);
  });

  test('is refused before the approval, after the close, and for goods that are kept', async () => {
    const orderId = await createArrivedOrder();
    const { id: returnId } = await shop.commerce.requestReturn({ orderId, lines: one });
    const receive = (id: string) => errorCodeOf(shop.receiveUnits(id, [1]));
    expect(await receive(returnId)).toBe('invalid_transition');
    await shop.commerce.approveReturn({ returnId });
    await shop.commerce.closeReturn({ returnId });
    expect(await receive(returnId)).toBe('invalid_transition');
    const kept = await shop.commerce.requestReturn({ orderId, lines: one, goods: 'KEPT' });
    await shop.commerce.approveReturn({ returnId: kept.id });
    expect(await receive(kept.id)).toBe('invalid_transition');
  });

  test('of everything makes the order RETURNED, which is over', async () => {
    const orderId = await createArrivedOrder();
    await shop.takeBack(orderId, [3, 1]);
    expect(await shop.fulfillmentOf(orderId)).toBe('PARTIALLY_RETURNED');
    await shop.takeBack(orderId, [0, 1]);
    expect(await shop.fulfillmentOf(orderId)).toBe('RETURNED');
    await shop.commerce.redactOrder({ orderId });
  });
});
