import { and, desc } from 'drizzle-orm';
import { arrayOf, insertion, selection, statement, update, uuids, type Transaction } from '@commerce-core/pg-pipeline';
import { after, matches } from '../database/list-conditions.ts';
import { isNamedOrder, parametersOf, type OrderNames } from '../database/named-orders.ts';
import { anyOf } from '@commerce-core/pg-pipeline';
import type { PageRequest, Reader } from '../database/page.ts';
import type { Credit, CreditPart, CreditStatus } from './credit.ts';
import { creditParts, returnCredits } from './tables.ts';

export type CreditFilter = {
  orderId?: string | undefined;
  returnId?: string | undefined;
  status?: CreditStatus | undefined;
};

const creditsOfNamed = selection(
  'credits_of_orders',
  returnCredits,
  `where t."order_id" ${isNamedOrder} order by t."order_id"`,
);
const partsOfNamed = selection(
  'credit_parts_of_orders',
  creditParts,
  `where t."order_id" ${isNamedOrder} order by t."order_id", t."payment_id"`,
);

/** The credits that pay for locked orders. Nothing changes a credit without the lock of the order that it pays. */
export async function loadCredits(tx: Transaction, named: OrderNames): Promise<Credit[]> {
  return creditsOfNamed(tx, parametersOf(named));
}

/** The parts of credits of locked orders, by order and payment. */
export async function loadCreditParts(tx: Transaction, named: OrderNames): Promise<CreditPart[]> {
  return partsOfNamed(tx, parametersOf(named));
}

/** SQL that is true when money of a credit is to go back. */
export const someCreditIsDue = `(select min("due_at") <= now() from "commerce"."return_credits"
  where "due_at" is not null)`;

const dueOrders = statement(
  'orders_of_due_credits',
  `
  select c."order_id" as "orderId", array[c."order_id", c."return_order_id"] || array(
      select p."order_id" from "commerce"."return_credit_parts" t
        join "commerce"."payments" p on p."id" = t."payment_id"
      where t."order_id" = c."order_id") as "orderIds"
  from "commerce"."return_credits" c where c."due_at" <= now() order by c."due_at" limit $1`,
);

/** Up to `limit` orders whose credit has money that is to go back, each with all orders that it concerns. */
export async function readDueCredits(
  tx: Transaction,
  limit: number,
): Promise<{ orderId: string; orderIds: string[] }[]> {
  return tx.query<{ orderId: string; orderIds: string[] }>(dueOrders, [limit]);
}

/** Credits, those of the newest orders first. */
export async function listCredits(
  reader: Reader,
  { orderId, returnId, status }: CreditFilter,
  { cursor, limit }: PageRequest,
): Promise<Credit[]> {
  const isMeant = [
    matches(returnCredits.orderId, orderId),
    matches(returnCredits.returnId, returnId),
    matches(returnCredits.status, status),
  ];
  return reader
    .select()
    .from(returnCredits)
    .where(and(...isMeant, after(returnCredits.orderId, cursor)))
    .orderBy(desc(returnCredits.orderId))
    .limit(limit);
}

/** Parts of credits, by the orders that these pay. */
export async function readCreditParts(reader: Reader, orderIds: Iterable<string>): Promise<CreditPart[]> {
  return reader.select().from(creditParts).where(anyOf(creditParts.orderId, orderIds));
}

export const insertCredits = insertion(returnCredits);
export const insertCreditParts = insertion(creditParts);
export const updateCredits = update(returnCredits, 'orderId', ['status', 'dueAt', 'updatedAt']);

const updatingParts = statement(
  'update_credit_parts',
  `update "commerce"."return_credit_parts" t
    set "passed_on_amount" = given.passed_on, "returned_amount" = given.returned,
    "settled_amount" = given.settled
  from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[])
    as given (order_id, payment_id, passed_on, returned, settled)
  where t."order_id" = given.order_id and t."payment_id" = given.payment_id`,
);
const bigints = arrayOf('bigint');

/** Writes what became of parts of credits. */
export function updateCreditParts(tx: Transaction, parts: readonly CreditPart[]): void {
  if (parts.length === 0) return;
  tx.send(updatingParts, [
    uuids(parts.map(({ orderId }) => orderId)),
    uuids(parts.map(({ paymentId }) => paymentId)),
    bigints(parts.map(({ passedOnAmount }) => passedOnAmount)),
    bigints(parts.map(({ returnedAmount }) => returnedAmount)),
    bigints(parts.map(({ settledAmount }) => settledAmount)),
  ]);
}

/** What the end of a locked order's wait for its payment makes of its credit. */
export type CreditEnd = { orderId: string; to: 'SPENT' | 'RELEASED' };

const ending = statement(
  'end_credit_reservation',
  `update "commerce"."return_credits" set "status" = $2, "updated_at" = now(),
    "due_at" = case when $2 = 'RELEASED' then now() else "due_at" end
  where "order_id" = $1 and "status" = 'RESERVED'`,
);

/**
 * Ends the reservations of credits without reading them: an order's CREDIT line says that it has one, and other orders
 * send nothing.
 */
export function endCreditReservations(tx: Transaction, ends: readonly CreditEnd[]): void {
  for (const { orderId, to } of ends) tx.send(ending, [orderId, to]);
}
