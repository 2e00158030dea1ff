import { and, desc, eq, getTableColumns } from 'drizzle-orm';
import { insertion, sqlState, type Database } from '@commerce-core/pg-pipeline';
import { after, matches } from '../database/list-conditions.ts';
import type { PageRequest, Reader } from '../database/page.ts';
import type { Attempt, AttemptStatus } from './delivery.ts';
import { webhookAttempts } from './tables.ts';
import { epochOf } from './webhook-endpoint-repository.ts';

/** Adds attempts. One that is there already was added by a transaction whose answer got lost. */
export const insertAttempts = insertion(webhookAttempts, [], 'on conflict do nothing');

/** Attempts of an endpoint, the newest first. */
export async function listAttempts(
  reader: Reader,
  {
    endpointId,
    status,
    eventId,
  }: { endpointId: string; status?: AttemptStatus | undefined; eventId?: string | undefined },
  { cursor, limit }: PageRequest,
): Promise<(Attempt & { epoch: number })[]> {
  const { id } = webhookAttempts;
  return reader
    .select({ ...getTableColumns(webhookAttempts), epoch: epochOf(webhookAttempts.position) })
    .from(webhookAttempts)
    .where(
      and(
        eq(webhookAttempts.endpointId, endpointId),
        matches(webhookAttempts.status, status),
        matches(webhookAttempts.eventId, eventId),
        after(id, cursor),
      ),
    )
    .orderBy(desc(id))
    .limit(limit);
}

const dayMs = 24 * 60 * 60_000;
const keptDays = 14;
// Today, tomorrow, and a day in which the database can't be reached.
const daysAhead = 2;

const nameOf = (day: number): string =>
  `webhook_attempts_${new Date(day * dayMs).toISOString().slice(0, 10).replaceAll('-', '')}`;

/** The smallest id (UUID v7) of a day: its first 48 bits are milliseconds. */
function firstIdOf(day: number): string {
  const hex = (day * dayMs).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** Creates the partitions for today and the next two days. Days are UTC. */
export async function createAttemptPartitions({ pool }: Pick<Database, 'pool'>, now: number): Promise<void> {
  const today = Math.floor(now / dayMs);
  for (let day = today; day <= today + daysAhead; day += 1) {
    try {
      await pool.query(`create table if not exists "commerce"."${nameOf(day)}"
        partition of "commerce"."webhook_attempts" for values from ('${firstIdOf(day)}') to ('${firstIdOf(day + 1)}')`);
    } catch (error) {
      // Another process is just creating it: 42P07 duplicate_table, 42P17 the ranges would overlap, 23505 pg_class.
      if (!['42P07', '42P17', '23505'].includes(sqlState(error) ?? '')) throw error;
    }
  }
}

/** Drops the partitions of days that are more than two weeks old. Returns how many. */
export async function dropOldAttemptPartitions({ pool }: Pick<Database, 'pool'>, now: number): Promise<number> {
  const { rows } = await pool.query<{ name: string }>(`
    select c.relname as name from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
    where i.inhparent = '"commerce"."webhook_attempts"'::regclass`);
  const oldest = nameOf(Math.floor(now / dayMs) - keptDays);
  const old = rows.filter(({ name }) => /^webhook_attempts_\d{8}$/.test(name) && name < oldest);
  for (const { name } of old) await pool.query(`drop table if exists "commerce"."${name}"`);
  return old.length;
}
