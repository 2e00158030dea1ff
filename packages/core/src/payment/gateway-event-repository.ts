import { and, asc, desc, eq, inArray, lt, lte, ne, sql } from 'drizzle-orm';
import { getTableColumns } from 'drizzle-orm';
import type { Reader } from '../database/page.ts';
import { insertionUnless, update } from '../database/rows.ts';
import type { Transaction } from '../database/transaction.ts';
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

const insertFirst = insertionUnless(gatewayEvents, '', ['receivedAt', 'dueAt']);
const insertConflicts = insertionUnless(gatewayEvents, '');

/**
 * Inserts messages that haven't come before, received and due now, in the order of provider and event id, and answers the
 * ids of what was inserted. An equal message that another transaction is just storing is waited for.
 */
export async function insertFirstGatewayEvents(
  tx: Transaction,
  rows: readonly Omit<NewInboxRow, 'receivedAt' | 'dueAt'>[],
): Promise<Set<string>> {
  return insertFirst(tx, rows.toSorted(byKey));
}

/** Inserts messages that contradict an earlier one, each content once, and answers the ids of what was inserted. */
export async function insertConflictingGatewayEvents(tx: Transaction, rows: readonly NewInboxRow[]): Promise<Set<string>> {
  return insertConflicts(tx, rows.toSorted(byKey));
}

// Two transactions that insert two equal keys in opposite order would wait for each other.
const byKey = (a: Keyed, b: Keyed): number => (inboxKey(a) < inboxKey(b) ? -1 : 1);

type Keyed = { provider: string; providerEventId: string };

/** A key that equals for equal provider and event id. */
export const inboxKey = ({ provider, providerEventId }: Keyed): string =>
  `${provider} ${providerEventId}`;

/** The first message of each given provider and event id. */
export async function readFirstGatewayEvents(
  reader: Reader,
  keys: readonly { provider: string; providerEventId: string }[],
): Promise<InboxRow[]> {
  if (keys.length === 0) return [];
  const providers = sql.param(keys.map(({ provider }) => provider));
  const ids = sql.param(keys.map(({ providerEventId }) => providerEventId));
  return reader.select(listed).from(gatewayEvents).where(and(
    sql`(${gatewayEvents.provider}, ${gatewayEvents.providerEventId}) in (select * from unnest(${providers}::text[], ${ids}::text[]))`,
    ne(gatewayEvents.outcome, 'CONFLICT'),
  ));
}

/** Locks up to `limit` messages that are due for another try; those of other processes are left to them. */
export async function lockDueGatewayEvents(tx: Transaction, limit: number): Promise<InboxRow[]> {
  const due = tx.db.select({ id: gatewayEvents.id }).from(gatewayEvents)
    .where(lte(gatewayEvents.dueAt, tx.now)).orderBy(asc(gatewayEvents.dueAt)).limit(limit);
  return tx.db.select(listed).from(gatewayEvents)
    .where(and(inArray(gatewayEvents.id, due), lte(gatewayEvents.dueAt, tx.now)))
    .orderBy(asc(gatewayEvents.id)).for('update', { skipLocked: true });
}

export const updateGatewayEvents = update(gatewayEvents, 'id', ['outcome', 'effect', 'attempts', 'dueAt', 'decidedAt']);

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
  return reader.select(listed).from(gatewayEvents).where(and(
    provider === undefined ? undefined : eq(gatewayEvents.provider, provider),
    outcome === undefined ? undefined : eq(gatewayEvents.outcome, outcome),
    paymentId === undefined ? undefined : eq(gatewayEvents.paymentId, paymentId),
    cursor === undefined ? undefined : lt(gatewayEvents.id, cursor),
  )).orderBy(desc(gatewayEvents.id)).limit(limit);
}
