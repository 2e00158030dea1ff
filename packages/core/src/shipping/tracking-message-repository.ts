import { and, asc, count, desc, eq, getTableColumns, isNotNull, lte, ne, type SQL } from 'drizzle-orm';
import { insertion, insertionUnless, statement, texts, update, type Transaction } from '@commerce-core/pg-pipeline';
import { after, matches } from '../database/list-conditions.ts';
import type { PageRequest, Reader } from '../database/page.ts';
import { timeOver } from '../due-work/time-over.ts';
import { comparable } from './carrier.ts';
import type { MessageOutcome, TrackingMessageRow } from './tracking-message.ts';
import { trackingMessages } from './tables.ts';

export type NewTrackingMessage = TrackingMessageRow & { rawBody: Buffer | null };

const { rawBody: _rawBody, ...listed } = getTableColumns(trackingMessages);

/** The job that tries messages again. */
export const retryTrackingMessagesJob = 'retry_tracking_messages';

/** Fails by `tracking_messages_first` when another transaction stored an equal message first; the next run finds it. */
export const insertFirstMessage = insertion(trackingMessages);

/** Stores a message unless its id, or for a CONFLICT its content, is stored already. Returns the inserted ids. */
export const insertMessageUnlessKnown = insertionUnless(trackingMessages, '');

/** The first message with this id of a provider, without its raw body. */
export async function readFirstMessage(
  tx: Transaction,
  { provider, eventId }: Pick<TrackingMessageRow, 'provider' | 'eventId'>,
): Promise<TrackingMessageRow | undefined> {
  const { provider: ofProvider, eventId: ofEvent, outcome } = trackingMessages;
  const isFirst = and(eq(ofProvider, provider), eq(ofEvent, eventId), ne(outcome, 'CONFLICT'));
  const [first] = await tx.db.select(listed).from(trackingMessages).where(isFirst);
  return first;
}

/** SQL that is true when a message is due for another attempt. */
export const someTrackingMessageIsDue = `(select min("due_at") <= now() from "commerce"."tracking_messages")`;

/** The ids of up to `limit` messages that have been due the longest. */
export async function readDueMessages(tx: Transaction, limit: number): Promise<string[]> {
  const due = await tx.db
    .select({ id: trackingMessages.id })
    .from(trackingMessages)
    .where(lte(trackingMessages.dueAt, tx.now))
    .orderBy(asc(trackingMessages.dueAt))
    .limit(limit);
  return due.map(({ id }) => id);
}

/** Locks a message that is due; undefined when it isn't due any more, or another transaction has locked it. */
export async function lockDueMessage(tx: Transaction, id: string): Promise<TrackingMessageRow | undefined> {
  const [row] = await tx.db
    .select(listed)
    .from(trackingMessages)
    .where(and(eq(trackingMessages.id, id), lte(trackingMessages.dueAt, tx.now)))
    .for('update', { skipLocked: true });
  return row;
}

/** Locks one message and returns it without its raw body. */
export async function lockMessage(tx: Transaction, id: string): Promise<TrackingMessageRow | undefined> {
  const [row] = await tx.db.select(listed).from(trackingMessages).where(eq(trackingMessages.id, id)).for('update');
  return row;
}

export const updateMessages = update(trackingMessages, 'id', ['outcome', 'attempts', 'dueAt', 'decidedAt']);

const wake = statement(
  'wake_tracking_messages',
  `
  update "commerce"."tracking_messages" set "due_at" = now() where "id" in (
    select m."id" from unnest($1::text[]) as given ("number") join "commerce"."tracking_messages" m
      on m."outcome" = 'UNMATCHED' and m."reports" @> jsonb_build_array(jsonb_build_object('number', given."number"))
    for update of m skip locked)`,
);

/** Has the messages that wait for a parcel with one of these numbers tried again after the commit. */
export function wakeMessages(tx: Transaction, numbers: readonly string[]): void {
  if (numbers.length === 0) return;
  tx.send(wake, [texts(numbers.map(comparable))]);
  tx.notify(retryTrackingMessagesJob);
}

export type TrackingMessageFilter = { provider?: string | undefined; outcome?: MessageOutcome | undefined };

/** Messages without their raw bodies, the newest first. */
export async function listTrackingMessages(
  reader: Reader,
  { provider, outcome }: TrackingMessageFilter,
  { cursor, limit }: PageRequest,
): Promise<TrackingMessageRow[]> {
  return reader
    .select(listed)
    .from(trackingMessages)
    .where(
      and(
        matches(trackingMessages.provider, provider),
        matches(trackingMessages.outcome, outcome),
        after(trackingMessages.id, cursor),
      ),
    )
    .orderBy(desc(trackingMessages.id))
    .limit(limit);
}

/** Counts messages that wait for another attempt, and PARKED ones, each up to `max`. */
export async function countWaitingTrackingMessages(
  reader: Reader,
  max: number,
): Promise<{ waiting: number; parked: number }> {
  const countOf = async (of: SQL) => {
    const some = reader.select({ id: trackingMessages.id }).from(trackingMessages).where(of).limit(max).as('some');
    const [counted] = await reader.select({ rows: count() }).from(some);
    return counted?.rows ?? 0;
  };
  const [waiting, parked] = await Promise.all([
    countOf(isNotNull(trackingMessages.dueAt)),
    countOf(eq(trackingMessages.outcome, 'PARKED')),
  ]);
  return { waiting, parked };
}

/** A message with its raw body as it arrived. */
export async function readTrackingMessage(reader: Reader, id: string): Promise<NewTrackingMessage | undefined> {
  const [row] = await reader.select().from(trackingMessages).where(eq(trackingMessages.id, id));
  return row;
}

const clearBodies = statement(
  'clear_tracking_message_bodies',
  `
  update "commerce"."tracking_messages" set "raw_body" = null where "id" in (
    select "id" from "commerce"."tracking_messages"
    where "raw_body" is not null and "decided_at" <= ${timeOver('$1')} order by "decided_at" limit $2
      for update skip locked)
  returning "id"`,
);

/** Removes the raw bodies of up to `limit` messages that were decided more than `keepMs` ago. Returns how many. */
export async function clearTrackingMessageBodies(tx: Transaction, keepMs: number, limit: number): Promise<number> {
  return (await tx.query(clearBodies, [keepMs, limit])).length;
}

/** SQL for the time from which the oldest raw body counts; null without one. */
export const oldestMessageBodyFrom = `(select min("decided_at") from "commerce"."tracking_messages"
    where "raw_body" is not null)`;
