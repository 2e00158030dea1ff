import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import type { ParcelTracking } from '../../shipping/parcel.ts';
import { TrackingRefusal, type TrackedParcel, type TrackingReport } from '../../shipping/tracking-provider.ts';
import { only } from '../../testing/only.ts';
import { scriptedCarrier, scriptedTracking, type ScriptedTracking } from '../../testing/scripted-tracking.ts';
import { createTestShop, errorCodeOf, type TestShop } from '../../testing/test-shop.ts';
import { createReadyShipment, readTracked, type TestParcel } from '../../testing/tracked-parcels.ts';

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;

let shop: TestShop;
let provider: ScriptedTracking;
beforeEach(async () => {
  provider = scriptedTracking();
  shop = await createTestShop({ trackingProviders: [provider] });
});
// Closing the shop runs the doctor.
afterEach(() => shop.close());

async function dispatch(carrier = scriptedCarrier): Promise<TestParcel> {
  const { orderId, shipmentId } = await createReadyShipment(shop);
  const trackingNumber = randomUUID();
  const { parcels } = await shop.commerce.dispatchShipment({ shipmentId, carrier, trackingNumber });
  return { orderId, shipmentId, parcelId: only(parcels).id, trackingNumber };
}
const track = async () => shop.commerce.trackParcels('scripted');
const read = async ({ parcelId }: TestParcel) => shop.commerce.getParcel({ parcelId });
const set = async ({ parcelId }: TestParcel, assignments: string) =>
  shop.database.pool.query(`update commerce.parcels set ${assignments} where id = $1`, [parcelId]);
const operations = () => provider.calls.map(({ operation }) => operation);
const reportOf = ({ carrier, trackingNumber }: TrackedParcel, ...trackings: ParcelTracking[]): TrackingReport => ({
  carrier,
  trackingNumber,
  providerRef: null,
  checkpoints: trackings.map((tracking, index) => ({
    checkpointId: `${trackingNumber} ${index}`,
    tracking,
    occurredAt: new Date(Date.now() - 1_000 * (trackings.length - index)),
    detail: null,
  })),
});
const inMs = (time: Date | null) => (time?.getTime() ?? 0) - Date.now();

test('a dispatched parcel is registered once, asked about at once, and then every four hours', async () => {
  const parcel = await dispatch();
  expect([await track(), await track(), await track()]).toEqual([1, 1, 0]);
  expect(operations()).toEqual(['register', 'poll']);
  expect(provider.calls[1]?.parcel).toMatchObject({
    id: parcel.parcelId,
    carrier: scriptedCarrier,
    providerRef: 'ref',
  });
  const tracked = await read(parcel);
  expect(tracked).toMatchObject({ provider: 'scripted', providerRef: 'ref', failureCode: null });
  expect(inMs(tracked.nextPollAt) / hourMs).toBeCloseTo(4, 1);
  provider.onPoll = async (known) => reportOf(known, 'PICKED_UP', 'OUT_FOR_DELIVERY');
  await set(parcel, "due_at = now() - interval '1 second'");
  expect(await track()).toBe(1);
  expect(await readTracked(shop.commerce, parcel)).toMatchObject({ tracking: 'OUT_FOR_DELIVERY' });
  expect(inMs((await read(parcel)).nextPollAt) / hourMs).toBeCloseTo(1, 1);
  await set(parcel, "due_at = now() - interval '1 second'");
  expect(await track()).toBe(1);
  expect((await shop.commerce.parcelHistory({ parcelId: parcel.parcelId })).items).toHaveLength(2);
});

test('what a registration reports is applied, and a delivered parcel is asked about no more', async () => {
  provider.onRegister = async (known) => ({ providerRef: 'r', renewAt: null, report: reportOf(known, 'DELIVERED') });
  const parcel = await dispatch();
  expect(await track()).toBe(1);
  expect(await readTracked(shop.commerce, parcel)).toMatchObject({ tracking: 'DELIVERED', shipment: 'DELIVERED' });
  await set(parcel, "due_at = now() - interval '1 second'");
  expect(await track()).toBe(0);
  expect((await read(parcel)).nextPollAt).toBeNull();
});

test('a registration is renewed when its time has come', async () => {
  provider.onRegister = async () => ({ providerRef: 'r', renewAt: new Date(Date.now() + 2 * hourMs), report: null });
  const parcel = await dispatch();
  expect([await track(), await track()]).toEqual([1, 1]);
  expect(inMs((await read(parcel)).nextPollAt) / hourMs).toBeCloseTo(2, 1);
  await set(parcel, `due_at = now() - interval '1 second', renew_at = now()`);
  expect(await track()).toBe(1);
  expect(operations()).toEqual(['register', 'poll', 'register']);
});

test('a refused registration raises attention and is repeated only when an operator has it tracked', async () => {
  provider.onRegister = async () => {
    throw new TrackingRefusal('unknown_number', 'no such number');
  };
  const parcel = await dispatch();
  expect([await track(), await track()]).toEqual([1, 0]);
  expect(await read(parcel)).toMatchObject({ failureCode: 'unknown_number', troubled: true, nextPollAt: null });
  expect(await readTracked(shop.commerce, parcel)).toMatchObject({ attention: ['parcel_problem'] });
  provider.onRegister = async () => ({ providerRef: 'r', renewAt: null, report: null });
  provider.onPoll = async (known) => reportOf(known, 'MOVING');
  await shop.commerce.trackParcel({ parcelId: parcel.parcelId });
  expect([await track(), await track()]).toEqual([1, 1]);
  expect(await readTracked(shop.commerce, parcel)).toMatchObject({
    tracking: 'MOVING',
    troubled: false,
    attention: [],
  });
});

test('a provider that gives no answer is asked again, each time later, and nothing else changes', async () => {
  provider.onRegister = async () => Promise.reject(new Error('time-out'));
  const parcel = await dispatch();
  for (const seconds of [10, 20, 40]) {
    expect(await track()).toBe(1);
    const tracked = await read(parcel);
    expect(tracked).toMatchObject({ failureCode: 'no_answer', troubled: false, registeredAt: null });
    expect(inMs(tracked.nextPollAt) / 1_000).toBeGreaterThan(seconds - 5);
    expect(inMs(tracked.nextPollAt) / 1_000).toBeLessThan(seconds + 1);
    await set(parcel, "due_at = now() - interval '1 second'");
  }
});

test('a parcel whose worker has died is taken over within 10 s, and that worker’s late answer counts', async () => {
  const parcel = await dispatch();
  await track();
  const { promise: blocked, resolve: answer } = Promise.withResolvers<void>();
  provider.onPoll = async (known) => {
    await blocked;
    return reportOf(known, 'MOVING');
  };
  await set(parcel, "due_at = now() - interval '1 second'");
  const late = track();
  await expect.poll(() => provider.calls.length, { timeout: 60_000 }).toBe(2);
  expect(inMs((await read(parcel)).nextPollAt)).toBeLessThan(10_000);
  // The lease of a dead worker ends.
  await set(parcel, "due_at = now() - interval '1 second'");
  provider.onPoll = async (known) => reportOf(known, 'MOVING', 'OUT_FOR_DELIVERY');
  const other = createCommerce({ database: shop.database, trackingProviders: [provider] });
  expect(await other.trackParcels('scripted')).toBe(1);
  const { nextPollAt } = await read(parcel);
  answer();
  await late;
  expect((await read(parcel)).nextPollAt).toEqual(nextPollAt);
  expect(await readTracked(shop.commerce, parcel)).toMatchObject({ tracking: 'OUT_FOR_DELIVERY' });
  expect((await shop.commerce.parcelHistory({ parcelId: parcel.parcelId })).items).toHaveLength(2);
});

test('a refusal that comes after another worker has registered the parcel does not count', async () => {
  const parcel = await dispatch();
  const { promise: blocked, resolve: answer } = Promise.withResolvers<void>();
  provider.onRegister = async () => {
    await blocked;
    throw new TrackingRefusal('known_already', 'was registered before');
  };
  const late = track();
  await expect.poll(() => provider.calls.length, { timeout: 60_000 }).toBe(1);
  await set(parcel, "due_at = now() - interval '1 second'");
  provider.onRegister = async () => ({ providerRef: 'r', renewAt: null, report: null });
  expect(
    await createCommerce({ database: shop.database, trackingProviders: [provider] }).trackParcels('scripted'),
  ).toBe(1);
  answer();
  await late;
  expect(await read(parcel)).toMatchObject({ failureCode: null, troubled: false, providerRef: 'r' });
});

describe('a carrier that has said nothing', () => {
  test('for seven days makes its parcel SILENT, with attention, until it says something later', async () => {
    const parcel = await dispatch();
    expect([await track(), await track()]).toEqual([1, 1]);
    await set(parcel, `heard_at = now() - interval '6 days 23 hours', due_at = now() - interval '1 second'`);
    expect(await track()).toBe(1);
    expect(await readTracked(shop.commerce, parcel)).toMatchObject({ tracking: 'LABEL', attention: [] });
    // The end of the silence is nearer than the next poll.
    expect(inMs((await read(parcel)).nextPollAt) / hourMs).toBeCloseTo(1, 1);
    await set(parcel, `heard_at = now() - interval '7 days', due_at = now() - interval '1 second'`);
    expect(await track()).toBe(1);
    expect(await readTracked(shop.commerce, parcel)).toMatchObject({
      tracking: 'SILENT',
      shipment: 'SHIPPED',
      attention: ['parcel_problem'],
    });
    provider.onPoll = async (known) => reportOf(known, 'MOVING');
    await set(parcel, "due_at = now() - interval '1 second'");
    expect(await track()).toBe(1);
    expect(await readTracked(shop.commerce, parcel)).toMatchObject({ tracking: 'MOVING', attention: [] });
  });

  test('counts from when the parcel is tracked, and leaves parcels of carriers without a provider alone', async () => {
    const parcel = await dispatch('Pigeons');
    expect(await track()).toBe(0);
    expect(await read(parcel)).toMatchObject({ provider: null, nextPollAt: null });
    expect(await errorCodeOf(shop.commerce.trackParcel({ parcelId: parcel.parcelId }))).toBe('carrier_not_tracked');
    // A day later a provider is configured.
    await set(parcel, `due_at = now() - interval '1 second', created_at = created_at - interval '20 days'`);
    const tracked = { ...scriptedTracking(), tracks: () => true };
    const later = createCommerce({ database: shop.database, trackingProviders: [tracked] });
    expect(await later.trackParcels('scripted')).toBe(1);
    expect(inMs((await read(parcel)).heardAt) / dayMs).toBeCloseTo(0, 1);
    const old = await dispatch('Pigeons');
    await set(old, `created_at = created_at - interval '31 days'`);
    await later.trackParcels('scripted');
    expect(await read(old)).toMatchObject({ provider: null });
    // An operator asks for it.
    await later.trackParcel({ parcelId: old.parcelId });
    await later.trackParcels('scripted');
    expect(await read(old)).toMatchObject({ provider: 'scripted' });
  });
});

test('a message that a parcel has changed has it polled, at most once in ten seconds', async () => {
  const parcel = await dispatch();
  expect([await track(), await track()]).toEqual([1, 1]);
  const receive = async () =>
    shop.commerce.receiveTrackingMessage('scripted', {
      rawBody: Buffer.from(parcel.trackingNumber.toUpperCase()),
      header: () => undefined,
    });
  expect(await receive()).toEqual({ messageId: null, outcome: 'POLLING', duplicate: false });
  const { nextPollAt } = await read(parcel);
  expect(inMs(nextPollAt)).toBeLessThan(10_000);
  expect(inMs(nextPollAt)).toBeGreaterThan(1_000);
  await receive();
  expect((await read(parcel)).nextPollAt).toEqual(nextPollAt);
  await set(parcel, `polled_at = now() - interval '11 seconds'`);
  await receive();
  expect(await track()).toBe(1);
  expect(operations()).toEqual(['register', 'poll', 'poll']);
});

test.each([`provider = 'other'`, 'registered_at = null'])(
  'a message about a parcel with %s changes nothing, because anyone can send it',
  async (assignment) => {
    const parcel = await dispatch();
    await track();
    await set(parcel, assignment);
    const before = await read(parcel);
    const rawBody = Buffer.from(parcel.trackingNumber);
    await shop.commerce.receiveTrackingMessage('scripted', { rawBody, header: () => undefined });
    expect(await read(parcel)).toEqual(before);
  },
);

test('the jobs register and poll by themselves, and apply a message that waited for its dispatch', async () => {
  provider.onPoll = async (known) => reportOf(known, 'MOVING');
  const stop = new AbortController();
  const jobs = shop.commerce.runJobs(stop.signal);
  const parcel = await dispatch();
  await expect.poll(async () => (await read(parcel)).tracking, { timeout: 60_000, interval: 100 }).toBe('MOVING');
  stop.abort();
  await jobs;
});
