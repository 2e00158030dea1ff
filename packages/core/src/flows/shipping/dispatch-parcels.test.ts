import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Commerce } from '../../commerce.ts';
import { newId } from '../../ids.ts';
import { comparable } from '../../shipping/carrier.ts';
import { comparableSql } from '../../shipping/tables.ts';
import { first, only } from '../../testing/only.ts';
import { createTestShop, errorCodeOf, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop({ connect: { poolMax: 10 } });
  // The trigger is there for older versions: this one keeps the parcels by itself.
  await shop.database.pool.query('alter table commerce.shipments disable trigger shipments_keep_parcels');
});
afterAll(() => shop.close());

async function createReadyShipment() {
  const productId = await shop.createTestProduct();
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 2 });
  await shop.sendWebhook('AUTHORIZED', payment);
  return only(await shop.commerce.listShipments({ orderId }));
}

type Numbers = NonNullable<Parameters<Commerce['dispatchShipment']>[0]['parcels']>;
const dispatchNew = async (parcels: Numbers) =>
  shop.commerce.dispatchShipment({ shipmentId: (await createReadyShipment()).id, parcels });

describe('a shipment leaves', () => {
  test('in several parcels, and shows the number of the first one', async () => {
    const { id: shipmentId, orderId } = await createReadyShipment();
    const numbers = [
      { carrier: 'DHL', trackingNumber: newId() },
      { carrier: 'Pigeon Post', trackingNumber: newId() },
    ];
    const dispatched = await shop.commerce.dispatchShipment({ shipmentId, parcels: numbers });
    expect(dispatched).toMatchObject({ status: 'SHIPPED', ...numbers[0], lines: [{ lineNo: 1, quantity: 2 }] });
    expect(dispatched.parcels).toEqual([
      {
        ...numbers[0],
        id: expect.any(String),
        trackingUrl: `https://www.dhl.com/global-en/home/tracking.html?submit=1&tracking-id=${numbers[0]?.trackingNumber}`,
        tracking: 'LABEL',
        checkpointAt: null,
        deliveredAt: null,
      },
      {
        ...numbers[1],
        id: expect.any(String),
        trackingUrl: null,
        tracking: 'LABEL',
        checkpointAt: null,
        deliveredAt: null,
      },
    ]);
    expect(only(await shop.commerce.listShipments({ orderId }))).toMatchObject(dispatched);
    const event = (await shop.commerce.orderHistory({ orderId })).items.at(-1);
    expect(event).toMatchObject({
      type: 'shipment.dispatched',
      facts: {
        ...numbers[0],
        parcels: dispatched.parcels.map(({ id }, index) => ({ parcelId: id, ...numbers[index] })),
      },
    });
  });

  test('in one parcel that is given by its carrier and number, as before parcels existed', async () => {
    const { id: shipmentId } = await createReadyShipment();
    const number = { carrier: 'UPS', trackingNumber: newId() };
    const dispatched = await shop.commerce.dispatchShipment({ shipmentId, ...number });
    expect(dispatched).toMatchObject({ ...number, parcels: [{ ...number, tracking: 'LABEL' }] });
  });

  test.each<[input: object, path: string]>([
    [{}, 'carrier'],
    [{ carrier: 'DHL' }, 'trackingNumber'],
    [{ parcels: [] }, 'parcels'],
    [{ parcels: [{ carrier: 'DHL', trackingNumber: ' ' }] }, 'parcels.0.trackingNumber'],
    [{ carrier: 'DHL', parcels: [{ carrier: 'DHL', trackingNumber: '1' }] }, 'parcels'],
    [{ parcels: Array.from({ length: 51 }, (_, n) => ({ carrier: 'DHL', trackingNumber: `${n}` })) }, 'parcels'],
  ])('never with the input %j', async (input, path) => {
    const { id: shipmentId } = await createReadyShipment();
    await expect(shop.commerce.dispatchShipment({ shipmentId, ...input })).rejects.toMatchObject({
      code: 'validation_failed',
      details: { issues: expect.arrayContaining([expect.objectContaining({ path })]) },
    });
  });
});

describe('a tracking number', () => {
  test('of a parcel on its way is refused, however it is written, and the refusal names the order', async () => {
    const number = { carrier: 'Royal Mail', trackingNumber: `RM ${newId()}` };
    const sent = await dispatchNew([number]);
    const { id: shipmentId, orderId } = await createReadyShipment();
    const again = {
      carrier: 'ROYAL-MAIL',
      trackingNumber: number.trackingNumber.replaceAll(/[ -]/g, '').toLowerCase(),
    };
    await expect(shop.commerce.dispatchShipment({ shipmentId, ...again })).rejects.toMatchObject({
      code: 'tracking_number_in_use',
      details: { ...number, orderId: sent.orderId, shipmentId: sent.id, parcelId: first(sent.parcels).id },
    });
    expect(only(await shop.commerce.listShipments({ orderId }))).toMatchObject({ status: 'READY', parcels: [] });
  });

  test('twice in one dispatch is refused, and nothing leaves', async () => {
    const { id: shipmentId, orderId } = await createReadyShipment();
    const trackingNumber = newId();
    const parcels = [
      { carrier: 'DHL', trackingNumber },
      { carrier: 'dhl', trackingNumber },
    ];
    await expect(shop.commerce.dispatchShipment({ shipmentId, parcels })).rejects.toMatchObject({
      code: 'tracking_number_in_use',
      details: { orderId },
    });
    expect(only(await shop.commerce.listShipments({ orderId })).status).toBe('READY');
  });

  test('is compared by the code as by the unique index', async () => {
    const text = 'aZÉé ß.ı-İ_/\u00a0—9우체국 \u{1f4e6}';
    const { rows } = await shop.database.pool.query(`select ${comparableSql('$1::text')} as comparable`, [text]);
    expect(rows).toEqual([{ comparable: comparable(text) }]);
  });

  test('at another carrier is another number', async () => {
    const trackingNumber = newId();
    const parcels = [
      { carrier: 'DHL', trackingNumber },
      { carrier: 'UPS', trackingNumber },
    ];
    expect((await dispatchNew(parcels)).parcels).toHaveLength(2);
  });

  test('can be used again a year later, when its parcel is delivered, lost or returned', async () => {
    const { deliverShipment, markShipmentLost, markShipmentReturned } = shop.commerce;
    const number = { carrier: 'DHL', trackingNumber: newId() };
    for (const end of [deliverShipment, markShipmentLost, markShipmentReturned]) {
      const { id: shipmentId } = await dispatchNew([number]);
      await end({ shipmentId });
    }
    expect((await dispatchNew([number])).status).toBe('SHIPPED');
  });

  test('that 8 dispatches take at once goes to one of them', async () => {
    const number = { carrier: 'DHL', trackingNumber: newId() };
    const ready = await Promise.all(Array.from({ length: 8 }, createReadyShipment));
    const codes = await Promise.all(
      ready.map(({ id: shipmentId }) => errorCodeOf(shop.commerce.dispatchShipment({ shipmentId, ...number }))),
    );
    expect(codes.toSorted()).toEqual(['accepted', ...Array<string>(7).fill('tracking_number_in_use')]);
  });
});
