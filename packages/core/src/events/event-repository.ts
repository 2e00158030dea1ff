import { and, asc, eq, gt } from 'drizzle-orm';
import type { Reader } from '../database/page.ts';
import { insertion } from '@commerce-core/pg-pipeline';
import type { AggregateType, Event } from './event.ts';
import { events } from './tables.ts';

/** Appends events. The database adds the id of the transaction to each. */
export const insertEvents = insertion(events, ['xid']);

/** Reads up to `limit` events of one aggregate whose version is above `after`, the oldest first. */
export async function readEvents(
  reader: Reader,
  aggregatetype: AggregateType,
  aggregateid: string,
  after: number,
  limit: number,
): Promise<Omit<Event, 'aggregatetype' | 'aggregateid'>[]> {
  const { id, version, type, payload, createdAt } = events;
  return reader
    .select({ id, version, type, payload, createdAt })
    .from(events)
    .where(and(eq(events.aggregatetype, aggregatetype), eq(events.aggregateid, aggregateid), gt(events.version, after)))
    .orderBy(asc(events.version))
    .limit(limit);
}
