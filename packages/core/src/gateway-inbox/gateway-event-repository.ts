import { and, asc, count, desc, eq, inArray, isNotNull, lt, lte, type SQL } from 'drizzle-orm';
import { getTableColumns } from 'drizzle-orm';
import {
  anyOf,
  texts,
  insertion,
  insertionUnless,
  update,
  statement,
  type Transaction,
} from '@commerce-core/pg-pipeline';
import type { Reader } from '../database/page.ts';
import type { EventEffect, EventOutcome, GatewayEvent } from './gateway-event.ts';
import { gatewayEvents } from './tables.ts';

/** A row of the inbox, without the raw body. */
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
 * Stores messages that haven't come before with what became of them, as the transaction's last lock: whoever is storing an
 * equal message has all its locks already and commits. An equal one that committed meanwhile fails the transaction by
 * `gateway_events_first`, and it runs again.
 */
export function insertFirstGatewayEvents(tx: Transaction, rows: readonly NewInboxRow[]): void {
  insertFirst(tx, rows.toSorted(byKey));
}

/** Inserts messages that contradict an earlier one, each content once, and answers the ids of what was inserted. */
export async function insertConflictingGatewayEvents(
  tx: Transaction,
  rows: readonly NewInboxRow[],
): Promise<Set<string>> {
  return insertUnlessKnown(tx, rows);
}

/** Inserts the messages that aren't there yet, and answers the ids of those. */
export async function insertUnlessKnown(tx: Transaction, rows: readonly NewInboxRow[]): Promise<Set<string>> {
  return insertUnlessThere(tx, rows.toSorted(byKey));
}

// Two transactions that insert two equal keys in opposite order would wait for each other.
const byKey = (a: Keyed, b: Keyed): number => (inboxKey(a) < inboxKey(b) ? -1 : 1);

type Keyed = { provider: string; providerEventId: string };

/** A key that equals for equal provider and event id. */
export const inboxKey = ({ provider, providerEventId }: Keyed): string => `${provider} ${providerEventId}`;

export type FirstMessage = Keyed & Pick<InboxRow, 'id' | 'paymentId' | 'fingerprint' | 'outcome' | 'effect'>;

const firstByKey = statement(
  'first_gateway_events',
  `
  select t."id", t."provider", t."provider_event_id" as "providerEventId", t."payment_id" as "paymentId", t."fingerprint", t."outcome", t."effect"
  from unnest($1::text[], $2::text[]) as given ("provider", "id") cross join lateral (select * from "commerce"."gateway_events" g
    where g."provider" = given."provider" and g."provider_event_id" = given."id" and g."outcome" <> 'CONFLICT' limit 1) t`,
);

/** The first message of each given provider and event id, as far as any has come. */
export async function readFirstGatewayEvents(tx: Transaction, keys: readonly Keyed[]): Promise<FirstMessage[]> {
  return tx.query<FirstMessage>(firstByKey, [
    texts(keys.map(({ provider }) => provider)),
    texts(keys.map(({ providerEventId }) => providerEventId)),
  ]);
}

/** Locks up to `limit` messages (of `ids`) that are due for another try; those of other processes are left to them. */
export async function lockDueGatewayEvents(
  tx: Transaction,
  limit: number,
  ids?: readonly string[],
): Promise<InboxRow[]> {
  const due = tx.db
    .select({ id: gatewayEvents.id })
    .from(gatewayEvents)
    .where(and(lte(gatewayEvents.dueAt, tx.now), ids && anyOf(gatewayEvents.id, ids)))
    .orderBy(asc(gatewayEvents.dueAt))
    .limit(limit);
  return tx.db
    .select(listed)
    .from(gatewayEvents)
    .where(and(inArray(gatewayEvents.id, due), lte(gatewayEvents.dueAt, tx.now)))
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

export async function listGatewayEvents(
  reader: Reader,
  { provider, outcome, paymentId }: GatewayEventFilter,
  cursor: string | undefined,
  limit: number,
): Promise<InboxRow[]> {
  return reader
    .select(listed)
    .from(gatewayEvents)
    .where(
      and(
        provider === undefined ? undefined : eq(gatewayEvents.provider, provider),
        outcome === undefined ? undefined : eq(gatewayEvents.outcome, outcome),
        paymentId === undefined ? undefined : eq(gatewayEvents.paymentId, paymentId),
        cursor === undefined ? undefined : lt(gatewayEvents.id, cursor),
      ),
    )
    .orderBy(desc(gatewayEvents.id))
    .limit(limit);
}

/** A message with its raw body, as it came. */
export async function readGatewayEvent(reader: Reader, id: string): Promise<NewInboxRow | undefined> {
  const [row] = await reader.select().from(gatewayEvents).where(eq(gatewayEvents.id, id));
  return row;
}

/** Locks one message, without its raw body. */
export async function lockGatewayEvent(tx: Transaction, id: string): Promise<InboxRow | undefined> {
  const [row] = await tx.db.select(listed).from(gatewayEvents).where(eq(gatewayEvents.id, id)).for('update');
  return row;
}

/** Messages that wait for another try, and those that had their last in vain; each counted up to `max`. */
export async function countWaitingGatewayEvents(
  reader: Reader,
  max: number,
): Promise<{ waiting: number; parked: number }> {
  const countOf = async (of: SQL) => {
    const some = reader.select({ id: gatewayEvents.id }).from(gatewayEvents).where(of).limit(max).as('some');
    return (await reader.select({ rows: count() }).from(some))[0]!.rows;
  };
  const [waiting, parked] = await Promise.all([
    countOf(isNotNull(gatewayEvents.dueAt)),
    countOf(eq(gatewayEvents.outcome, 'PARKED')),
  ]);
  return { waiting, parked };
}
