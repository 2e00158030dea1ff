import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommerceError } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { createReturnShop, type ReturnShop } from './returns.testing.ts';

let shop: ReturnShop;
beforeAll(async () => {
  shop = await createReturnShop();
});
afterAll(() => shop.close());

const three = [{ lineNo: 1, quantity: 3 }];
const one = [{ lineNo: 1, quantity: 1 }];

/** An order of 3 units of one product and 2 of another, which have arrived. */
async function createArrivedOrder(isDelivered = true): Promise<string> {
  const { orderId } = await shop.createCapturedOrder(
    [
      [1_000, 3],
      [500, 2],
    ],
    [],
  );
  await shop.send(orderId, isDelivered);
  return orderId;
}

/** Moves what has happened to an order's shipments into the past. */
const age = async (orderId: string, column: 'shipped_at' | 'delivered_at', days: number) =>
  shop.database.pool.query(
    `update commerce.shipments set ${column} = ${column} - make_interval(days => $2) where order_id = $1`,
    [orderId, days],
  );

describe('a request', () => {
  test('is recorded with its lines, and can be read by its customer', async () => {
    const orderId = await createArrivedOrder();
    const { version } = await shop.commerce.getOrder({ orderId });
    const customer = { customerId: 'customer-1' };
    const aReturn = await shop.commerce.requestReturn({ orderId, ...customer, lines: one, reason: 'too small' });
    expect(aReturn).toMatchObject({
      orderId,
      status: 'REQUESTED',
      fault: 'CUSTOMER',
      goods: 'EXPECTED',
      reason: 'too small',
      orderVersion: version + 1,
      lines: [{ lineNo: 1, requestedQty: 1, receivedQty: 0, restockedQty: 0, writtenOffQty: 0, missingQty: 0 }],
    });
    const { id: returnId } = aReturn;
    expect(await shop.commerce.getReturn({ returnId, ...customer })).toEqual(aReturn);
    expect((await shop.commerce.listReturns({ orderId, ...customer })).items).toMatchObject([aReturn]);
    expect((await shop.commerce.orderHistory({ orderId })).items.at(-1)).toMatchObject({
      type: 'return.requested',
      facts: { returnId, lines: one },
    });
  });

  test('is refused for more units than have left, were ordered, or are in no other return', async () => {
    const orderId = await createArrivedOrder();
    const request = (lines: { lineNo: number; quantity: number }[]) =>
      shop.commerce.requestReturn({ orderId, lines }).catch((error: unknown) => error);
    const refusal = (lineNo: number, returnableQty: number) =>
      expect.objectContaining({ code: 'units_not_returnable', details: { lineNo, returnableQty } });
    expect(await request([{ lineNo: 1, quantity: 4 }])).toEqual(refusal(1, 3));
    await request([{ lineNo: 1, quantity: 2 }]);
    expect(await request([{ lineNo: 1, quantity: 2 }])).toEqual(refusal(1, 1));
    expect(await request([...one, { lineNo: 2, quantity: 3 }])).toEqual(refusal(2, 2));
    expect(await request([{ lineNo: 3, quantity: 1 }])).toEqual(refusal(3, 0));
    const { orderId: unsent } = await shop.createCapturedOrder([[1_000, 1]], []);
    const early = shop.commerce.requestReturn({ orderId: unsent, lines: one });
    await expect(early).rejects.toEqual(refusal(1, 0));
  });

  test('of another customer, and of no order, is refused as unknown', async () => {
    const orderId = await createArrivedOrder();
    const { id: returnId } = await shop.commerce.requestReturn({ orderId, lines: one });
    const other = { customerId: 'customer-2' };
    const { commerce } = shop;
    expect(await errorCodeOf(commerce.requestReturn({ orderId, ...other, lines: one }))).toBe('order_not_found');
    expect(await errorCodeOf(commerce.getReturn({ returnId, ...other }))).toBe('return_not_found');
    expect(await errorCodeOf(commerce.cancelReturn({ returnId, ...other }))).toBe('return_not_found');
    expect(await errorCodeOf(commerce.approveReturn({ returnId: newId() }))).toBe('return_not_found');
    expect((await commerce.listReturns({ orderId, ...other })).items).toEqual([]);
    expect(await errorCodeOf(commerce.requestReturn({ orderId: newId(), lines: one }))).toBe('order_not_found');
  });

  test('of a customer is refused 30 days after the delivery, and an operator can still make it', async () => {
    const orderId = await createArrivedOrder();
    const customer = { orderId, customerId: 'customer-1', lines: one };
    await age(orderId, 'shipped_at', 90);
    await age(orderId, 'delivered_at', 29);
    await shop.commerce.requestReturn(customer);
    await age(orderId, 'delivered_at', 2);
    await expect(shop.commerce.requestReturn(customer)).rejects.toMatchObject({
      code: 'return_too_late',
      details: { lineNo: 1, returnDays: 30 },
    });
    await shop.commerce.requestReturn({ orderId, lines: one });
  });

  test('of a customer counts from the dispatch where no delivery is known', async () => {
    const orderId = await createArrivedOrder(false);
    const customer = { orderId, customerId: 'customer-1', lines: one };
    await age(orderId, 'shipped_at', 29);
    await shop.commerce.requestReturn(customer);
    await age(orderId, 'shipped_at', 2);
    expect(await errorCodeOf(shop.commerce.requestReturn(customer))).toBe('return_too_late');
  });

  test('of the same key twice is one return, and changes nothing the second time', async () => {
    const orderId = await createArrivedOrder();
    const call = { idempotency: { scope: 'operator', key: `return ${orderId}` } };
    const first = await shop.commerce.requestReturn({ orderId, lines: one }, call);
    expect(await shop.commerce.requestReturn({ orderId, lines: one }, call)).toEqual(first);
    expect((await shop.commerce.listReturns({ orderId })).items).toMatchObject([first]);
  });
});

test('returns are listed from the newest or from the oldest on, without a gap between pages', async () => {
  const orderIds = new Set([await createArrivedOrder(), await createArrivedOrder(), await createArrivedOrder()]);
  for (const orderId of orderIds) await shop.commerce.requestReturn({ orderId, lines: one });
  const listed = async (sort: 'createdAt' | '-createdAt') => {
    const found: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await shop.commerce.listReturns({ sort, limit: 2, cursor });
      found.push(...page.items.map(({ orderId }) => orderId));
      if (page.nextCursor === null) return found.filter((orderId) => orderIds.has(orderId));
      cursor = page.nextCursor;
    }
  };
  expect(await listed('createdAt')).toEqual([...orderIds]);
  expect(await listed('-createdAt')).toEqual([...orderIds].toReversed());
});

describe('units that were requested', () => {
  test.each([
    ['a canceled return', async (returnId: string) => shop.commerce.cancelReturn({ returnId })],
    ['a declined return', async (returnId: string) => shop.commerce.declineReturn({ returnId, reason: 'worn' })],
    [
      'a closed return that nothing came of',
      async (returnId: string) => {
        await shop.commerce.approveReturn({ returnId });
        return shop.commerce.closeReturn({ returnId });
      },
    ],
  ])('can be requested again after %s', async (_, end) => {
    const orderId = await createArrivedOrder();
    const { id } = await shop.commerce.requestReturn({ orderId, lines: three });
    expect(await errorCodeOf(shop.commerce.requestReturn({ orderId, lines: one }))).toBe('units_not_returnable');
    await end(id);
    await shop.commerce.requestReturn({ orderId, lines: three });
  });

  test('can not be requested again after they came back or were kept', async () => {
    const orderId = await createArrivedOrder();
    const returnId = await shop.takeBack(orderId, [2]);
    await shop.commerce.closeReturn({ returnId });
    const kept = await shop.commerce.requestReturn({ orderId, lines: one, goods: 'KEPT' });
    await shop.commerce.approveReturn({ returnId: kept.id });
    await shop.commerce.closeReturn({ returnId: kept.id });
    expect(await errorCodeOf(shop.commerce.requestReturn({ orderId, lines: one }))).toBe('units_not_returnable');
  });

  test('are at most those that have left, even without the code that checks it', async () => {
    const orderId = await createArrivedOrder();
    const { id } = await shop.commerce.requestReturn({ orderId, lines: three });
    const more = shop.database.pool.query(
      `insert into commerce.return_lines select $1, order_id, 2, 3, 0, 0, 0, 0, 0, 0 from commerce.returns
        where id = $1`,
      [id],
    );
    await expect(more).rejects.toThrow('return_lines_within_shipped');
    const raised = shop.database.pool.query(`update commerce.return_lines set requested_qty = 4 where return_id = $1`, [
      id,
    ]);
    await expect(raised).rejects.toThrow('return_lines_within_shipped');
  });
});

describe('a decision', () => {
  test('can attach the label and another fault, and is refused once the order has changed', async () => {
    const orderId = await createArrivedOrder();
    const { id: returnId, orderVersion } = await shop.commerce.requestReturn({ orderId, lines: one });
    const label = { carrier: 'DHL', trackingNumber: 'R-1' };
    await shop.commerce.requestReturn({ orderId, lines: one });
    await expect(
      shop.commerce.approveReturn({ returnId, expectedVersion: orderVersion, ...label }),
    ).rejects.toMatchObject({ code: 'order_changed', details: { version: orderVersion + 1 } });
    const approved = await shop.commerce.approveReturn({
      returnId,
      fault: 'SHOP',
      expectedVersion: orderVersion + 1,
      ...label,
    });
    expect(approved).toMatchObject({ status: 'APPROVED', fault: 'SHOP', ...label });
  });

  test('of another status is refused, and declines with a reason', async () => {
    const orderId = await createArrivedOrder();
    const { id: returnId } = await shop.commerce.requestReturn({ orderId, lines: one });
    const refused = { code: 'invalid_transition' };
    await expect(shop.commerce.closeReturn({ returnId })).rejects.toMatchObject(refused);
    const declined = await shop.commerce.declineReturn({ returnId, reason: 'worn' });
    expect(declined).toMatchObject({ status: 'DECLINED', declineReason: 'worn' });
    await expect(shop.commerce.approveReturn({ returnId })).rejects.toMatchObject(refused);
    await expect(shop.commerce.cancelReturn({ returnId })).rejects.toBeInstanceOf(CommerceError);
  });
});
