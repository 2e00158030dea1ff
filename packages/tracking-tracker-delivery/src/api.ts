import { z } from 'zod';
import type { GraphqlClient } from './graphql.ts';
import { eventsOf, nextCursor, trackData, type TrackEvent, trackQuery } from './track.ts';

/** Pages of 50 events. Parcels have about ten events; a list without an end is not read to its end. */
const pagesMax = 10;

const registerMutation = `mutation RegisterTrackWebhook($input: RegisterTrackWebhookInput!) {
  registerTrackWebhook(input: $input)
}`;
const registerData = z.object({ registerTrackWebhook: z.literal(true) });

/** A parcel as tracker.delivery names it. */
export type TrackedNumber = { carrierId: string; trackingNumber: string };

/** Returns the events of a parcel, oldest first; undefined when tracker.delivery doesn't know its number. */
export async function trackEvents(run: GraphqlClient, about: TrackedNumber): Promise<TrackEvent[] | undefined> {
  const events: TrackEvent[] = [];
  let after: string | null = null;
  for (let number = 1; number <= pagesMax; number += 1) {
    const data: z.output<typeof trackData> | undefined = await run(trackData, trackQuery, { ...about, after });
    if (!data?.track) return undefined;
    events.push(...eventsOf(data.track.events));
    after = nextCursor(data.track.events);
    if (after === null) break;
  }
  return events;
}

/** Asks for callbacks about a parcel until `expiresAt`. The same call again moves that time. */
export async function registerCallbacks(
  run: GraphqlClient,
  about: TrackedNumber,
  callbackUrl: string,
  expiresAt: Date,
): Promise<void> {
  const input = { ...about, callbackUrl, expirationTime: expiresAt.toISOString() };
  const data = await run(registerData, registerMutation, { input });
  // The carrier may know the number later, so this is no definite no.
  if (!data) throw new Error('tracker.delivery responded with NOT_FOUND');
}
