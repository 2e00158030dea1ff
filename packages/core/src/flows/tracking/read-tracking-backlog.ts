import type { Reader } from '../../database/page.ts';
import { countDueParcels } from '../../shipping/tracked-parcel-repository.ts';
import { countWaitingTrackingMessages } from '../../shipping/tracking-message-repository.ts';
import type { ConfiguredTracking } from './configured-tracking.ts';

/** Work that waits between shop and carriers; each number up to 10,000. */
export type TrackingBacklog = { messagesWaiting: number; messagesParked: number; parcelsDue: number };

// Counting a backlog must stay cheap while the backlog is large.
const backlogMax = 10_000;

export async function readTrackingBacklog(reader: Reader, { byName }: ConfiguredTracking): Promise<TrackingBacklog> {
  const [messages, parcelsDue] = await Promise.all([
    countWaitingTrackingMessages(reader, backlogMax),
    // Without a provider, every parcel stays due and nothing waits for one.
    byName.size > 0 ? countDueParcels(reader, backlogMax) : 0,
  ]);
  return { messagesWaiting: messages.waiting, messagesParked: messages.parked, parcelsDue };
}
