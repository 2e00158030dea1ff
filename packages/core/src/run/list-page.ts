import type { z } from 'zod';
import { pageOf, type Page, type PageRequest, type Reader } from '../database/page.ts';
import { read } from '../database/transaction.ts';
import { parse } from '../validation.ts';

/** The shape of every list function: up to `limit` rows that match the filter, the newest first, after the cursor. */
type List<F, R> = (reader: Reader, filter: F, page: PageRequest) => Promise<R[]>;

/**
 * Reads one page of a list.
 * @throws validation_failed when the input doesn't match the schema
 * @throws database_unavailable when the database can't be reached
 * @throws what `list` throws
 */
export async function listPage<S extends z.ZodType<PageRequest>, R extends { id: string }>(
  reader: Reader,
  schema: S,
  input: z.input<S>,
  list: List<Omit<z.output<S>, keyof PageRequest>, R>,
): Promise<Page<R>> {
  const { cursor, limit, ...filter } = parse(schema, input);
  return read(async () => pageOf(await list(reader, filter, { cursor, limit: limit + 1 }), limit, ({ id }) => id));
}
