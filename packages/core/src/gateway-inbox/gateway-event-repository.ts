import { and, asc, count, desc, eq, getTableColumns, isNotNull, lte, type SQL } from 'drizzle-orm';
import {
  anyOf,
  texts,
  insertion,
  insertionUnless,
  update,
  statement,
  type Transaction,
} from '@commerce-core/pg-pipeline';
import { after, matches } from '../database/list-conditions.ts';
import type { PageRequest, Reader } from '../database/page.ts';
import { longestDue } from '../due-work/longest-due.ts';
import type { EventEffect, EventOutcome, GatewayEvent } from './gateway-event.ts';
import { gatewayEvents } from './tables.ts';

/** A row of the inbox without its raw body. */
export type InboxRow = GatewayEvent & {
  id: string;
  fingerprint: string;
  outcome: EventOutcome;
  effect: EventEffect | null;
  attempts: number;
  dueAt: Date | null;
  receivedAt: Date;
  decidedAt: Date | null;
};

export type NewInboxRow = InboxRow & { rawBody: Buffer | null };

const { rawBody: _rawBody, ...listed } = getTableColumns(gatewayEvents);

const insertFirst = insertion(gatewayEvents);
const insertUnlessThere = insertionUnless(gatewayEvents, '');

/**
 * Stores the first event of each provider and event id, with its outcome. This is the transaction's last lock, so
 * another transaction that stores an equal event has all of its locks and commits. After that commit this transaction
 * fails by `gateway_events_first` and runs again.
 */
export function insertFirstGatewayEvents(tx: Transaction, rows: readonly NewInboxRow[]): void {
  insertFirst(tx, rows.toSorted(byKey));
}

/** Inserts the events that aren't stored yet. Returns the ids that were inserted. */
export async function insertUnlessKnown(tx: Transaction, rows: readonly NewInboxRow[]): Promise<Set<string>> {
  return insertUnlessThere(tx, rows.toSorted(byKey));
}

// Two transactions that insert two equal keys in opposite order would deadlock.
const byKey = (a: Keyed, b: Keyed): number => (inboxKey(a) < inboxKey(b) ? -1 : 1);

type Keyed = { provider: string; providerEventId: string };

/** One string for a provider and an event id. */
export const inboxKey = ({ provider, providerEventId }: Keyed): string => `${provider} ${providerEventId}`;

export type FirstMessage = Keyed & Pick<InboxRow, 'id' | 'paymentId' | 'fingerprint' | 'outcome' | 'effect'>;

const firstByKey = statement(
  'first_gateway_events',
  `
  select t."id", t."provider", t."provider_event_id" as "providerEventId", t."payment_id" as "paymentId",
    t."fingerprint", t."outcome", t."effect"
  from unnest($1::text[], $2::text[]) as given ("provider", "id")
    cross join lateral (select * from "commerce"."gateway_events" g
    where g."provider" = given."provider" and g."provider_event_id" = given."id" and g."outcome" <> 'CONFLICT'
      limit 1) t`,
);

/** The stored first events of the given providers and event ids. */
export async function readFirstGatewayEvents(tx: Transaction, keys: readonly Keyed[]): Promise<FirstMessage[]> {
  return tx.query<FirstMessage>(firstByKey, [
    texts(keys.map(({ provider }) => provider)),
    texts(keys.map(({ providerEventId }) => providerEventId)),
  ]);
}

/** SQL that is true when an event is due for another attempt. */
export const someGatewayEventIsDue = `(select min("due_at") <= now() from "commerce"."gateway_events")`;

/** Locks up to `limit` events (among `ids`, if given) that are due for another attempt. Locked rows are skipped. */
export async function lockDueGatewayEvents(
  tx: Transaction,
  limit: number,
  ids?: readonly string[],
): Promise<InboxRow[]> {
  const { id, dueAt } = gatewayEvents;
  const isDue = and(lte(dueAt, tx.now), ids && anyOf(id, ids));
  return tx.db
    .select(listed)
    .from(gatewayEvents)
    .where(longestDue(tx, { table: gatewayEvents, id, dueAt, isDue, limit }))
    .orderBy(asc(gatewayEvents.id))
    .for('update', { skipLocked: true });
}

export const updateGatewayEvents = update(gatewayEvents, 'id', [
  'paymentId',
  'outcome',
  'effect',
  'attempts',
  'dueAt',
  'decidedAt',
]);

export type GatewayEventFilter = {
  provider?: string | undefined;
  outcome?: EventOutcome | undefined;
  paymentId?: string | undefined;
};

/** Events without their raw bodies, the newest first. */
export async function listGatewayEvents(
  reader: Reader,
  { provider, outcome, paymentId }: GatewayEventFilter,
  { cursor, limit }: PageRequest,
): Promise<InboxRow[]> {
  return reader
    .select(listed)
    .from(gatewayEvents)
    .where(
      and(
        matches(gatewayEvents.provider, provider),
        matches(gatewayEvents.outcome, outcome),
        matches(gatewayEvents.paymentId, paymentId),
        after(gatewayEvents.id, cursor),
      ),
    )
    .orderBy(desc(gatewayEvents.id))
    .limit(limit);
}

/** An event with its raw body as it arrived. */
export async function readGatewayEvent(reader: Reader, id: string): Promise<NewInboxRow | undefined> {
  const [row] = await reader.select().from(gatewayEvents).where(eq(gatewayEvents.id, id));
  return row;
}

/** Locks one event and returns it without its raw body. */
export async function lockGatewayEvent(tx: Transaction, id: string): Promise<InboxRow | undefined> {
  const [row] = await tx.db.select(listed).from(gatewayEvents).where(eq(gatewayEvents.id, id)).for('update');
  return row;
}

/** Counts events that wait for another attempt and events that are PARKED, each up to `max`. */
export async function countWaitingGatewayEvents(
  reader: Reader,
  max: number,
): Promise<{ waiting: number; parked: number }> {
  const countOf = async (of: SQL) => {
    const some = reader.select({ id: gatewayEvents.id }).from(gatewayEvents).where(of).limit(max).as('some');
    const [counted] = await reader.select({ rows: count() }).from(some);
    return counted?.rows ?? 0;
  };
  const [waiting, parked] = await Promise.all([
    countOf(isNotNull(gatewayEvents.dueAt)),
    countOf(eq(gatewayEvents.outcome, 'PARKED')),
  ]);
  return { waiting, parked };
}
