import type { Reader } from '../../database/page.ts';
import { id as idSchema } from '../../ids.ts';
import { orderNumberIn } from '../../order/order-number.ts';
import { readOrderIdsByNumber, readOrderIdsByReference } from '../../order/order-repository.ts';
import { comparable } from '../../shipping/carrier.ts';
import { readParcelsOfNumbers } from '../../shipping/parcel-repository.ts';
import { readShipmentsByIds, readShipmentsOfOrders } from '../../shipping/shipment-repository.ts';
import type { Shipment } from '../../shipping/shipment.ts';
import { numberedShipments, type NumberedShipment } from '../order/read-orders.ts';

/** Shipments that a name means: at most 20, READY ones first, then the newest. */
export type FoundShipments = { name: string; shipments: NumberedShipment[] };

const shipmentsMax = 20;
// A reference belongs to one order, unless the shop uses it again.
const ordersMax = 5;

/**
 * Finds shipments by what people write: the shipment's id; the id, the number or the reference of its order; or the
 * tracking number of a parcel, where the name is none of those.
 */
export async function findShipments(reader: Reader, names: readonly string[]): Promise<FoundShipments[]> {
  const byOrder = await findByOrder(reader, names);
  const rest = names.filter((name) => !byOrder.has(name));
  const found = new Map([...byOrder, ...(await findByTrackingNumber(reader, rest))]);
  const shipments = [...new Map([...found.values()].flat().map((one) => [one.id, one])).values()];
  const views = new Map((await numberedShipments(reader, shipments)).map((view) => [view.id, view]));
  return names.map((name) => ({
    name,
    shipments: (found.get(name) ?? []).flatMap(({ id }) => views.get(id) ?? []),
  }));
}

type Found = Map<string, Shipment[]>;

const idIn = (name: string): string | undefined => idSchema.safeParse(name).data;

/** Shipments by their own id, and by the id, number or reference of their order. */
async function findByOrder(reader: Reader, names: readonly string[]): Promise<Found> {
  const ids = names.flatMap((name) => idIn(name) ?? []);
  const byNumber = await readOrderIdsByNumber(
    reader,
    names.flatMap((name) => orderNumberIn(name) ?? []),
  );
  const byReference = await readOrderIdsByReference(reader, names, ordersMax);
  const orderIds = new Set([...ids, ...byNumber.values(), ...byReference.map(({ orderId }) => orderId)]);
  const own = await readShipmentsByIds(reader, ids);
  const ofOrders = await readShipmentsOfOrders(reader, orderIds);
  return withAny(names, (name) => {
    const id = idIn(name);
    const number = byNumber.get(orderNumberIn(name) ?? '');
    const named = new Set([
      id,
      number,
      ...byReference.filter(({ reference }) => reference === name).map(({ orderId }) => orderId),
    ]);
    return [...own.filter((one) => one.id === id), ...ofOrders.filter(({ orderId }) => named.has(orderId))];
  });
}

async function findByTrackingNumber(reader: Reader, names: readonly string[]): Promise<Found> {
  if (names.length === 0) return new Map();
  const parcels = await readParcelsOfNumbers(reader, names);
  const shipments = await readShipmentsByIds(reader, new Set(parcels.map(({ shipmentId }) => shipmentId)));
  return withAny(names, (name) => {
    const ids = parcels.filter((one) => comparable(one.trackingNumber) === comparable(name));
    return shipments.filter(({ id }) => ids.some(({ shipmentId }) => shipmentId === id));
  });
}

function withAny(names: readonly string[], shipmentsOf: (name: string) => Shipment[]): Found {
  return new Map(
    names.flatMap((name): [string, Shipment[]][] => {
      const shipments = shipmentsOf(name).toSorted(byUse).slice(0, shipmentsMax);
      return shipments.length === 0 ? [] : [[name, shipments]];
    }),
  );
}

/** READY shipments first, then the newest. */
function byUse(a: Shipment, b: Shipment): number {
  const [aWaits, bWaits] = [a.status === 'READY', b.status === 'READY'];
  if (aWaits !== bWaits) return aWaits ? -1 : 1;
  return a.id < b.id ? 1 : -1;
}
