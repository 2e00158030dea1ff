import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestShop, type TestShop } from '../testing/test-shop.ts';
import { dispatchTestParcel, sendTracking, trackingBody } from '../testing/tracked-parcels.ts';
import { readDueWork } from './due-work-repository.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
// Closing the shop runs the doctor.
afterAll(() => shop.close());

const look = async (trackingProviders: string[] = []) => {
  const hourMs = 60 * 60_000;
  const others = { providers: [], listing: [], sinks: [], pollAfterMs: hourMs, payableAfterCancelMs: hourMs };
  const due = await readDueWork(shop.database, { ...others, trackingProviders });
  return { messages: due.dueTrackingMessages ?? false, providers: due.trackingProviders };
};
const query = async (text: string) => shop.database.pool.query(text);
const nothing = { messages: false, providers: [] };

test('a look finds messages of carriers that are due for another attempt', async () => {
  expect(await look()).toEqual(nothing);
  await sendTracking(shop.commerce, trackingBody('unknown', [{ tracking: 'MOVING' }]));
  expect(await look()).toEqual(nothing);
  await query(`update commerce.tracking_messages set due_at = now() - interval '1 second'`);
  expect(await look()).toEqual({ ...nothing, messages: true });
  await shop.commerce.retryTrackingMessages();
  expect(await look()).toEqual(nothing);
});

test('a look finds the providers that have due parcels, and all while a parcel has no provider', async () => {
  const providers = ['mock', 'other'];
  expect(await look(providers)).toEqual(nothing);
  await dispatchTestParcel(shop);
  expect(await look()).toEqual(nothing);
  expect(await look(providers)).toEqual({ ...nothing, providers });
  await shop.commerce.trackParcels('mock');
  expect(await look(providers)).toEqual(nothing);
  await query(`update commerce.parcels set due_at = now() - interval '1 second'`);
  expect(await look(providers)).toEqual({ ...nothing, providers: ['mock'] });
  await query(`update commerce.parcels set due_at = null`);
  expect(await look(providers)).toEqual(nothing);
  await query(`update commerce.parcels set due_at = now() + interval '1 hour'`);
});
