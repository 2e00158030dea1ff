import { newId } from '../../ids.ts';
import {
  isOfFormerUser,
  journeyOf,
  movesParcel,
  ownCheckpoints,
  plausibleTime,
  timeOf,
  type CheckpointEffect,
  type Journey,
  type TrackingEvent,
} from '../../shipping/checkpoint.ts';
import { trackParcel, type Parcel } from '../../shipping/parcel.ts';
import type { Checkpoint } from '../../shipping/tracking-provider.ts';
import type { Shipment } from '../../shipping/shipment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { deliverParcel, changeShipmentStatus, parcelsOf } from '../shipping/continue-shipment.ts';

/**
 * What is known of the checkpoints of some parcels, those of this transaction included. `ownedIds` are checkpoints of a
 * parcel, possibly another one, that still has their number.
 */
export type KnownCheckpoints = { events: TrackingEvent[]; ownedIds: Set<string> };

/**
 * Applies what a provider reports about a parcel of a locked order. A checkpoint that is known does nothing. The parcel
 * goes where its latest checkpoint is, in whichever order they come; its shipment and the order's attention follow.
 * @returns the checkpoints that are new; the caller's unit of work stores them
 */
export function applyReport(
  order: LockedOrder,
  parcelId: string,
  { provider, checkpoints }: { provider: string; checkpoints: readonly Checkpoint[] },
  known: KnownCheckpoints,
): TrackingEvent[] {
  const parcel = parcelIn(order, parcelId);
  const { now } = order;
  const recordedIds = new Set(
    known.events.flatMap((event) =>
      event.parcelId === parcelId && event.provider === provider ? event.checkpointId : [],
    ),
  );
  const fresh = checkpoints
    .filter(({ checkpointId }) => !recordedIds.has(checkpointId) && !known.ownedIds.has(checkpointId))
    .filter(({ checkpointId }, index, unknown) => firstAt(unknown, checkpointId) === index)
    .map((checkpoint): TrackingEvent => {
      const occurredAt = plausibleTime(checkpoint.occurredAt, now);
      const { carrier, trackingNumber } = parcel;
      const at = timeOf({ occurredAt, receivedAt: now });
      const effect = isOfFormerUser(parcel, at) ? 'former_user' : parcel.live ? 'recorded' : 'parcel_over';
      const row = { id: newId(), parcelId, provider, carrier, trackingNumber, effect, receivedAt: now } as const;
      return { ...checkpoint, occurredAt, ...row };
    });
  const journey = journeyOf(ownCheckpoints(parcel, [...known.events, ...fresh]), parcel.tracking === 'DELIVERED');
  const isHeard = fresh.some(({ effect }) => effect === 'recorded');
  if (isHeard) order.setParcel({ ...parcel, heardAt: now, updatedAt: now });
  const hasMoved = follow(order, parcelId, journey, fresh);
  const events = fresh.map((event) => ({ ...event, effect: effectOf(event, journey, hasMoved) }));
  for (const { checkpointId } of events) known.ownedIds.add(checkpointId);
  known.events.push(...events);
  order.addTrackingEvents(events);
  return events;
}

const firstAt = (checkpoints: readonly Checkpoint[], id: string): number =>
  checkpoints.findIndex(({ checkpointId }) => checkpointId === id);

const effectOf = (event: TrackingEvent, { tracking, at }: Journey, hasMoved: boolean): CheckpointEffect =>
  hasMoved && event.effect === 'recorded' && event.tracking === tracking && timeOf(event).getTime() === at?.getTime()
    ? 'moved'
    : event.effect;

/**
 * Takes a parcel, its shipment and the order's attention to where a journey is. Returns whether the tracking changed.
 */
function follow(
  order: LockedOrder,
  parcelId: string,
  journey: Journey,
  fresh: readonly Pick<TrackingEvent, 'tracking' | 'effect'>[],
): boolean {
  const parcel = parcelIn(order, parcelId);
  const shipment = order.shipmentOf(parcel);
  const { status } = shipment;
  if (status === 'LOST' || status === 'RETURNED') {
    // An operator has ended it. That the carrier has delivered it after all is for an operator to see, once.
    const isDelivered = fresh.some(({ tracking, effect }) => tracking === 'DELIVERED' && effect !== 'former_user');
    if (isDelivered) order.raiseAttention('delivery_problem');
    return false;
  }
  const hasMoved = movesParcel(journey, parcel);
  if (hasMoved) moveParcel(order, shipment, parcel, journey);
  noteJourney(order, parcelIn(order, parcelId), journey);
  if (parcelIn(order, parcelId).troubled && (hasMoved || !parcel.troubled)) order.raiseAttention('parcel_problem');
  else order.endParcelAttention();
  if (journey.isInTransit) continueOwnShipment(order, shipment.id);
  return hasMoved;
}

/** Keeps the time of the latest checkpoint, and whether an operator has to look, with the parcel that is there. */
function noteJourney(order: LockedOrder, parcel: Parcel, { tracking, at, troubled }: Journey): void {
  // Where an operator has taken it further, what the carrier said before doesn't matter.
  if (tracking === null || (tracking !== parcel.tracking && parcel.tracking !== 'DELIVERED')) return;
  const checkpointAt =
    tracking === parcel.tracking && at !== null ? later(at, parcel.checkpointAt) : parcel.checkpointAt;
  if (parcel.troubled === troubled && parcel.checkpointAt?.getTime() === checkpointAt?.getTime()) return;
  order.setParcel({ ...parcel, troubled, checkpointAt, updatedAt: order.now });
}

const later = (a: Date, b: Date | null): Date => (b !== null && b > a ? b : a);

function moveParcel(order: LockedOrder, shipment: Shipment, parcel: Parcel, { tracking, at }: Journey): void {
  if (tracking === null || at === null) return;
  if (tracking === 'DELIVERED') return deliverParcel(order, shipment, parcel, at);
  order.setParcel(trackParcel(parcel, shipment, tracking, order.now, at));
  const { id: parcelId, shipmentId, carrier, trackingNumber } = parcel;
  const facts = { from: parcel.tracking, tracking, checkpointAt: at.toISOString() };
  order.record('parcel.tracking_changed', { parcelId, shipmentId, carrier, trackingNumber, ...facts });
}

/** A shipment is DELIVERED with the last of its parcels, and IN_TRANSIT when its carrier has moved one of them. */
function continueOwnShipment(order: LockedOrder, shipmentId: string): void {
  const shipment = order.shipments.find(({ id }) => id === shipmentId);
  if (!shipment || shipment.status === 'DELIVERED') return;
  const isLast = parcelsOf(order, shipment).every(({ tracking }) => tracking === 'DELIVERED');
  if (isLast) changeShipmentStatus(order, shipment, 'DELIVERED');
  else if (shipment.status === 'SHIPPED') changeShipmentStatus(order, shipment, 'IN_TRANSIT');
}

function parcelIn(order: LockedOrder, parcelId: string): Parcel {
  const parcel = order.parcels.find(({ id }) => id === parcelId);
  if (parcel) return parcel;
  throw new Error(`order ${order.id} has no parcel ${parcelId}`);
}
