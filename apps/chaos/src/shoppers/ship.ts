import type { RouterOutputs } from '@commerce-core/client';
import { call, readUntilAnswered } from '../shop/call.ts';
import { sendOnJourney, trackedCarrier } from './journey.ts';
import type { World } from '../shop/world.ts';
import type { Visit } from './visit.ts';

export type Shipment = RouterOutputs['shipment']['list']['items'][number];
type Parcel = Shipment['parcels'][number];

/** Reads the order's shipments that have not left: those of the order, or those that replace units of returns. */
async function readReady({ world: { operator }, order }: Visit, replacing = false): Promise<Shipment[]> {
  const { items } = await readUntilAnswered(() => operator.shipment.list.query({ orderId: order.id }));
  return items.filter(({ status, returnId }) => status === 'READY' && (returnId !== null) === replacing);
}

/** Repacks a paid order, cancels some of its units, and dispatches most of what is left. */
export async function ship(visit: Visit): Promise<void> {
  const {
    world: { chance },
    name,
  } = visit;
  await repack(visit);
  const cancels = chance.weighed(`${name} cancels units`, { never: 60, before: 20, meanwhile: 20 });
  if (cancels === 'before') await cancelUnits(visit);
  await Promise.all([dispatchReady(visit), cancels === 'meanwhile' ? cancelUnits(visit) : undefined]);
}

/** Splits the order's shipments up to twice, and merges two of them. */
async function repack(visit: Visit): Promise<void> {
  const {
    world: { chance, ledger, operator },
    name,
  } = visit;
  for (const turn of [1, 2]) {
    if (!chance.whether(`${name} splits ${turn}`, 0.45)) continue;
    const [shipment] = (await readReady(visit)).filter(({ lines }) => unitsOf(lines) > 1);
    const [line] = shipment?.lines ?? [];
    if (!shipment || !line) break;
    const quantity = Math.min(
      chance.whole(`${name} splits ${turn} units`, 1, line.quantity),
      unitsOf(shipment.lines) - 1,
    );
    const input = { shipmentId: shipment.id, lines: [{ lineNo: line.lineNo, quantity }] };
    await call(ledger, 'shipment.split', operator.shipment.split, input, `${name} split ${turn}`);
  }
  const [into, from] = await readReady(visit);
  if (!into || !from || !chance.whether(`${name} merges`, 0.4)) return;
  const input = { shipmentId: from.id, intoShipmentId: into.id };
  await call(ledger, 'shipment.merge', operator.shipment.merge, input, `${name} merge`);
}

/** Cancels one unit or a whole line of what has not left. */
export async function cancelUnits(visit: Visit): Promise<void> {
  const {
    world: { chance, ledger, operator },
    name,
    order: { id: orderId },
  } = visit;
  const lines = (await readReady(visit)).flatMap((shipment) => shipment.lines);
  if (lines.length === 0) return;
  const { lineNo, quantity } = chance.oneOf(`${name} canceled line`, lines);
  const units = chance.whether(`${name} cancels line`, 0.4) ? quantity : 1;
  const input = { orderId, lines: [{ lineNo, quantity: units }] };
  await call(ledger, 'order.cancelLines', operator.order.cancelLines, input, `${name} cancel units`);
}

/** Dispatches most READY shipments, and has their parcels on their way afterwards. */
export async function dispatchReady(visit: Visit, replacing = false): Promise<void> {
  const { chance } = visit.world;
  const kind = replacing ? 'replacement' : 'dispatch';
  for (const [index, shipment] of (await readReady(visit, replacing)).entries())
    if (chance.whether(`${visit.name} ${kind} ${index}`, 0.9)) await dispatch(visit, shipment, `${kind} ${index}`);
}

async function dispatch(visit: Visit, { id: shipmentId }: Shipment, which: string): Promise<void> {
  const {
    world: { chance, freeNumbers, ledger, operator },
    later,
  } = visit;
  const key = `${visit.name} ${which}`;
  const count = chance.whole(`${key} parcels`, 1, 4);
  const numbers = Array.from({ length: count }, (_, index) => {
    const carrier = chance.whether(`${key} tracked ${index}`, 0.6) ? trackedCarrier : 'CJ';
    const isUsed = carrier === trackedCarrier && chance.whether(`${key} used number ${index}`, 0.4);
    return { carrier, trackingNumber: (isUsed ? freeNumbers.shift() : undefined) ?? `${key} p${index}` };
  });
  // The carrier refuses numbers that begin with UNKNOWN. An operator finds out and corrects them. A number that is used
  // again is none of them: until the correction its messages are about its former parcel, which has just arrived.
  const typed = numbers.map((number, index) =>
    number.carrier === trackedCarrier &&
    number.trackingNumber === `${key} p${index}` &&
    chance.whether(`${key} mistyped ${index}`, 0.1)
      ? { ...number, trackingNumber: `UNKNOWN ${number.trackingNumber}` }
      : number,
  );
  const [only] = typed;
  const parcels = count === 1 && only && chance.whether(`${key} old form`, 0.5) ? only : { parcels: typed };
  const answer = await call(ledger, 'shipment.dispatch', operator.shipment.dispatch, { shipmentId, ...parcels }, key);
  const isTracked = numbers.some(({ carrier }) => carrier === trackedCarrier);
  if (answer.ok)
    for (const parcel of answer.value.parcels) {
      const index = typed.findIndex(({ trackingNumber }) => trackingNumber === parcel.trackingNumber);
      const all = { shipmentId, alone: count === 1, isTracked, key: `${key} p${index}` };
      later(followParcel(visit, { ...parcel, ...all }));
    }
}

const unitsOf = (lines: readonly { quantity: number }[]): number =>
  lines.reduce((sum, { quantity }) => sum + quantity, 0);

/**
 * A parcel with what its shipment is: of one parcel `alone`, or with one that a carrier tracks. `key`: of decisions.
 */
type DispatchedParcel = Parcel & { shipmentId: string; alone: boolean; isTracked: boolean; key: string };

/** The carrier reports about its parcel; an operator about a parcel that is not tracked. */
async function followParcel({ world }: Visit, parcel: DispatchedParcel): Promise<void> {
  const { chance, ledger, operator } = world;
  const { id: parcelId, shipmentId, carrier, trackingNumber, key } = parcel;
  const right = trackingNumber.replace('UNKNOWN ', '');
  if (carrier === trackedCarrier) {
    const journey = sendOnJourney(world, key, { parcelId, carrier, trackingNumber: right });
    const correct = { parcelId, trackingNumber: right };
    if (right !== trackingNumber)
      await call(ledger, 'parcel.correct', operator.parcel.correct, correct, `${key} correct`);
    const last = await journey;
    if (last === 'DELIVERED') return freeNumber(world, parcelId, right);
    if (last !== 'RETURNING' || !chance.whether(`${key} taken back`, 0.5)) return;
    await call(ledger, 'shipment.markReturned', operator.shipment.markReturned, { shipmentId }, `${key} taken back`);
  } else if (chance.whether(`${key} arrives`, 0.75)) {
    const { markInTransit } = operator.shipment;
    // What an operator records about a tracked parcel counts against its carrier's clock.
    if (!parcel.isTracked && chance.whether(`${key} on its way`, 0.4))
      await call(ledger, 'shipment.markInTransit', markInTransit, { shipmentId }, `${key} on its way`);
    if (parcel.alone && chance.whether(`${key} by shipment`, 0.5))
      await call(ledger, 'shipment.deliver', operator.shipment.deliver, { shipmentId }, `${key} deliver`);
    else await call(ledger, 'parcel.deliver', operator.parcel.deliver, { parcelId }, `${key} deliver`);
  }
}

/**
 * Lets the carrier use the number of a delivered parcel again, once the shop has recorded each of its scans: months
 * pass in between, and here they don't. A number of which a message got lost isn't used again.
 */
async function freeNumber({ freeNumbers, operator, scans }: World, parcelId: string, number: string): Promise<void> {
  const { items } = await readUntilAnswered(() => operator.parcel.history.query({ parcelId, limit: 100 }));
  if (items.length === scans.filter((scan) => scan.parcelId === parcelId).length) freeNumbers.push(number);
}
