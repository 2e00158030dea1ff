import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { paidOrder } from '../testing/paid-order.ts';
import { useShop } from '../testing/shop.ts';

const shop = useShop();

const send = async (trackingNumber: string, tracking: string) =>
  shop.api.sendTracking({
    reports: [
      {
        carrier: 'mock',
        trackingNumber,
        checkpoints: [{ checkpointId: randomUUID(), tracking, detail: 'at the depot' }],
      },
    ],
  });

test('a parcel shows where it is and what its carrier has reported', async () => {
  const { orderId } = await paidOrder(shop);
  const [{ id: shipmentId }] = (await shop.json('shipments', 'list', orderId)).items;
  const number = randomUUID();
  const [{ id: parcelId }] = (await shop.json('shipments', 'dispatch', shipmentId, 'mock', number)).parcels;
  expect((await shop.run('parcels', 'history', parcelId)).err).toContain('No carrier has reported anything');
  await send(number, 'PROBLEM');
  expect((await shop.run('parcels', 'show', parcelId)).out).toMatch(/^tracking +PROBLEM, needs attention$/m);
  expect((await shop.run('parcels', 'history', parcelId)).out).toMatch(/ PROBLEM +moved +at the depot/);
  expect((await shop.run('orders', 'show', orderId)).out).toContain('commerce parcels history PARCEL');
  expect(await shop.json('parcels', 'track', parcelId)).toMatchObject({ parcels: [{ tracking: 'PROBLEM' }] });
});

test('a message that no parcel matches is listed, shown, redriven and dismissed', async () => {
  const number = randomUUID();
  const { messageId } = (await send(number, 'MOVING')).body;
  const listed = await shop.run('tracking-messages', 'list', '--outcome', 'UNMATCHED');
  expect(listed.out).toMatch(new RegExp(`^${messageId} +UNMATCHED +mock ${number.slice(0, 8)}`, 'm'));
  const shown = (await shop.run('tracking-messages', 'show', messageId)).out;
  expect(shown).toMatch(/^outcome +UNMATCHED$/m);
  expect(shown).toContain('"detail":"at the depot"');
  expect(await shop.json('tracking-messages', 'redrive', messageId)).toMatchObject({ outcome: 'RECEIVED' });
  expect((await shop.run('tracking-messages', 'dismiss', '--yes', messageId)).out).toMatch(/^outcome +DISMISSED$/m);
  const again = await shop.run('tracking-messages', 'dismiss', '--yes', messageId);
  expect(again).toMatchObject({ code: 1, out: '' });
  expect(again.err).toContain('commerce tracking-messages list --outcome PARKED');
});
