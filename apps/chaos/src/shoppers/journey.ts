import { setTimeout as sleep } from 'node:timers/promises';
import { present } from '../present.ts';
import type { Tracking, World } from '../shop/world.ts';

/** The carrier of the simulator, which sends messages about its parcels. */
export const trackedCarrier = 'Mock Post';

const ways = {
  arrives: ['PICKED_UP', 'MOVING', 'OUT_FOR_DELIVERY', 'DELIVERED'],
  arrivesLater: ['PICKED_UP', 'MOVING', 'ATTEMPT_FAILED', 'OUT_FOR_DELIVERY', 'DELIVERED'],
  wasInTrouble: ['PICKED_UP', 'PROBLEM', 'MOVING', 'DELIVERED'],
  waits: ['PICKED_UP', 'MOVING', 'AT_PICKUP_POINT'],
  comesBack: ['PICKED_UP', 'MOVING', 'RETURNING'],
} as const satisfies Record<string, readonly Tracking[]>;

const weights = { arrives: 50, arrivesLater: 16, wasInTrouble: 12, waits: 12, comesBack: 10 };
const stepMs = { least: 30, most: 500 };

/**
 * The carrier scans a parcel at each place of its way. Its messages may be lost, late, doubled or overtaken. Returns
 * the last place when the shop has what was sent.
 */
export async function sendOnJourney(
  { chance, carrier, scans }: World,
  key: string,
  number: { parcelId: string; carrier: string; trackingNumber: string },
): Promise<Tracking> {
  const way: readonly Tracking[] = ways[chance.weighed(`${key} journey`, weights)];
  const sending: Promise<void>[] = [];
  for (const [index, status] of way.entries()) {
    const scan = { ...number, status, at: new Date(), attempts: [] };
    scans.push(scan);
    sending.push(carrier.scan(scan).then((attempts) => void Object.assign(scan, { attempts })));
    await sleep(chance.whole(`${key} step ${index}`, stepMs.least, stepMs.most));
  }
  await Promise.all(sending);
  return present(way.at(-1), 'place');
}
