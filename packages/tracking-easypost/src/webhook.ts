import { CommerceError, isEventId, parseBody, type TrackingMessage } from '@commerce-core/core/tracking';
import { z } from 'zod';
import { easyPostTracker, trackingReport } from './tracker.ts';

/** https://docs.easypost.com/docs/events */
const easyPostEvent = z.object({ id: z.string().refine(isEventId), description: z.string(), result: z.unknown() });

const trackerEvents: readonly string[] = ['tracker.created', 'tracker.updated'];

/**
 * Reads a webhook whose signature fits. Events about other objects have no reports.
 * @throws malformed_event when the body is no event, or a tracker event without a tracker
 */
export function readEasyPostEvent(rawBody: Buffer): TrackingMessage {
  const event = easyPostEvent.safeParse(parseBody(rawBody));
  if (!event.success) throw malformed();
  const { id: eventId, description, result } = event.data;
  if (!trackerEvents.includes(description)) return { eventId, reports: [], changed: [] };
  const tracker = easyPostTracker.safeParse(result);
  if (!tracker.success) throw malformed();
  const report = trackingReport(tracker.data);
  return { eventId, reports: report ? [report] : [], changed: [] };
}

const malformed = () => new CommerceError('malformed_event', "the event is not one of this provider's");
