import { and, asc, inArray, isNotNull, lte, sql } from 'drizzle-orm';
import { insertion, type Transaction } from '@commerce-core/pg-pipeline';
import type { Reader } from '../database/page.ts';
import { orderNotes } from './tables.ts';

/** Adds notes about orders that are locked. */
export const insertOrderNotes = insertion(orderNotes);

/** The texts of notes by id; null where a text was erased. */
export async function readOrderNotes(reader: Reader, ids: readonly string[]): Promise<Map<string, string | null>> {
  if (ids.length === 0) return new Map();
  const { id, text } = orderNotes;
  const rows = await reader
    .select({ id, text })
    .from(orderNotes)
    .where(inArray(id, [...ids]));
  return new Map(rows.map((row) => [row.id, row.text]));
}

/** The latest notes about orders whose text is there, at most `limit` for each order, the oldest first. */
export async function readLatestNotes(
  reader: Reader,
  orderIds: Iterable<string>,
  limit: number,
): Promise<{ orderId: string; text: string; createdAt: Date }[]> {
  const { id, orderId, text, createdAt } = orderNotes;
  const ranked = reader
    .select({ id, orderId, text: sql<string>`${text}`.as('text'), createdAt, place: placeOfNote.as('place') })
    .from(orderNotes)
    .where(hasTextOf([...orderIds]))
    .as('ranked');
  return reader
    .select({ orderId: ranked.orderId, text: ranked.text, createdAt: ranked.createdAt })
    .from(ranked)
    .where(lte(ranked.place, limit))
    .orderBy(asc(ranked.id));
}

const placeOfNote = sql<number>`row_number() over (partition by ${orderNotes.orderId} order by ${orderNotes.id} desc)`;

const hasTextOf = (orderIds: readonly string[]) =>
  and(inArray(orderNotes.orderId, [...orderIds]), isNotNull(orderNotes.text));

/** Which of these orders have notes whose text is there. */
export async function readNotedOrders(tx: Transaction, orderIds: readonly string[]): Promise<Set<string>> {
  const { orderId } = orderNotes;
  const rows = await tx.db.selectDistinct({ orderId }).from(orderNotes).where(hasTextOf(orderIds));
  return new Set(rows.map((row) => row.orderId));
}

/** Erases the texts of all notes about these orders, which are locked. */
export async function eraseOrderNotes(tx: Transaction, orderIds: readonly string[]): Promise<void> {
  await tx.db.update(orderNotes).set({ text: null }).where(hasTextOf(orderIds));
}
