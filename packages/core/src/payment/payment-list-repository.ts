import { and, desc, gt, gte } from 'drizzle-orm';
import { anyOf } from '@commerce-core/pg-pipeline';
import { after, matches } from '../database/list-conditions.ts';
import type { PageRequest, Reader } from '../database/page.ts';
import type { Payment, PaymentStatus } from './payment.ts';
import { payments } from './tables.ts';

/** The payments with these ids. */
export const readPaymentsById = async (reader: Reader, ids: readonly string[]): Promise<Payment[]> =>
  reader.select().from(payments).where(anyOf(payments.id, ids));

export type PaymentFilter = {
  provider?: string | undefined;
  status?: PaymentStatus | undefined;
  /** The first id of the list, and the first one after it: ids begin with the time. */
  fromId?: string | undefined;
  toId?: string | undefined;
  /** `createdAt` for the oldest first. */
  sort?: '-createdAt' | 'createdAt' | undefined;
};

/** Attempts to pay any order, by default the newest first. */
export async function listPayments(
  reader: Reader,
  { provider, status, fromId, toId, sort }: PaymentFilter,
  { cursor, limit }: PageRequest,
): Promise<Payment[]> {
  const { id } = payments;
  const isOfTime = and(fromId === undefined ? undefined : gte(id, fromId), after(id, toId));
  const isOldestFirst = sort === 'createdAt';
  const isAfter = isOldestFirst && cursor !== undefined ? gt(id, cursor) : after(id, cursor);
  return reader
    .select()
    .from(payments)
    .where(and(matches(payments.provider, provider), matches(payments.status, status), isOfTime, isAfter))
    .orderBy(isOldestFirst ? id : desc(id))
    .limit(limit);
}
