import type { Checkpoint, TrackedParcel } from '@commerce-core/core/tracking';
import { z } from 'zod';
import { trackingOf } from './status.ts';

/**
 * The oldest events come first. `description`, `location` and `contact` are not asked for: they have names and
 * telephone numbers. https://tracker.delivery/docs/api-schema/queries/track
 */
export const trackQuery = `query Track($carrierId: ID!, $trackingNumber: String!, $after: String) {
  track(carrierId: $carrierId, trackingNumber: $trackingNumber) {
    events(first: 50, after: $after) {
      edges { node { time status { code name } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

const time = z
  .string()
  .max(40)
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d.*(Z|[+-]\d\d:?\d\d)$/)
  .transform((text) => new Date(text))
  .refine((date) => !Number.isNaN(date.getTime()))
  .nullable()
  .catch(null);
const code = z.string().regex(/^[A-Z_]{1,50}$/);
/** Such as 배송완료. */
const statusName = z
  .string()
  .regex(/^[\p{L}\p{N} ()/.,-]{1,50}$/u)
  .nullable()
  .catch(null);

const event = z.object({ time, status: z.object({ code, name: statusName }) });
export type TrackEvent = z.output<typeof event>;

/** An event without a readable status is left out. */
const edge = z
  .object({ node: event.nullable().catch(null) })
  .nullable()
  .catch(null);
const page = z.object({
  edges: z.array(edge).nullable(),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
});
/** null where tracker.delivery knows nothing of the number. */
export const trackData = z.object({ track: z.object({ events: page.nullable() }).nullable() });

type Page = z.output<typeof page> | null;

export const eventsOf = (found: Page): TrackEvent[] =>
  (found?.edges ?? []).flatMap((one) => (one?.node ? [one.node] : []));

/** Where the next page begins; null after the last one. */
export const nextCursor = (found: Page): string | null =>
  found?.pageInfo.hasNextPage ? (found.pageInfo.endCursor ?? null) : null;

/**
 * Events have no ids, so an id is made of what an event says: a later poll of the parcel repeats it. Events without a
 * time are numbered by their code, because their list only grows.
 */
export function checkpointsOf(
  { id, trackingNumber }: Pick<TrackedParcel, 'id' | 'trackingNumber'>,
  events: readonly TrackEvent[],
): Checkpoint[] {
  const byId = new Map<string, Checkpoint>();
  const timeless = new Map<string, number>();
  for (const { time: occurredAt, status } of events) {
    const number = (timeless.get(status.code) ?? 0) + 1;
    if (occurredAt === null) timeless.set(status.code, number);
    const when = occurredAt?.toISOString() ?? `no-time-${number}`;
    const checkpointId = `${id}:${trackingNumber}:${when}:${status.code}`;
    if (byId.has(checkpointId)) continue;
    const detail = status.name === null ? status.code : `${status.code}: ${status.name}`;
    byId.set(checkpointId, { checkpointId, tracking: trackingOf(status.code), occurredAt, detail });
  }
  return [...byId.values()];
}
