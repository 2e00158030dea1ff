import { getTableColumns, getTableName, type InferSelectModel } from 'drizzle-orm';
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core';
import { statement, texts, type Transaction } from '@commerce-core/pg-pipeline';

// A lease lets one worker handle a due row outside of any transaction. Its end stands in the column that says when the
// row is due, so a row whose worker died becomes due again by itself.

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
 * @returns a function that claims up to `limit` rows of these providers, the longest due first, and returns them as
 * claimed
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
  return async (tx: Transaction, providers: readonly string[], leaseMs: number, limit: number) =>
    tx.query<InferSelectModel<T>>(claim, [texts(providers), leaseMs, limit]);
}
