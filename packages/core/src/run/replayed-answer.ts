import { getTableColumns } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { accepted, CommerceError, refused, type Outcome } from '../errors.ts';
import { keyReused, type IdempotencyKey, type StoredAnswer } from '../idempotency/idempotency-key.ts';

type DateFields<T> = { [F in keyof T]: Extract<T[F], Date> extends never ? never : F }[keyof T];

/**
 * A table that has a column for each date of an answer. The answer is a row of this table; it may have further fields,
 * as long as these hold no dates.
 */
export type AnswerTable<T> = PgTable & { $inferSelect: Pick<T, DateFields<T>> };

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
  const value = { ...(answer.value as Record<string, unknown>) };
  for (const field of dateFieldsOf(table)) {
    const stored = value[field];
    if (typeof stored === 'string') value[field] = new Date(stored);
  }
  return accepted(value as T);
}
