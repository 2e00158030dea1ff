import { and, asc, desc, eq, gt, inArray, lt, ne, sql, type SQL } from 'drizzle-orm';
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
import { isNamedOrder, parametersOf, type OrderNames } from '../database/named-orders.ts';
import type { KeysetRequest, SortKey } from '../database/keyset.ts';
import type { Reader } from '../database/page.ts';
import type { ShipmentFilter } from './shipment-input.ts';
import type { Shipment, ShipmentLine, ShipmentStatus } from './shipment.ts';
import { parcels, shipmentLines, shipments } from './tables.ts';

/** The order of each shipment, by shipment. Unknown shipments are left out. */
export async function readOrderIdsOfShipments(
  reader: Reader,
  shipmentIds: Iterable<string>,
): Promise<Map<string, string>> {
  const rows = await reader
    .select({ id: shipments.id, orderId: shipments.orderId })
    .from(shipments)
    .where(anyOf(shipments.id, shipmentIds));
  return new Map(rows.map(({ id, orderId }) => [id, orderId]));
}

const lockOfNamed = selection(
  'lock_shipments_of_orders',
  shipments,
  `where t."order_id" ${isNamedOrder} order by t."id" for update`,
);
// Through the shipments, because the lines are indexed by shipment only.
const linesOfNamed = selection(
  'lines_of_shipments_of_orders',
  shipmentLines,
  `
  where t."shipment_id" = any(array(select "id" from "commerce"."shipments" where "order_id" ${isNamedOrder}))
  order by t."shipment_id", t."line_no"`,
);

/** Locks all shipments of orders in ascending id. The orders are locked already. */
export async function lockShipmentsOfOrders(tx: Transaction, named: OrderNames): Promise<Shipment[]> {
  return lockOfNamed(tx, parametersOf(named));
}

/** Lines of the shipments of locked orders. */
export async function loadShipmentLines(tx: Transaction, named: OrderNames): Promise<ShipmentLine[]> {
  return linesOfNamed(tx, parametersOf(named));
}

/** The shipments of an order, the oldest first. */
export async function readShipmentsOfOrder(reader: Reader, orderId: string): Promise<Shipment[]> {
  return reader.select().from(shipments).where(eq(shipments.orderId, orderId)).orderBy(asc(shipments.id));
}

/** Lines of all shipments of an order, by shipment and line number. */
export async function readShipmentLines(reader: Reader, orderId: string): Promise<ShipmentLine[]> {
  const ofOrder = reader.select({ id: shipments.id }).from(shipments).where(eq(shipments.orderId, orderId));
  return reader
    .select()
    .from(shipmentLines)
    .where(inArray(shipmentLines.shipmentId, ofOrder))
    .orderBy(asc(shipmentLines.shipmentId), asc(shipmentLines.lineNo));
}

/** The values that place a shipment in the list of all. */
export const shipmentKey = ({ status, id }: Pick<Shipment, 'status' | 'id'>): SortKey => [
  status === 'READY' ? 0 : 1,
  id,
];

/** Shipments of all orders: READY ones first, the oldest first; then the others, the newest first. */
export async function listShipments(
  reader: Reader,
  { status, stage }: ShipmentFilter,
  { after, limit }: KeysetRequest,
): Promise<Shipment[]> {
  const [part, last] = [Number(after?.[0] ?? 0), after && String(after[1])];
  const behind = { last: part === 1 ? last : undefined, limit };
  if (stage === 'TROUBLED') return listTroubled(reader, behind);
  if (stage)
    return listOfStatuses(reader, stage === 'FAILED' ? ['LOST', 'RETURNED'] : ['SHIPPED', 'IN_TRANSIT'], behind);
  const ready = part === 0 && (status ?? 'READY') === 'READY' ? await listReady(reader, last, limit) : [];
  if (ready.length === limit || status === 'READY') return ready;
  const isOther = status === undefined ? ne(shipments.status, 'READY') : eq(shipments.status, status);
  return [...ready, ...(await listNewest(reader, isOther, { ...behind, limit: limit - ready.length }))];
}

type Rest = { last: string | undefined; limit: number };

async function listReady(reader: Reader, last: string | undefined, limit: number): Promise<Shipment[]> {
  const { id, status } = shipments;
  const isBehind = last === undefined ? undefined : gt(id, last);
  return reader
    .select()
    .from(shipments)
    .where(and(eq(status, 'READY'), isBehind))
    .orderBy(asc(id))
    .limit(limit);
}

async function listNewest(reader: Reader, condition: SQL, { last, limit }: Rest): Promise<Shipment[]> {
  const { id } = shipments;
  const isBehind = last === undefined ? undefined : lt(id, last);
  return reader.select().from(shipments).where(and(condition, isBehind)).orderBy(desc(id)).limit(limit);
}

/** Each status has its part of an index in the order of the list, which several statuses together have not. */
async function listOfStatuses(reader: Reader, statuses: readonly ShipmentStatus[], rest: Rest): Promise<Shipment[]> {
  const found: Shipment[] = [];
  for (const status of statuses) found.push(...(await listNewest(reader, eq(shipments.status, status), rest)));
  return found.toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, rest.limit);
}

/** Shipments with a parcel on its way that is in trouble. Such parcels are few and have an index of their own. */
async function listTroubled(reader: Reader, { last, limit }: Rest): Promise<Shipment[]> {
  const { shipmentId, live, troubled } = parcels;
  // With parameters for `live` and `troubled`, PostgreSQL could not use their index.
  const isTroubled = and(eq(live, sql`true`), eq(troubled, sql`true`));
  const ids = await reader
    .selectDistinct({ id: shipmentId })
    .from(parcels)
    .where(and(isTroubled, last === undefined ? undefined : lt(shipmentId, last)))
    .orderBy(desc(shipmentId))
    .limit(limit);
  const found = await readShipmentsByIds(
    reader,
    ids.map(({ id }) => id),
  );
  return found.toSorted((a, b) => (a.id < b.id ? 1 : -1));
}

/** These shipments, in no order. Unknown ones are left out. */
export async function readShipmentsByIds(reader: Reader, ids: Iterable<string>): Promise<Shipment[]> {
  return reader.select().from(shipments).where(anyOf(shipments.id, ids));
}

/** The shipments of several orders, the oldest first. */
export async function readShipmentsOfOrders(reader: Reader, orderIds: Iterable<string>): Promise<Shipment[]> {
  return reader.select().from(shipments).where(anyOf(shipments.orderId, orderIds)).orderBy(asc(shipments.id));
}

/** Lines of these shipments, by shipment and line number. */
export async function readLinesOfShipments(reader: Reader, ids: Iterable<string>): Promise<ShipmentLine[]> {
  return reader
    .select()
    .from(shipmentLines)
    .where(anyOf(shipmentLines.shipmentId, ids))
    .orderBy(asc(shipmentLines.shipmentId), asc(shipmentLines.lineNo));
}

export const insertShipments = insertion(shipments);
export const insertShipmentLines = insertion(shipmentLines);
export const updateShipments = update(shipments, 'id', [
  'status',
  'carrier',
  'trackingNumber',
  'shippedAt',
  'deliveredAt',
  'updatedAt',
]);

// One statement for both, so that a unit of work sends one statement a table.
const updatingLines = statement(
  'update_shipment_lines',
  `with given as (
    select * from unnest($1::uuid[], $2::smallint[], $3::integer[]) as given (shipment_id, line_no, quantity)
  ), emptied as (
    delete from "commerce"."shipment_lines" t using given
    where t."shipment_id" = given.shipment_id and t."line_no" = given.line_no and given.quantity = 0
  )
  update "commerce"."shipment_lines" t set "quantity" = given.quantity from given
  where t."shipment_id" = given.shipment_id and t."line_no" = given.line_no and given.quantity > 0`,
);
const [smallints, integers] = [arrayOf('smallint'), arrayOf('integer')];

/** Sets how many units of lines are in READY shipments. A line with 0 units leaves its shipment. */
export function updateShipmentLines(tx: Transaction, lines: readonly ShipmentLine[]): void {
  if (lines.length === 0) return;
  tx.send(updatingLines, [
    uuids(lines.map(({ shipmentId }) => shipmentId)),
    smallints(lines.map(({ lineNo }) => lineNo)),
    integers(lines.map(({ quantity }) => quantity)),
  ]);
}
