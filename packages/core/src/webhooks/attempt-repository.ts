import { and, desc, eq, getTableColumns, sql } from 'drizzle-orm';
import { insertion, statement, type Database, type Transaction } from '@commerce-core/pg-pipeline';
import { after, matches } from '../database/list-conditions.ts';
import type { PageRequest, Reader } from '../database/page.ts';
import { timeOver } from '../due-work/time-over.ts';
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
// Today, tomorrow, and a day in which the database can't be reached.
const daysAhead = 2;

const nameOf = (day: number): string =>
  `webhook_attempts_${new Date(day * dayMs).toISOString().slice(0, 10).replaceAll('-', '')}`;

/** The smallest id (UUID v7) of a day: its first 48 bits are milliseconds. */
function firstIdOf(day: number): string {
  const hex = (day * dayMs).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/**
 * Creates the partitions for today and the next two days. Days are UTC. Readers and writers of the table go on
 * meanwhile: to attach a partition locks out neither, while to create it as a partition waits for all of them.
 */
export async function createAttemptPartitions({ pool }: Pick<Database, 'pool'>, now: number): Promise<void> {
  const today = Math.floor(now / dayMs);
  const days = Array.from({ length: daysAhead + 1 }, (_, ahead) => today + ahead);
  for (const day of await missingOf(pool, days)) {
    try {
      await createPartition(pool, day);
    } catch (error) {
      // PostgreSQL has many words for a table that another process is just creating. Then it is there by now.
      if ((await missingOf(pool, [day])).length > 0) throw error;
    }
  }
}

/** The days that have no partition. */
async function missingOf(pool: Database['pool'], days: readonly number[]): Promise<number[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select name from unnest($1::text[]) as name where to_regclass('"commerce".' || name) is null`,
    [days.map(nameOf)],
  );
  const missing = new Set(rows.map(({ name }) => name));
  return days.filter((day) => missing.has(nameOf(day)));
}

async function createPartition(pool: Database['pool'], day: number): Promise<void> {
  const table = `"commerce"."${nameOf(day)}"`;
  // Both statements are one transaction.
  await pool.query(`
    create table ${table} (like "commerce"."webhook_attempts" including defaults including constraints);
    alter table "commerce"."webhook_attempts" attach partition ${table}
      for values from ('${firstIdOf(day)}') to ('${firstIdOf(day + 1)}')`);
}

// Dropping a partition locks the whole table for a moment. Behind a drop that waits for a long reader, such as the
// doctor, new attempts would wait, too. So the drop gives up soon, and the next turn tries again.
const dropLockTimeout = '100ms';
// A month of days: the locks of one transaction.
const droppedMax = 31;

const oldDays = statement(
  'old_days_of_webhook_attempts',
  `
  select c.relname::text as "name" from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
  where i.inhparent = '"commerce"."webhook_attempts"'::regclass and c.relname ~ '^webhook_attempts_\\d{8}$'
    and c.relname < 'webhook_attempts_' || to_char(${timeOver('$1')} at time zone 'UTC', 'YYYYMMDD')
  order by c.relname limit ${droppedMax}`,
);

/**
 * Drops the partitions of days that ended more than `keepMs` ago, at most 31. Drops none while another transaction
 * reads the table for longer than 100 ms.
 * @returns how many days were dropped, and whether there may be more
 */
export async function dropOldAttemptPartitions(
  tx: Transaction,
  keepMs: number,
): Promise<{ removed: number; isFull: boolean }> {
  const readOld = async () => (await tx.query<{ name: string }>(oldDays, [keepMs])).map(({ name }) => name);
  const old = await readOld();
  if (old.length === 0) return { removed: 0, isFull: false };
  await tx.db.execute(sql.raw(`set local lock_timeout = '${dropLockTimeout}'`));
  const tables = old.map((name) => `"commerce"."${name}"`).join(', ');
  await tx.db.execute(
    sql.raw(`do $$ begin drop table if exists ${tables}; exception when lock_not_available then null; end $$`),
  );
  const left = new Set(await readOld());
  const removed = old.filter((name) => !left.has(name)).length;
  return { removed, isFull: removed === droppedMax };
}

/** SQL for the end of the oldest day that has a partition; null without one. */
export const oldestAttemptDayEnd = `(
    select (to_date(right(min(c.relname::text), 8), 'YYYYMMDD') + 1)::timestamp at time zone 'UTC'
    from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
    where i.inhparent = '"commerce"."webhook_attempts"'::regclass and c.relname ~ '^webhook_attempts_\\d{8}$')`;
