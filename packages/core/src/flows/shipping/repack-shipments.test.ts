import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { only } from '../../testing/only.ts';
import { createTestShop, errorCodeOf, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  // The discount is one that rounds: a share of each unit can't be an integer.
  shop = await createTestShop({
    quote: () => [
      { kind: 'SHIPPING', name: 'Parcel', quantity: 1, unitAmount: 300 },
      { kind: 'DISCOUNT', name: 'Welcome', quantity: 1, unitAmount: -701 },
    ],
  });
});
afterAll(() => shop.close());

/** Creates a captured order of 3 cups (line 1) and 2 trays (line 2), and returns its READY shipment. */
async function createPaidOrder() {
  const [cup, tray] = [await shop.createTestProduct(), await shop.createTestProduct()];
  const { orderId, payment } = await shop.createPendingOrder({ [cup]: 3, [tray]: 2 });
  await shop.sendWebhook('CAPTURED', payment);
  return { orderId, cup, tray, shipmentId: only(await shop.commerce.listShipments({ orderId })).id };
}

const split = async (shipmentId: string, ...lines: [lineNo: number, quantity: number][]) =>
  shop.commerce.splitShipment({ shipmentId, lines: lines.map(([lineNo, quantity]) => ({ lineNo, quantity })) });
const shipmentsOf = async (orderId: string) =>
  (await shop.commerce.listShipments({ orderId })).map(
    ({ status, lines }) => `${status} ${lines.map(({ lineNo, quantity }) => `${lineNo}×${quantity}`).join(' ')}`,
  );
const dispatch = async (shipmentId: string) =>
  shop.commerce.dispatchShipment({ shipmentId, carrier: 'DHL', trackingNumber: shipmentId });

describe('a split', () => {
  test('moves units of a line, and whole lines, into a new READY shipment', async () => {
    const { orderId, shipmentId } = await createPaidOrder();
    expect(await split(shipmentId, [1, 1], [2, 2])).toMatchObject({
      status: 'READY',
      orderId,
      parcels: [],
      lines: [
        { lineNo: 1, quantity: 1 },
        { lineNo: 2, quantity: 2 },
      ],
    });
    expect(await shipmentsOf(orderId)).toEqual(['READY 1×2', 'READY 1×1 2×2']);
    await split(shipmentId, [1, 1]);
    expect(await shipmentsOf(orderId)).toEqual(['READY 1×1', 'READY 1×1 2×2', 'READY 1×1']);
  });

  test('is recorded with both shipments, and the units that moved', async () => {
    const { orderId, shipmentId } = await createPaidOrder();
    const { id: intoShipmentId } = await split(shipmentId, [1, 2]);
    const lines = [{ lineNo: 1, quantity: 2 }];
    expect((await shop.commerce.orderHistory({ orderId })).items.slice(-2)).toMatchObject([
      { type: 'shipment.created', facts: { shipmentId: intoShipmentId, lines, fulfillmentStatus: 'UNFULFILLED' } },
      { type: 'shipment.split', facts: { shipmentId, intoShipmentId, lines, fulfillmentStatus: 'UNFULFILLED' } },
    ]);
  });

  test("changes no money and makes no paid order owe again (Spree's bug)", async () => {
    const { orderId, cup, tray, shipmentId } = await createPaidOrder();
    const readMoney = async () => {
      const { fulfillmentStatus: _, version: _v, updatedAt: _u, ...order } = await shop.commerce.getOrder({ orderId });
      const stocks = [await shop.readStock(cup), await shop.readStock(tray)];
      return { order, stocks, payments: await shop.commerce.listPayments({ orderId }) };
    };
    const before = await readMoney();
    expect(before.order).toMatchObject({ status: 'PAID', totalAmount: 4_599 });
    const part = await split(shipmentId, [1, 1], [2, 1]);
    await dispatch(part.id);
    await split(shipmentId, [1, 1]);
    expect(await readMoney()).toEqual(before);
    expect(await errorCodeOf(shop.commerce.createPayment({ orderId, provider: 'mock' }))).toBe('invalid_transition');
    // What each unit cost is the same as without the split: the units of all lines together are what was paid.
    const refunds = [];
    for (const [lineNo, quantity] of [
      [1, 3],
      [2, 2],
      [3, 1],
    ] as const)
      for (let unit = 0; unit < quantity; unit += 1)
        refunds.push(await shop.commerce.createRefund({ orderId, lines: [{ lineNo, quantity: 1 }] }));
    expect(refunds.reduce((sum, { amount }) => sum + amount, 0)).toBe(4_599);
  });

  test('lets one part leave while the other waits, and the order is PARTIALLY_SHIPPED', async () => {
    const { orderId, shipmentId } = await createPaidOrder();
    const part = await split(shipmentId, [1, 2]);
    await dispatch(part.id);
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ fulfillmentStatus: 'PARTIALLY_SHIPPED' });
    await dispatch(shipmentId);
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ fulfillmentStatus: 'SHIPPED' });
  });

  test('leaves a canceled order nothing to ship, and restocks each unit once (as in Sylius, WooCommerce)', async () => {
    const { orderId, cup, tray, shipmentId } = await createPaidOrder();
    await split(shipmentId, [1, 2]);
    await split(shipmentId, [2, 2]);
    await shop.commerce.cancelOrder({ orderId });
    expect(await shipmentsOf(orderId)).toEqual(['CANCELED 1×1', 'CANCELED 1×2', 'CANCELED 2×2']);
    expect([await shop.readStock(cup), await shop.readStock(tray)]).toEqual([
      [10, 0],
      [10, 0],
    ]);
  });

  test('is refused when the shipment has fewer units, or none of the line, and nothing moves', async () => {
    const { orderId, shipmentId } = await createPaidOrder();
    const refusals: [lines: [number, number][], lineNo: number, shipmentQty: number][] = [
      [[[1, 4]], 1, 3],
      [
        [
          [1, 1],
          [3, 1],
        ],
        3,
        0,
      ],
    ];
    for (const [lines, lineNo, shipmentQty] of refusals)
      await expect(split(shipmentId, ...lines)).rejects.toMatchObject({
        code: 'units_not_in_shipment',
        details: { lineNo, shipmentQty },
      });
    expect(await shipmentsOf(orderId)).toEqual(['READY 1×3 2×2']);
  });

  test('is refused when nothing would remain', async () => {
    const { shipmentId } = await createPaidOrder();
    expect(await errorCodeOf(split(shipmentId, [1, 3], [2, 2]))).toBe('shipment_would_be_empty');
  });

  test.each<[code: string, lines: [number, number][]]>([
    ['no line', []],
    [
      'a line twice',
      [
        [1, 1],
        [1, 1],
      ],
    ],
    ['no unit', [[1, 0]]],
  ])('is refused with %s', async (_, lines) => {
    const { shipmentId } = await createPaidOrder();
    expect(await errorCodeOf(split(shipmentId, ...lines))).toBe('validation_failed');
  });

  test('is refused once the shipment has left or is canceled', async () => {
    const { orderId, shipmentId } = await createPaidOrder();
    const part = await split(shipmentId, [1, 2]);
    await dispatch(part.id);
    await expect(split(part.id, [1, 1])).rejects.toMatchObject({
      code: 'shipment_not_ready',
      details: { shipmentId: part.id, status: 'SHIPPED' },
    });
    const other = await createPaidOrder();
    await shop.commerce.cancelOrder({ orderId: other.orderId });
    expect(await errorCodeOf(split(other.shipmentId, [1, 1]))).toBe('shipment_not_ready');
    expect(await errorCodeOf(split(randomUUID(), [1, 1]))).toBe('shipment_not_found');
    expect(await shipmentsOf(orderId)).toEqual(['READY 1×1 2×2', 'SHIPPED 1×2']);
  });
});

describe('a merge', () => {
  test('undoes a split: all units are in one READY shipment, and the empty one is CANCELED', async () => {
    const { orderId, shipmentId } = await createPaidOrder();
    const part = await split(shipmentId, [1, 1], [2, 2]);
    expect(await shop.commerce.mergeShipments({ shipmentId: part.id, intoShipmentId: shipmentId })).toMatchObject({
      id: shipmentId,
      status: 'READY',
      lines: [
        { lineNo: 1, quantity: 3 },
        { lineNo: 2, quantity: 2 },
      ],
    });
    expect(await shipmentsOf(orderId)).toEqual(['READY 1×3 2×2', 'CANCELED 1×1 2×2']);
    const lines = [
      { lineNo: 1, quantity: 1 },
      { lineNo: 2, quantity: 2 },
    ];
    expect((await shop.commerce.orderHistory({ orderId })).items.slice(-2)).toMatchObject([
      { type: 'shipment.merged', facts: { shipmentId: part.id, intoShipmentId: shipmentId, lines } },
      { type: 'shipment.canceled', facts: { shipmentId: part.id } },
    ]);
    await dispatch(shipmentId);
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ fulfillmentStatus: 'SHIPPED' });
  });

  test('is refused for one shipment, for shipments of two orders, and once one of them has left', async () => {
    const { shipmentId } = await createPaidOrder();
    const part = await split(shipmentId, [1, 1]);
    const other = await createPaidOrder();
    const merge = async (from: string, into: string) =>
      errorCodeOf(shop.commerce.mergeShipments({ shipmentId: from, intoShipmentId: into }));
    expect(await merge(part.id, part.id)).toBe('validation_failed');
    expect(await merge(part.id, other.shipmentId)).toBe('shipments_of_different_orders');
    expect(await merge(part.id, randomUUID())).toBe('shipment_not_found');
    expect(await merge(randomUUID(), part.id)).toBe('shipment_not_found');
    await dispatch(part.id);
    expect(await merge(part.id, shipmentId)).toBe('shipment_not_ready');
    expect(await merge(shipmentId, part.id)).toBe('shipment_not_ready');
  });
});

test('units of a line that was split off whole can be merged back and split off again', async () => {
  const { orderId, shipmentId } = await createPaidOrder();
  for (let round = 0; round < 3; round += 1) {
    const { id } = await split(shipmentId, [2, 2]);
    await shop.commerce.mergeShipments({ shipmentId: id, intoShipmentId: shipmentId });
  }
  const ready = (await shop.commerce.listShipments({ orderId })).filter(({ status }) => status === 'READY');
  expect(only(ready).lines).toEqual([
    { lineNo: 1, quantity: 3 },
    { lineNo: 2, quantity: 2 },
  ]);
});

test('a refund with restock takes its units out of a split shipment, and the rest is packed into one', async () => {
  const { orderId, shipmentId } = await createPaidOrder();
  const part = await split(shipmentId, [1, 2]);
  await dispatch(part.id);
  await split(shipmentId, [2, 1]);
  const code = errorCodeOf(shop.commerce.createRefund({ orderId, lines: [{ lineNo: 1, quantity: 2, restock: true }] }));
  expect(await code).toBe('units_not_restockable');
  await shop.commerce.createRefund({ orderId, lines: [{ lineNo: 2, quantity: 1, restock: true }] });
  const left = (await shipmentsOf(orderId)).filter((shipment) => !shipment.startsWith('CANCELED'));
  expect(left.toSorted()).toEqual(['READY 1×1 2×1', 'SHIPPED 1×2']);
});
