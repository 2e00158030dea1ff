import { getTableColumns, getTableName, type InferSelectModel } from 'drizzle-orm';
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core';
import { arrayOf, statement, texts, type Transaction } from '@commerce-core/pg-pipeline';

// A lease lets one worker handle a due row outside of any transaction. Its end stands in the column that says when the
// row is due, so a row whose worker died becomes due again by itself. A worker that is alive renews its leases.

/** How long a lease lasts unless it is renewed. Another worker takes the rows of a dead one over within 10 s. */
export const leaseMs = 8_000;

/** SQL for the end of a lease that begins now. `parameter` holds its length in ms, like `$2`. */
export const leaseEnd = (parameter: string): string => `now() + ${parameter}::integer * interval '1 millisecond'`;

/** A claimed row: its lease is known by the attempt and by the end of the lease. */
export type Leased = { attempts: number; dueAt: Date | null };

/** SQL that is true while a lease is held. The parameters $2 and $3 come from `leaseParameters`. */
export const leaseIsHeld = `"attempts" = $2 and "due_at" = $3`;

/** The parameters $2 and $3 of `leaseIsHeld`. */
export const leaseParameters = ({ attempts, dueAt }: Leased): [number, string | null] => [
  attempts,
  dueAt?.toISOString() ?? null,
];

type LeasableTable = PgTable & { provider: PgColumn; attempts: PgColumn; dueAt: PgColumn };

/**
 * A claim on the due rows of a table that has the columns `provider`, `attempts` and `due_at`. Claiming counts an
 * attempt and moves `due_at` to the end of the lease. Rows that another transaction is just claiming are skipped.
 * @param key the primary key's column
 * @param set further assignments, each with a leading comma
 * @param and a further condition on due rows, with a leading `and`
 * @returns a function that claims up to `limit` rows of these providers for `leaseMs`, the longest due first, and
 * returns them as claimed
 */
export function claiming<T extends LeasableTable>(table: T, key: PgColumn, { set = '', and = '' } = {}) {
  const name = `"${getTableConfig(table).schema}"."${getTableName(table)}"`;
  const columns = Object.entries(getTableColumns(table)).map(([field, column]) => `t."${column.name}" as "${field}"`);
  const claim = statement(
    `claim_${getTableName(table)}`,
    `
  update ${name} t set "attempts" = t."attempts" + 1, "due_at" = ${leaseEnd('$2')}${set}
  from (
    select "${key.name}" from ${name}
    where "due_at" <= now() and "provider" = any($1::text[]) ${and}
    order by "due_at" limit $3 for update skip locked
  ) due
  where t."${key.name}" = due."${key.name}" returning ${columns.join(', ')}`,
  );
  return async (tx: Transaction, providers: readonly string[], limit: number) =>
    tx.query<InferSelectModel<T>>(claim, [texts(providers), leaseMs, limit]);
}

/** A row that a worker has claimed, as a renewal needs it. */
export type RenewableLease = Leased & { key: string };

/**
 * A renewal of the leases of rows, for tables that have the columns `attempts` and `due_at`.
 * @param key the primary key's column
 * @returns a function that renews those of the leases that are still held, and returns their keys and new ends. Rows
 * that another transaction has locked are left out: that transaction finishes or claims them.
 */
export function renewing(table: PgTable, key: PgColumn) {
  const name = `"${getTableConfig(table).schema}"."${getTableName(table)}"`;
  const renew = statement(
    `renew_${getTableName(table)}`,
    `
  update ${name} t set "due_at" = ${leaseEnd('$4')}
  from (
    select r."${key.name}" from unnest($1::${key.getSQLType()}[], $2::integer[], $3::timestamptz[]) as held ("key",
      "attempts", "due_at")
    join ${name} r on r."${key.name}" = held."key" and r."attempts" = held."attempts" and r."due_at" = held."due_at"
    for update of r skip locked
  ) held
  where t."${key.name}" = held."${key.name}" returning t."${key.name}"::text as "key", t."due_at" as "dueAt"`,
  );
  const keysOf = arrayOf(key.getSQLType());
  return async (tx: Transaction, leases: readonly RenewableLease[]) =>
    tx.query<{ key: string; dueAt: Date }>(renew, [
      keysOf(leases.map((lease) => lease.key)),
      attemptsOf(leases.map(({ attempts }) => attempts)),
      timesOf(leases.map(({ dueAt }) => dueAt)),
      leaseMs,
    ]);
}

const attemptsOf = arrayOf('integer');
const timesOf = arrayOf('timestamp (3) with time zone');
