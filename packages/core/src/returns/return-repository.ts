import { and, asc, desc, eq, gt, sql } from 'drizzle-orm';
import {
  anyOf,
  arrayOf,
  insertion,
  selection,
  statement,
  update,
  uuids,
  type Transaction,
} from '@commerce-core/pg-pipeline';
import { after, matches } from '../database/list-conditions.ts';
import { isNamedOrder, parametersOf, type OrderNames } from '../database/named-orders.ts';
import type { PageRequest, Reader } from '../database/page.ts';
import type { Return, ReturnLine, ReturnStatus } from './return.ts';
import { returnLines, returns } from './tables.ts';

/** With `customerId`, only returns of that customer's orders. */
export type ReturnFilter = {
  orderId?: string | undefined;
  status?: ReturnStatus | undefined;
  customerId?: string | undefined;
  sort?: 'createdAt' | '-createdAt';
};

/** The order of each return, by return. Unknown returns are left out. */
export async function readOrderIdsOfReturns(reader: Reader, returnIds: Iterable<string>): Promise<Map<string, string>> {
  const rows = await reader
    .select({ id: returns.id, orderId: returns.orderId })
    .from(returns)
    .where(anyOf(returns.id, returnIds));
  return new Map(rows.map(({ id, orderId }) => [id, orderId]));
}

const returnsOfNamed = selection('returns_of_orders', returns, `where t."order_id" ${isNamedOrder} order by t."id"`);
const linesOfNamed = selection(
  'return_lines_of_orders',
  returnLines,
  `where t."order_id" ${isNamedOrder} order by t."return_id", t."line_no"`,
);

/** The returns of locked orders. Nothing changes a return without its order's lock. */
export async function loadReturns(tx: Transaction, named: OrderNames): Promise<Return[]> {
  return returnsOfNamed(tx, parametersOf(named));
}

/** Lines of the returns of locked orders. */
export async function loadReturnLines(tx: Transaction, named: OrderNames): Promise<ReturnLine[]> {
  return linesOfNamed(tx, parametersOf(named));
}

/** Returns, the newest first unless the sort is `createdAt`. */
export async function listReturns(
  reader: Reader,
  { orderId, status, customerId, sort }: ReturnFilter,
  { cursor, limit }: PageRequest,
): Promise<Return[]> {
  // A guest's order whose contact was erased belongs to no customer any more.
  const isOfCustomer =
    customerId === undefined
      ? undefined
      : sql`exists (
          select from "commerce"."orders" o where o."id" = ${returns.orderId} and o."customer_id" = ${customerId}
            and (o."contact" is not null or o."customer_id" !~ '^guest:[0-9a-f]{8}-[0-9a-f]{4}-7'))`;
  const isOldestFirst = sort === 'createdAt';
  const isBehind = isOldestFirst && cursor !== undefined ? gt(returns.id, cursor) : after(returns.id, cursor);
  return reader
    .select()
    .from(returns)
    .where(and(matches(returns.orderId, orderId), matches(returns.status, status), isBehind, isOfCustomer))
    .orderBy(isOldestFirst ? asc(returns.id) : desc(returns.id))
    .limit(limit);
}

/** The return with this id, if there is one. */
export async function readReturn(reader: Reader, returnId: string): Promise<Return | undefined> {
  const [row] = await reader.select().from(returns).where(eq(returns.id, returnId));
  return row;
}

/** Lines of returns, by return and line number. */
export async function readReturnLines(reader: Reader, returnIds: Iterable<string>): Promise<ReturnLine[]> {
  return reader
    .select()
    .from(returnLines)
    .where(anyOf(returnLines.returnId, returnIds))
    .orderBy(asc(returnLines.returnId), asc(returnLines.lineNo));
}

export const insertReturns = insertion(returns);
export const insertReturnLines = insertion(returnLines);
export const updateReturns = update(returns, 'id', [
  'status',
  'fault',
  'reason',
  'declineReason',
  'carrier',
  'trackingNumber',
  'updatedAt',
]);

const updatingLines = statement(
  'update_return_lines',
  `update "commerce"."return_lines" t set "received_qty" = given.received, "restocked_qty" = given.restocked,
    "written_off_qty" = given.written_off, "missing_qty" = given.missing, "replaced_qty" = given.replaced,
    "released_qty" = given.released
  from unnest($1::uuid[], $2::smallint[], $3::integer[], $4::integer[], $5::integer[], $6::integer[], $7::integer[],
    $8::integer[]) as given (return_id, line_no, received, restocked, written_off, missing, replaced, released)
  where t."return_id" = given.return_id and t."line_no" = given.line_no`,
);
const [smallints, integers] = [arrayOf('smallint'), arrayOf('integer')];

/** Writes what became of the units of return lines. */
export function updateReturnLines(tx: Transaction, lines: readonly ReturnLine[]): void {
  if (lines.length === 0) return;
  tx.send(updatingLines, [
    uuids(lines.map(({ returnId }) => returnId)),
    smallints(lines.map(({ lineNo }) => lineNo)),
    integers(lines.map(({ receivedQty }) => receivedQty)),
    integers(lines.map(({ restockedQty }) => restockedQty)),
    integers(lines.map(({ writtenOffQty }) => writtenOffQty)),
    integers(lines.map(({ missingQty }) => missingQty)),
    integers(lines.map(({ replacedQty }) => replacedQty)),
    integers(lines.map(({ releasedQty }) => releasedQty)),
  ]);
}
