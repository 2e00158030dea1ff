import { and, asc, desc, eq, isNull } from 'drizzle-orm';
import { anyOf, selection, uuids, type Transaction } from '@commerce-core/pg-pipeline';
import { after } from '../database/list-conditions.ts';
import type { PageRequest, Reader } from '../database/page.ts';
import type { ShippingOption } from './shipping-option.ts';
import { shippingOptions } from './tables.ts';

/** The most options that a quote offers. */
const offeredMax = 100;

const selectOffered = selection(
  'shipping_options_by_id',
  shippingOptions,
  'where t."id" = any($1::uuid[]) and t."archived_at" is null',
);

/** The options with these ids that are still offered, by id, in a transaction. */
export async function loadShippingOptions(
  tx: Transaction,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ShippingOption>> {
  if (ids.length === 0) return new Map();
  const rows = await selectOffered(tx, [uuids(ids)]);
  return new Map(rows.map((row) => [row.id, row]));
}

/** The options that are offered in a currency, the cheapest first, at most 100. */
export const readOfferedOptions = async (reader: Reader, currency: string): Promise<ShippingOption[]> =>
  reader
    .select()
    .from(shippingOptions)
    .where(and(eq(shippingOptions.currency, currency), isNull(shippingOptions.archivedAt)))
    .orderBy(asc(shippingOptions.priceAmount), asc(shippingOptions.id))
    .limit(offeredMax);

/** The options with these ids that are still offered, by id. */
export async function readShippingOptions(
  reader: Reader,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ShippingOption>> {
  if (ids.length === 0) return new Map();
  const isOffered = and(anyOf(shippingOptions.id, ids), isNull(shippingOptions.archivedAt));
  const rows = await reader.select().from(shippingOptions).where(isOffered);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Options, the newest first. */
export const listShippingOptions = async (
  reader: Reader,
  { includeArchived }: { includeArchived?: boolean | undefined },
  { cursor, limit }: PageRequest,
): Promise<ShippingOption[]> =>
  reader
    .select()
    .from(shippingOptions)
    .where(and(includeArchived ? undefined : isNull(shippingOptions.archivedAt), after(shippingOptions.id, cursor)))
    .orderBy(desc(shippingOptions.id))
    .limit(limit);

/** Inserts an option. */
export async function insertShippingOption(tx: Transaction, row: ShippingOption): Promise<void> {
  await tx.db.insert(shippingOptions).values(row);
}

/** Locks an option. */
export async function lockShippingOption(tx: Transaction, id: string): Promise<ShippingOption | undefined> {
  const [row] = await tx.db.select().from(shippingOptions).where(eq(shippingOptions.id, id)).for('update');
  return row;
}

/** Marks a locked option as archived. */
export async function archiveShippingOption(tx: Transaction, { id, archivedAt }: ShippingOption): Promise<void> {
  await tx.db
    .update(shippingOptions)
    .set({ archivedAt, updatedAt: archivedAt ?? tx.now })
    .where(eq(shippingOptions.id, id));
}
