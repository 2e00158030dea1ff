import type { RouterOutputs } from '@commerce-core/client';
import { numberKey, type NumberLine } from './parse-numbers.ts';

type Found = RouterOutputs['shipment']['find']['items'][number]['shipments'][number];
/** The shipments that a name means. */
export type FoundByName = ReadonlyMap<string, readonly Found[]>;

type Parcel = { carrier: string; trackingNumber: string };

/** A shipment to dispatch, with the lines that its parcels come from. */
export type PlannedDispatch = {
  shipmentId: string;
  orderId: string;
  orderNumber: string;
  lines: number[];
  parcels: Parcel[];
};

/**
 * A line that dispatches nothing. `done`: the shipment has left with this number, so that the text was sent before.
 * `left`: it has left without it, or was canceled. `several`: more than one shipment of the order waits.
 */
export type IdleLine = NumberLine & { reason: 'unknown' | 'done' | 'left' | 'several' | 'parcels' };

export type DispatchPlan = { dispatches: PlannedDispatch[]; idle: IdleLine[] };

const parcelsMax = 50;

/** What lines of tracking numbers would dispatch now. Several lines of one shipment are its parcels. */
export function planDispatch(lines: readonly NumberLine[], found: FoundByName): DispatchPlan {
  const dispatches = new Map<string, PlannedDispatch>();
  const idle: IdleLine[] = [];
  for (const line of lines) {
    const shipments = found.get(line.name) ?? [];
    const [waiting, ...others] = shipments.filter(({ status }) => status === 'READY');
    const { carrier, trackingNumber } = line;
    if (shipments.length === 0) idle.push({ ...line, reason: 'unknown' });
    else if (hasParcel(shipments, line)) idle.push({ ...line, reason: 'done' });
    else if (!waiting) idle.push({ ...line, reason: 'left' });
    else if (others.length > 0) idle.push({ ...line, reason: 'several' });
    else {
      const { id: shipmentId, orderId, orderNumber } = waiting;
      const planned = dispatches.get(shipmentId) ?? { shipmentId, orderId, orderNumber, lines: [], parcels: [] };
      if (planned.parcels.length === parcelsMax) idle.push({ ...line, reason: 'parcels' });
      else {
        planned.lines.push(line.line);
        planned.parcels.push({ carrier, trackingNumber });
        dispatches.set(shipmentId, planned);
      }
    }
  }
  return { dispatches: [...dispatches.values()], idle };
}

const hasParcel = (shipments: readonly Found[], line: NumberLine): boolean =>
  shipments.some(({ parcels }) => parcels.some((parcel) => numberKey(parcel) === numberKey(line)));

/** Parts of names that each fit into the address of a request. */
export function chunksOfNames(names: readonly string[]): string[][] {
  const chunks: string[][] = [];
  let length = Infinity;
  for (const name of names) {
    const own = encodeURIComponent(JSON.stringify(name)).length + 3;
    const last = chunks.at(-1);
    if (!last || length + own > addressMax || last.length === namesMax) {
      chunks.push([name]);
      length = own;
    } else {
      last.push(name);
      length += own;
    }
  }
  return chunks;
}

const addressMax = 3_000;
const namesMax = 200;
