import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { paidOrder } from '../testing/paid-order.ts';
import { useShop } from '../testing/shop.ts';

const shop = useShop();

async function readyShipment(): Promise<{ orderId: string; shipmentId: string }> {
  const { orderId } = await paidOrder(shop);
  const [{ id: shipmentId }] = (await shop.json('shipments', 'list', orderId)).items;
  return { orderId, shipmentId };
}

test('a shipment is split and merged by line and units', async () => {
  const { orderId, shipmentId } = await readyShipment();
  const part = await shop.json('shipments', 'split', shipmentId, '--line', '1:1');
  expect(part).toMatchObject({ status: 'READY', lines: [{ lineNo: 1, quantity: 1 }] });
  expect((await shop.run('shipments', 'merge', part.id, shipmentId)).out).toMatch(/^units +2$/m);
  expect((await shop.run('shipments', 'list', orderId)).out).toMatch(new RegExp(`^${part.id} +CANCELED +1$`, 'm'));
  const refused = await shop.run('shipments', 'split', shipmentId, '--line', '1:2');
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.err).toContain('(shipment_would_be_empty)');
});

test('a shipment leaves in several parcels, and orders show prints each of them', async () => {
  const { orderId, shipmentId } = await readyShipment();
  const [one, other] = [randomUUID().slice(0, 13), randomUUID().slice(0, 13)];
  const parcel = (number: string) => ['--parcel', `Royal Mail:${number}`];
  const sent = await shop.run('shipments', 'dispatch', shipmentId, ...parcel(one), ...parcel(other));
  expect(sent.out).toMatch(new RegExp(`^parcel +[\\da-f-]{36}  LABEL  Royal Mail ${one}  https://.*${one}$`, 'm'));
  const [{ parcels }] = (await shop.json('shipments', 'list', orderId)).items;
  const [first, second] = parcels.map(({ id }: { id: string }) => id);

  const delivered = await shop.json('parcels', 'deliver', first);
  expect(delivered).toMatchObject({ status: 'SHIPPED', parcels: [{ tracking: 'DELIVERED' }, { tracking: 'LABEL' }] });
  const corrected = await shop.json('parcels', 'correct', second, `${other}-2`, '--carrier', 'Pigeon Post');
  expect(corrected.parcels[1]).toMatchObject({ carrier: 'Pigeon Post', trackingUrl: null });
  const shown = (await shop.run('orders', 'show', orderId)).out;
  expect(shown).toMatch(/^Parcels$/m);
  expect(shown).toMatch(new RegExp(`^${first} +DELIVERED +Royal Mail ${one} `, 'm'));
  expect(shown).toMatch(new RegExp(`^${second} +LABEL +Pigeon Post ${other}-2 `, 'm'));
  expect((await shop.run('parcels', 'deliver', second)).out).toMatch(/^status +DELIVERED$/m);
});

test('a number of a parcel on its way is refused with the order that has it', async () => {
  const [one, other] = [await readyShipment(), await readyShipment()];
  await shop.json('shipments', 'dispatch', one.shipmentId, 'DHL', one.shipmentId);
  const refused = await shop.run('shipments', 'dispatch', other.shipmentId, 'dhl', one.shipmentId);
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.err).toContain('(tracking_number_in_use)');
  expect(refused.err).toContain(one.orderId);
});

test.each([[], ['DHL'], ['DHL', '--parcel', 'DHL:1'], ['--parcel', 'DHL'], ['--parcel', ':1']])(
  'shipments dispatch exits with 2 for %j',
  async (...args) => {
    const { shipmentId } = await readyShipment();
    expect(await shop.run('shipments', 'dispatch', shipmentId, ...args)).toMatchObject({ code: 2, out: '' });
  },
);

test.each(['lost', 'returned'])('shipments %s ends a shipment, and orders show says what to do', async (end) => {
  const { orderId, shipmentId } = await readyShipment();
  const { number } = await shop.client.order.get.query({ orderId });
  await shop.json('shipments', 'dispatch', shipmentId, 'DHL', shipmentId);
  expect(await shop.json('shipments', end, shipmentId, '--yes')).toMatchObject({ status: end.toUpperCase() });
  const shown = (await shop.run('orders', 'show', orderId)).out.replaceAll(/\s+/g, ' ');
  expect(shown).toContain(`to do refund what did not arrive (\`commerce refunds create ${number} --line LINE:UNITS\`)`);
});
