import { getTableColumns, is } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { accepted, CommerceError, refused, type Outcome } from '../errors.ts';
import { keyReused, type IdempotencyKey, type StoredAnswer } from '../idempotency/idempotency-key.ts';

type DateFields<T> = { [F in keyof T]: Extract<T[F], Date> extends never ? never : F }[keyof T];

/** A table that has a column for each date of an answer, which is a row of this table and may have further fields. */
type DatedTable<T> = PgTable & { $inferSelect: Pick<T, DateFields<T>> };

/**
 * Where the dates of an answer are: in the columns of a table, and with `lists` in rows of other tables, by the
 * answer's field that holds these rows. No other field of the answer holds dates.
 */
export type AnswerTable<T> = DatedTable<T> | { table: DatedTable<T>; lists: Readonly<Record<string, PgTable>> };

const dateFields = new WeakMap<PgTable, readonly string[]>();

/** The names of a table's date columns. */
function dateFieldsOf(table: PgTable): readonly string[] {
  const known = dateFields.get(table);
  if (known) return known;
  const columns = Object.entries(getTableColumns(table));
  const fields = columns.flatMap(([field, { dataType }]) => (dataType === 'date' ? [field] : []));
  dateFields.set(table, fields);
  return fields;
}

/** The outcome of a further call of a stored key. Undefined while the key has no answer. */
export function outcomeOfStoredKey<T>(
  key: IdempotencyKey,
  stored: { fingerprint: Buffer; answer: StoredAnswer | null },
  table: AnswerTable<T>,
): Outcome<T> | undefined {
  if (!key.fingerprint.equals(stored.fingerprint)) return keyReused();
  return stored.answer ? replayedAnswer<T>(stored.answer, table) : undefined;
}

/** The outcome that was stored with a key. JSON has no dates, so the table says which texts were dates. */
export function replayedAnswer<T>(answer: StoredAnswer, table: AnswerTable<T>): Outcome<T> {
  if ('error' in answer) {
    const { code, message, details } = answer.error;
    // The constructor's parameters depend on the code, which is known at run time alone.
    return refused(Reflect.construct(CommerceError, [code, message, details]) as CommerceError);
  }
  // A procedure reads only answers that it has stored itself: the key's fingerprint contains the procedure's name.
  const stored = answer.value as Record<string, unknown>;
  if (is(table, PgTable)) return accepted(withDates(stored, table) as T);
  const value = withDates(stored, table.table);
  for (const [field, rowTable] of Object.entries(table.lists)) {
    const rows = value[field];
    // An answer that an older version stored has no such list.
    if (Array.isArray(rows)) value[field] = rows.map((row: Record<string, unknown>) => withDates(row, rowTable));
  }
  return accepted(value as T);
}

/** A stored row with its dates as dates. */
function withDates(stored: Record<string, unknown>, table: PgTable): Record<string, unknown> {
  const value = { ...stored };
  for (const field of dateFieldsOf(table)) {
    const text = value[field];
    if (typeof text === 'string') value[field] = new Date(text);
  }
  return value;
}
