import { and, desc, eq, lt } from 'drizzle-orm';
import type { Reader } from '../database/page.ts';
import { insertion } from '../database/rows.ts';
import type { Refund, RefundStatus } from './refund.ts';
import { refunds } from './tables.ts';

export type RefundFilter = { orderId?: string | undefined; status?: RefundStatus | undefined };

export const insertRefunds = insertion(refunds);

export async function listRefunds(
  reader: Reader,
  { orderId, status }: RefundFilter,
  cursor: string | undefined,
  limit: number,
): Promise<Refund[]> {
  return reader.select().from(refunds).where(and(
    orderId === undefined ? undefined : eq(refunds.orderId, orderId),
    status === undefined ? undefined : eq(refunds.status, status),
    cursor === undefined ? undefined : lt(refunds.id, cursor),
  )).orderBy(desc(refunds.id)).limit(limit);
}
