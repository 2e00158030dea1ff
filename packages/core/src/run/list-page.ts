import type { z } from 'zod';
import { pageOf, type Page, type PageRequest, type Reader } from '../database/page.ts';
import { read } from '../database/transaction.ts';
import { readOrderNumbers } from '../order/order-repository.ts';
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

/** Something that belongs to an order, with the order's number. */
export type Numbered<R> = R & { orderNumber: string };

/** As `listPage`, for things that belong to orders: each item has its order's number. */
export async function listPageOfOrders<S extends z.ZodType<PageRequest>, R extends { id: string; orderId: string }>(
  reader: Reader,
  schema: S,
  input: z.input<S>,
  list: List<Omit<z.output<S>, keyof PageRequest>, R>,
): Promise<Page<Numbered<R>>> {
  return listPage(reader, schema, input, async (db, filter, page) => {
    const items = await list(db, filter, page);
    const numbers = await readOrderNumbers(db, new Set(items.map(({ orderId }) => orderId)));
    return items.map((item) => ({ ...item, orderNumber: numbers.get(item.orderId) ?? '' }));
  });
}
