import type { Hono } from 'hono';
import type { SendWebhook } from './tracker-webhooks.ts';

/**
 * One vendor's service that tracks parcels: the calls that our adapter makes, and the webhooks about what carriers
 * scan. Carriers scan at `POST <path>/scans`. All data is in memory, and bounded.
 */
export type TrackerEmulator = {
  /** The name of the shop's adapter, as in the path of its webhooks. */
  name: string;
  /** The path before the API's routes: `/easypost`. */
  path: string;
  routes: (send: SendWebhook) => Hono;
};

/** How many parcels an emulator knows. The oldest are forgotten first. */
export const parcelsMax = 50_000;

/** Adds an entry to a map, and forgets the oldest one of too many. */
export function remember<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.set(key, value);
  const oldest = map.keys().next().value;
  if (map.size > parcelsMax && oldest !== undefined) map.delete(oldest);
}

/** A carrier's number as carriers compare it. */
export const numberKey = (carrier: string, trackingNumber: string): string =>
  `${carrier} ${trackingNumber}`.replaceAll(/[-._/]/g, '').toLowerCase();
