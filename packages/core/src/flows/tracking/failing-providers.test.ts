import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import { TrackingRefusal, type TrackedParcel, type TrackingReport } from '../../shipping/tracking-provider.ts';
import { mockTracking } from '../../shipping/mock-tracking.ts';
import type { ParcelTracking } from '../../shipping/parcel.ts';
import { only } from '../../testing/only.ts';
import { scriptedCarrier, scriptedTracking, type ScriptedTracking } from '../../testing/scripted-tracking.ts';
import { createTestShop, webhookSecret, type TestShop } from '../../testing/test-shop.ts';
import {
  createReadyShipment,
  dispatchTestParcel,
  readTracked,
  sendTracking,
  trackingBody,
  type TestParcel,
} from '../../testing/tracked-parcels.ts';
import type { TrackingCallReport } from './tracking-reports.ts';

const dayMs = 24 * 60 * 60_000;

let shop: TestShop;
let provider: ScriptedTracking;
let faults: unknown[];
let calls: TrackingCallReport[];
beforeEach(async () => {
  provider = scriptedTracking();
  [faults, calls] = [[], []];
  shop = await createTestShop({
    trackingProviders: [provider],
    trackingPollMs: 60_000,
    onFault: (fault) => faults.push(fault),
    onTrackingCall: (report) => calls.push(report),
  });
});
// Closing the shop runs the doctor.
afterEach(() => shop.close());

async function dispatch(): Promise<TestParcel> {
  const { orderId, shipmentId } = await createReadyShipment(shop);
  const trackingNumber = randomUUID();
  const { parcels } = await shop.commerce.dispatchShipment({ shipmentId, carrier: scriptedCarrier, trackingNumber });
  return { orderId, shipmentId, parcelId: only(parcels).id, trackingNumber };
}
const track = async () => shop.commerce.trackParcels('scripted');
const read = async ({ parcelId }: TestParcel) => shop.commerce.getParcel({ parcelId });
const set = async ({ parcelId }: TestParcel, assignments: string) =>
  shop.database.pool.query(`update commerce.parcels set ${assignments} where id = $1`, [parcelId]);
const isDue = `due_at = now() - interval '1 second'`;
const reportOf = ({ carrier, trackingNumber }: TrackedParcel, tracking: ParcelTracking): TrackingReport => ({
  carrier,
  trackingNumber,
  providerRef: null,
  checkpoints: [{ checkpointId: randomUUID(), tracking, occurredAt: new Date(Date.now() - 1_000), detail: null }],
});
const inSeconds = (time: Date | null) => ((time?.getTime() ?? 0) - Date.now()) / 1_000;
const causesOf = () => faults.map((fault) => (fault as Error).cause);

/** Fails with a message of its own, like an adapter that reads a field of nothing. */
function brokenAdapter(): never {
  throw new TypeError("Cannot read properties of undefined (reading 'status')");
}

describe('an answer that cannot be stored', () => {
  test('is asked for again after 10 s, then twice as long each time, and is reported as an error', async () => {
    provider.onPoll = async (known) => reportOf(known, 'MOVING');
    const parcel = await dispatch();
    await track();
    await shop.database.pool.query(
      `alter table commerce.tracking_events add constraint broken check (false) not valid`,
    );
    for (const seconds of [10, 20, 40]) {
      await set(parcel, isDue);
      await expect(track()).rejects.toThrow();
      const tracked = await read(parcel);
      expect(tracked).toMatchObject({ failureCode: 'internal_error', tracking: 'LABEL', providerRef: 'ref' });
      expect(inSeconds(tracked.nextPollAt)).toBeGreaterThan(seconds - 5);
      expect(inSeconds(tracked.nextPollAt)).toBeLessThan(seconds + 1);
    }
    await shop.database.pool.query('alter table commerce.tracking_events drop constraint broken');
    await set(parcel, isDue);
    expect(await track()).toBe(1);
    expect(await read(parcel)).toMatchObject({ failureCode: null, tracking: 'MOVING' });
  });
});

describe('an error of an adapter', () => {
  test('goes to onFault with its cause, once in a turn for many parcels, which are asked about later', async () => {
    const parcels = [await dispatch(), await dispatch(), await dispatch()];
    await track();
    provider.onPoll = async () => brokenAdapter();
    for (const parcel of parcels) await set(parcel, isDue);
    expect(await track()).toBe(3);
    expect(causesOf()).toEqual([expect.any(TypeError)]);
    expect(String(faults[0])).toBe('Error: the tracking provider scripted gave no answer to poll');
    expect(calls.at(-1)).toMatchObject({ kind: 'poll', answered: 'unknown' });
    for (const parcel of parcels) {
      const tracked = await read(parcel);
      expect(tracked).toMatchObject({ failureCode: 'no_answer' });
      expect(inSeconds(tracked.nextPollAt)).toBeGreaterThan(5);
    }
  });

  test('counts also when the adapter throws without a promise, or reports what cannot be stored', async () => {
    const parcel = await dispatch();
    await track();
    provider.poll = () => brokenAdapter();
    await set(parcel, isDue);
    expect(await track()).toBe(1);
    provider.poll = async (known) => ({ ...reportOf(known, 'MOVING'), trackingNumber: '' });
    await set(parcel, isDue);
    expect(await track()).toBe(1);
    expect(causesOf()).toEqual([expect.any(TypeError), expect.objectContaining({ message: expect.any(String) })]);
  });

  test('is no refusal, and a refusal is no error', async () => {
    provider.onRegister = async () => {
      throw new TrackingRefusal('unknown_number', 'no such number');
    };
    await dispatch();
    await track();
    expect(faults).toEqual([]);
  });
});

describe('a registration that keeps failing', () => {
  test('lets the parcel be polled, and is tried again later each time, at the latest when a poll is due', async () => {
    provider.onRegister = async () => Promise.reject(new Error('no callbacks today'));
    provider.onPoll = async (known) => reportOf(known, 'MOVING');
    const parcel = await dispatch();
    expect(await track()).toBe(1);
    expect(calls.map(({ kind, answered }) => `${kind} ${answered}`)).toEqual(['register unknown', 'poll yes']);
    expect(await readTracked(shop.commerce, parcel)).toMatchObject({ tracking: 'MOVING', shipment: 'IN_TRANSIT' });
    expect(await read(parcel)).toMatchObject({ failureCode: 'no_answer', registeredAt: null });
    expect(inSeconds((await read(parcel)).nextPollAt)).toBeLessThan(11);
    await set(parcel, `attempts = 10, ${isDue}`);
    await track();
    const { nextPollAt } = await read(parcel);
    expect(inSeconds(nextPollAt)).toBeGreaterThan(50);
    expect(inSeconds(nextPollAt)).toBeLessThan(61);
    provider.onRegister = async () => ({ providerRef: 'late', renewAt: null, report: null });
    await set(parcel, isDue);
    await track();
    expect(await read(parcel)).toMatchObject({ failureCode: null, providerRef: 'late' });
  });

  test('does the same for a renewal, and the parcel is not asked about without a pause', async () => {
    const parcel = await dispatch();
    await track();
    provider.onRegister = async () => Promise.reject(new Error('no callbacks today'));
    provider.onPoll = async (known) => reportOf(known, 'OUT_FOR_DELIVERY');
    await set(parcel, `${isDue}, renew_at = now() - interval '1 hour'`);
    expect(await track()).toBe(1);
    const tracked = await read(parcel);
    expect(tracked).toMatchObject({ tracking: 'OUT_FOR_DELIVERY', failureCode: 'no_answer' });
    expect(tracked.registeredAt).not.toBeNull();
    expect(inSeconds(tracked.nextPollAt)).toBeGreaterThan(5);
  });

  test('asks a provider that answers nothing at all later each time, however often parcels are polled', async () => {
    provider.onRegister = async () => Promise.reject(new Error('down'));
    provider.onPoll = async () => Promise.reject(new Error('down'));
    const parcel = await dispatch();
    await track();
    await set(parcel, `attempts = 10, ${isDue}`);
    await track();
    expect(inSeconds((await read(parcel)).nextPollAt)).toBeGreaterThan(3_500);
  });
});

describe('a provider that only sends messages', () => {
  test('makes a parcel SILENT again when nothing more follows a problem or a silence that it reported', async () => {
    const trackingProviders = [mockTracking([webhookSecret])];
    const commerce = createCommerce({ database: shop.database, trackingProviders });
    const parcel = await dispatchTestParcel(shop);
    const trackDue = async () => commerce.trackParcels('mock');
    const say = async (tracking: ParcelTracking) =>
      sendTracking(commerce, trackingBody(parcel.trackingNumber, [{ tracking }]));
    await trackDue();
    for (const trouble of ['SILENT', 'PROBLEM'] as const) {
      if (trouble === 'PROBLEM') await say('PROBLEM');
      // The silence begins, or is looked for while the parcel is in trouble.
      await set(parcel, `heard_at = now() - interval '7 days 1 second', ${isDue}`);
      expect(await trackDue()).toBe(1);
      expect(await readTracked(commerce, parcel)).toMatchObject({ tracking: trouble, troubled: true });
      expect(inSeconds((await read(parcel)).nextPollAt) / (dayMs / 1_000)).toBeCloseTo(7, 1);
      await say('MOVING');
      expect(await readTracked(commerce, parcel)).toMatchObject({ tracking: 'MOVING', troubled: false });
      await set(parcel, `heard_at = now() - interval '7 days 1 second', ${isDue}`);
      expect(await trackDue()).toBe(1);
      expect(await readTracked(commerce, parcel)).toMatchObject({ tracking: 'SILENT', attention: ['parcel_problem'] });
      await say('MOVING');
    }
  });
});
