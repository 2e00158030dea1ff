import { expect, test } from 'vitest';
import type { Scan, Tracking } from '../shop/world.ts';
import { placeOf, readParcelsElsewhere } from './carrier.ts';

const number = { carrier: 'Mock Post', trackingNumber: 'shopper 1 dispatch 0 p0' };
const scan = (status: Tracking, second: number): Scan => ({
  parcelId: 'parcel-1',
  ...number,
  status,
  at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)),
  attempts: [],
});

test('a parcel is where it was scanned last, in whichever order the scans are, and stays DELIVERED', () => {
  expect(placeOf([scan('MOVING', 2), scan('PICKED_UP', 1)])).toBe('MOVING');
  expect(placeOf([scan('DELIVERED', 1), scan('MOVING', 2)])).toBe('DELIVERED');
  expect(placeOf([])).toBe('LABEL');
});

test('a parcel that its carrier has delivered, and the shop has not, is behind its carrier', async () => {
  const behind = async (tracking: Tracking) => {
    const query = async () => [{ id: 'parcel-1', ...number, tracking }];
    // Only the query of the database is used.
    return readParcelsElsewhere({ database: { query } } as never, { scans: [scan('MOVING', 1), scan('DELIVERED', 2)] });
  };
  expect(await behind('DELIVERED')).toEqual([]);
  expect(await behind('MOVING')).toMatchObject([{ what: 'parcels behind their carrier', count: 1 }]);
});
