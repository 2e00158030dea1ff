import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { KeysetRequest, SortKey } from '../database/keyset.ts';
import { pageOf, type Page, type Reader } from '../database/page.ts';
import { read } from '../database/transaction.ts';
import { CommerceError } from '../errors.ts';
import { parse } from '../validation.ts';

type KeysetInput = { cursor?: string | undefined; limit: number };

/** A list that can be sorted. `keyOf` returns a row's values of the sort. */
export type KeysetList<F, R> = {
  name: string;
  list: (reader: Reader, filter: F, request: KeysetRequest) => Promise<R[]>;
  keyOf: (row: R, filter: F) => SortKey;
};

/**
 * Reads one page of a list that can be sorted. Rows with equal values are in the order of their ids. A cursor contains
 * the values of the last row, and a fingerprint of the list with its sort and filters.
 * @throws validation_failed when the input doesn't match the schema
 * @throws cursor_of_another_list when the cursor is of a list with another sort or other filters
 * @throws database_unavailable when the database can't be reached
 */
export async function keysetPage<S extends z.ZodType<KeysetInput>, R>(
  reader: Reader,
  schema: S,
  input: z.input<S>,
  { name, list, keyOf }: KeysetList<Omit<z.output<S>, keyof KeysetInput>, R>,
): Promise<Page<R>> {
  const { cursor, limit, ...filter } = parse(schema, input);
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([name, Object.entries(filter).toSorted(([a], [b]) => (a < b ? -1 : 1))]))
    .digest('base64url')
    .slice(0, 12);
  const after = cursor === undefined ? undefined : keyIn(cursor, fingerprint);
  const rows = await read(async () => list(reader, filter, { after, limit: limit + 1 }));
  return pageOf(rows, limit, (row) =>
    Buffer.from(JSON.stringify([fingerprint, ...keyOf(row, filter)])).toString('base64url'),
  );
}

/** @throws cursor_of_another_list when the cursor doesn't have this fingerprint */
function keyIn(cursor: string, fingerprint: string): SortKey {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    // The fingerprint says that this function's page has made the rest.
    if (Array.isArray(parsed) && parsed[0] === fingerprint) return parsed.slice(1) as SortKey;
  } catch {
    // A text that is no cursor.
  }
  throw new CommerceError('cursor_of_another_list', 'the cursor is not of this list with this sort and these filters');
}
