import { and, asc, eq, gt } from 'drizzle-orm';
import type { Reader } from '../database/page.ts';
import { insertion, type Transaction } from '@commerce-core/pg-pipeline';
import type { AggregateType, Event } from './event.ts';
import { events } from './tables.ts';

const insert = insertion(events, ['xid', 'traceparent', 'actor']);
const insertAll = insertion(events, ['xid']);

/**
 * The job that numbers events. A commit of events wakes it in its process, so that they get their positions at once.
 */
export const eventsRecorded = 'number_events';

/** Appends events. The database adds the id of the transaction to each. */
export function insertEvents(tx: Transaction, rows: readonly Event[]): void {
  if (rows.length > 0) tx.notify(eventsRecorded);
  if (rows.some(hasMore)) insertAll(tx, rows);
  else insert(tx, rows);
}

const hasMore = ({ traceparent, actor }: Event): boolean => traceparent !== null || actor !== null;

/** Reads up to `limit` events of one aggregate whose version is above `after`, the oldest first. */
export async function readEvents(
  reader: Reader,
  aggregatetype: AggregateType,
  aggregateid: string,
  after: number,
  limit: number,
): Promise<Omit<Event, 'aggregatetype' | 'aggregateid' | 'traceparent'>[]> {
  const { id, version, type, payload, createdAt, actor } = events;
  return reader
    .select({ id, version, type, payload, createdAt, actor })
    .from(events)
    .where(and(eq(events.aggregatetype, aggregatetype), eq(events.aggregateid, aggregateid), gt(events.version, after)))
    .orderBy(asc(events.version))
    .limit(limit);
}
