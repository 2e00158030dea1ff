import { expect, test } from 'vitest';
import { paidOrder } from '../../testing/paid-order.ts';
import { useShop } from '../../testing/shop.ts';

const shop = useShop();

async function readyShipment() {
  const { orderId } = await paidOrder(shop);
  const [{ id: shipmentId, orderNumber }] = (await shop.json('shipments', 'list', orderId)).items;
  return { orderId, shipmentId: String(shipmentId), orderNumber: String(orderNumber) };
}

test('shipments slip prints what to pack for a shipment, and which of the order’s shipments it is', async () => {
  const { shipmentId, orderNumber } = await readyShipment();
  await shop.json('shipments', 'split', shipmentId, '--line', '1:1');
  const { out } = await shop.run('shipments', 'slip', shipmentId);
  expect(out).toMatch(new RegExp(`^order +${orderNumber}$`, 'm'));
  expect(out).toMatch(/^part +1 of 2$/m);
  expect(out).toMatch(/^ *LINE +UNITS +SKU +NAME$/m);
  expect(await shop.json('shipments', 'slip', shipmentId)).toMatchObject({ shipmentId, lines: [{ quantity: 1 }] });
});

test('shipments find names shipments by their order and by a tracking number', async () => {
  const { shipmentId, orderNumber } = await readyShipment();
  const number = `find ${orderNumber}`;
  await shop.json('shipments', 'dispatch', shipmentId, 'DHL', number);
  for (const name of [orderNumber.toLowerCase(), number, shipmentId])
    expect((await shop.json('shipments', 'find', name)).items).toMatchObject([{ id: shipmentId, orderNumber }]);
  expect(await shop.run('shipments', 'find', 'nothing of the kind')).toMatchObject({ code: 0, out: '' });
});

test('shipments queue selects by a stage, and refuses it together with a status', async () => {
  const { shipmentId } = await readyShipment();
  await shop.json('shipments', 'dispatch', shipmentId, 'DHL', shipmentId);
  const idsOf = async (stage: string) =>
    (await shop.json('shipments', 'queue', '--stage', stage, '--all')).items.map(({ id }: { id: string }) => id);
  expect(await idsOf('ON_ITS_WAY')).toContain(shipmentId);
  await shop.json('shipments', 'lost', shipmentId, '--yes');
  expect(await idsOf('FAILED')).toContain(shipmentId);
  const refused = await shop.run('shipments', 'queue', '--stage', 'FAILED', '--status', 'LOST');
  expect(refused.err).toContain('(validation_failed)');
});

test('returns list begins with the oldest one when asked', async () => {
  const returnIds: string[] = [];
  for (let n = 0; n < 2; n += 1) {
    const { orderId, shipmentId } = await readyShipment();
    await shop.json('shipments', 'dispatch', shipmentId, 'DHL', shipmentId);
    returnIds.push((await shop.json('returns', 'request', orderId, '--line', '1:1')).id);
  }
  const listed = async (...options: string[]) =>
    (await shop.json('returns', 'list', '--all', ...options)).items
      .map(({ id }: { id: string }) => id)
      .filter((id: string) => returnIds.includes(id));
  expect(await listed('--oldest')).toEqual(returnIds);
  expect(await listed()).toEqual(returnIds.toReversed());
});
