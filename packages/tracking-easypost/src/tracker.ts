import { type Checkpoint, isEventId, type TrackingReport } from '@commerce-core/core/tracking';
import { z } from 'zod';
import { trackingOf } from './status.ts';

const checkpointsMax = 500;

/** A value of EasyPost's enumerations, also one that is new. Everything else becomes null. */
const word = z
  .string()
  .regex(/^[a-z_]{1,80}$/)
  .nullable()
  .catch(null);
/** A time with an offset, or in UTC without one: https://docs.easypost.com/docs/trackers. */
const time = z
  .string()
  .max(40)
  .regex(/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/)
  .transform((text) => new Date(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`))
  .refine((date) => !Number.isNaN(date.getTime()))
  .nullable()
  .catch(null);

/**
 * A detail without a readable status is left out. `message`, `tracking_location` and `signed_by` are not read: they may
 * have names and addresses.
 */
const trackingDetail = z
  .object({ status: word, status_detail: word, datetime: time })
  .catch({ status: null, status_detail: null, datetime: null });

const name = z.string().trim().min(1).max(100);

/** The fields of a Tracker that this adapter reads. https://docs.easypost.com/docs/trackers */
export const easyPostTracker = z.object({
  object: z.literal('Tracker').optional(),
  id: z.string().max(100).refine(isEventId),
  tracking_code: name,
  /** null until EasyPost has found out which carrier a number is of. */
  carrier: name.nullish(),
  status: word,
  status_detail: word,
  updated_at: time,
  tracking_details: z.array(trackingDetail).nullish(),
});
export type EasyPostTracker = z.output<typeof easyPostTracker>;

/** Returns what a tracker states; undefined when it names no carrier. */
export function trackingReport(tracker: EasyPostTracker): TrackingReport | undefined {
  const { id, carrier, tracking_code: trackingNumber } = tracker;
  if (!carrier) return undefined;
  const all = oldestFirst([...detailCheckpoints(tracker), ...statusCheckpoint(tracker)]);
  const checkpoints = [...new Map(all.map((checkpoint) => [checkpoint.checkpointId, checkpoint])).values()];
  return { carrier, trackingNumber, providerRef: id, checkpoints: checkpoints.slice(-checkpointsMax) };
}

function detailCheckpoints({ id, tracking_details: details }: EasyPostTracker): Checkpoint[] {
  return (details ?? []).flatMap(({ status, status_detail: detail, datetime }) =>
    status === null ? [] : [checkpoint(id, status, detail, datetime)],
  );
}

/** Some carriers state a status without a detail that has it. `unknown` without a detail states nothing. */
function statusCheckpoint({ id, ...tracker }: EasyPostTracker): Checkpoint[] {
  const { status, status_detail: detail, updated_at: updatedAt, tracking_details: details } = tracker;
  const isStated = details?.some((one) => one.status === status) ?? false;
  return isStated || status === null || status === 'unknown' ? [] : [checkpoint(id, status, detail, updatedAt)];
}

/** Details have no ids, so the id is made of what a detail says: a later webhook and a poll repeat it. */
function checkpoint(trackerId: string, status: string, detail: string | null, at: Date | null): Checkpoint {
  return {
    checkpointId: `${trackerId}:${at?.toISOString() ?? 'no-time'}:${status}:${detail ?? ''}`,
    tracking: trackingOf(status, detail),
    occurredAt: at,
    detail: detail === null || detail === status ? status : `${status}: ${detail}`,
  };
}

/** A checkpoint without a time stays behind the one that EasyPost lists before it. */
function oldestFirst(checkpoints: readonly Checkpoint[]): Checkpoint[] {
  let latest = Number.NEGATIVE_INFINITY;
  const timed = checkpoints.map((one) => ({ one, at: (latest = one.occurredAt?.getTime() ?? latest) }));
  return timed.toSorted((a, b) => a.at - b.at || 0).map(({ one }) => one);
}
