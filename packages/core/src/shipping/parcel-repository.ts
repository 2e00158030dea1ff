import { asc, desc, eq, sql } from 'drizzle-orm';
import { anyOf, insertion, selection, texts, update, type Transaction } from '@commerce-core/pg-pipeline';
import { isNamedOrder, parametersOf, type OrderNames } from '../database/named-orders.ts';
import type { Reader } from '../database/page.ts';
import { comparable, type TrackingNumber } from './carrier.ts';
import type { Parcel } from './parcel.ts';
import { comparableSql, parcels } from './tables.ts';

/** The order of each parcel, by parcel. Unknown parcels are left out. */
export async function readOrderIdsOfParcels(reader: Reader, parcelIds: Iterable<string>): Promise<Map<string, string>> {
  const rows = await reader
    .select({ id: parcels.id, orderId: parcels.orderId })
    .from(parcels)
    .where(anyOf(parcels.id, parcelIds));
  return new Map(rows.map(({ id, orderId }) => [id, orderId]));
}

const parcelsOfNamed = selection('parcels_of_orders', parcels, `where t."order_id" ${isNamedOrder} order by t."id"`);

/** The parcels of locked orders. Nothing changes a parcel without its order's lock. */
export async function loadParcels(tx: Transaction, named: OrderNames): Promise<Parcel[]> {
  return parcelsOfNamed(tx, parametersOf(named));
}

const liveOfNumber = selection(
  'live_parcel_of_number',
  parcels,
  `where t."live" and ${comparableSql('t."carrier"')} = ${comparableSql('$1::text')}
    and ${comparableSql('t."tracking_number"')} = ${comparableSql('$2::text')}`,
);

/** The live parcel that has a carrier's number; undefined when none has it. */
export async function findLiveParcel(
  tx: Transaction,
  { carrier, trackingNumber }: TrackingNumber,
): Promise<Parcel | undefined> {
  const [parcel] = await liveOfNumber(tx, [carrier, trackingNumber]);
  return parcel;
}

const ofNumbers = selection(
  'parcels_of_numbers',
  parcels,
  `where ${comparableSql('t."tracking_number"')} = any($1::text[]) order by t."live" desc, t."updated_at" desc
    limit 200`,
);

/** The parcels that have or had these numbers, whichever their carriers are: live ones first, then the latest. */
export async function findParcelsOfNumbers(tx: Transaction, numbers: Iterable<string>): Promise<Parcel[]> {
  return ofNumbers(tx, [texts([...numbers].map(comparable))]);
}

/** As `findParcelsOfNumbers`, for readers: by the numbers that the parcels have now. */
export async function readParcelsOfNumbers(reader: Reader, numbers: Iterable<string>): Promise<Parcel[]> {
  const { trackingNumber, live, updatedAt } = parcels;
  const compared = [...numbers].map(comparable);
  return reader
    .select()
    .from(parcels)
    .where(sql`${sql.raw(comparableSql(`"${trackingNumber.name}"`))} = any(${sql.param(compared)}::text[])`)
    .orderBy(desc(live), desc(updatedAt))
    .limit(200);
}

/** A parcel; undefined when there is none with this id. */
export async function readParcel(reader: Reader, id: string): Promise<Parcel | undefined> {
  const [parcel] = await reader.select().from(parcels).where(eq(parcels.id, id));
  return parcel;
}

/** The parcels of an order, the oldest first. */
export async function readParcelsOfOrder(reader: Reader, orderId: string): Promise<Parcel[]> {
  return reader.select().from(parcels).where(eq(parcels.orderId, orderId)).orderBy(asc(parcels.id));
}

/** The parcels of several orders. */
export async function readParcelsOfOrders(reader: Reader, orderIds: Iterable<string>): Promise<Parcel[]> {
  return reader.select().from(parcels).where(anyOf(parcels.orderId, orderIds));
}

export const insertParcels = insertion(parcels);
export const updateParcels = update(parcels, 'id', [
  'carrier',
  'trackingNumber',
  'tracking',
  'live',
  'deliveredAt',
  'updatedAt',
  'checkpointAt',
  'troubled',
  'heardAt',
]);
