import type { Transaction } from '@commerce-core/pg-pipeline';
import { CommerceError, decided, invalidTransition, refused, type Outcome } from '../../errors.ts';
import type { TrackingNumber } from '../../shipping/carrier.ts';
import { correctParcel, type Parcel } from '../../shipping/parcel.ts';
import { readOrderIdsOfParcels } from '../../shipping/parcel-repository.ts';
import type { Shipment } from '../../shipping/shipment.ts';
import type { ShipmentView } from '../../shipping/shipment-view.ts';
import { restartTracking, trackParcelsJob } from '../../shipping/tracked-parcel-repository.ts';
import { wakeMessages } from '../../shipping/tracking-message-repository.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { continueShipment, deliverParcel, parcelsOf } from './continue-shipment.ts';
import { LiveNumbers } from './live-numbers.ts';
import { viewOfShipment } from './view-of-shipment.ts';

/**
 * A parcel that arrived, whose number is corrected, or whose provider is to be asked now. `carrier` defaults to the
 * carrier that the parcel has. `providerOf` names the provider that tracks a carrier.
 */
export type ChangeParcelCommand =
  | { parcelId: string; change: 'deliver' }
  | { parcelId: string; change: 'track'; providerOf: (carrier: string) => string | undefined }
  | { parcelId: string; change: 'correct'; carrier?: string | undefined; trackingNumber: string };

type Located = { order: LockedOrder; shipment: Shipment; parcel: Parcel };

/**
 * Delivers parcels, corrects their numbers and has them tracked anew. A shipment is DELIVERED with the last of its
 * parcels, and the order's fulfillment status follows. A corrected parcel starts its journey over; of one that is over
 * only the number changes.
 * @returns the parcel's shipment · refusals: parcel_not_found, invalid_transition, tracking_number_in_use,
 * carrier_not_tracked
 */
export async function changeParcels(
  tx: Transaction,
  commands: readonly ChangeParcelCommand[],
): Promise<Outcome<ShipmentView>[]> {
  const parcelIds = commands.map(({ parcelId }) => parcelId);
  const orderIds = await readOrderIdsOfParcels(tx.db, parcelIds);
  const locks = { shipments: true, parcels: true, refundLines: true };
  const work = await UnitOfWork.lock(tx, { orderIds: [...orderIds.values()], ...locks });
  const located = commands.map(({ parcelId }) => locate(work.orders.get(orderIds.get(parcelId) ?? ''), parcelId));
  const corrected = commands.flatMap((command, index) => numberOf(command, located[index]) ?? []);
  const numbers = await LiveNumbers.read(tx, corrected);
  const outcomes = commands.map((command, index): Outcome<ShipmentView> => {
    // An earlier command may have changed the rows.
    const now = located[index] && locate(located[index].order, command.parcelId);
    if (!now) return refused(new CommerceError('parcel_not_found', 'no such parcel'));
    const number = numberOf(command, now);
    return decided(() => {
      if (command.change === 'track') return track(tx, now, command.providerOf);
      return number ? correct(tx, now, number, numbers) : deliver(now);
    });
  });
  work.write();
  return outcomes;
}

function locate(order: LockedOrder | undefined, parcelId: string): Located | undefined {
  const parcel = order?.parcels.find(({ id }) => id === parcelId);
  const shipment = order?.shipments.find(({ id }) => id === parcel?.shipmentId);
  return order && shipment && parcel && { order, shipment, parcel };
}

/** The number that a command gives to its parcel. */
function numberOf(command: ChangeParcelCommand, located: Located | undefined): TrackingNumber | undefined {
  if (command.change !== 'correct' || !located) return undefined;
  return { carrier: command.carrier ?? located.parcel.carrier, trackingNumber: command.trackingNumber };
}

function track(
  tx: Transaction,
  { order, shipment, parcel }: Located,
  providerOf: (carrier: string) => string | undefined,
): ShipmentView {
  const { id, carrier, tracking, live } = parcel;
  if (!live) throw invalidTransition('parcel', tracking === 'DELIVERED' ? tracking : shipment.status, 'LABEL');
  const provider = providerOf(carrier);
  if (provider === undefined)
    throw new CommerceError('carrier_not_tracked', 'no provider tracks parcels of this carrier', { carrier });
  restartTracking(tx, [id]);
  tx.notify(trackParcelsJob(provider));
  return viewOfShipment(order, shipment.id);
}

function deliver({ order, shipment, parcel }: Located): ShipmentView {
  deliverParcel(order, shipment, parcel);
  order.endParcelAttention();
  const isLast = parcelsOf(order, shipment).every(({ tracking }) => tracking === 'DELIVERED');
  return isLast ? continueShipment(order, shipment, 'DELIVERED') : viewOfShipment(order, shipment.id);
}

function correct(
  tx: Transaction,
  { order, shipment, parcel }: Located,
  number: TrackingNumber,
  numbers: LiveNumbers,
): ShipmentView {
  const corrected = correctParcel(parcel, shipment, number, order.now);
  const { id: parcelId, shipmentId, carrier, trackingNumber } = corrected;
  const from = { carrier: parcel.carrier, trackingNumber: parcel.trackingNumber };
  if (from.carrier === carrier && from.trackingNumber === trackingNumber) return viewOfShipment(order, shipmentId);
  if (corrected.live) numbers.assign([corrected]);
  order.setParcel(corrected);
  if (corrected.live) {
    order.endParcelAttention();
    restartTracking(tx, [parcelId]);
    wakeMessages(tx, [trackingNumber]);
  }
  if (parcelsOf(order, shipment)[0]?.id === parcelId)
    order.setShipment({ ...shipment, carrier, trackingNumber, updatedAt: order.now });
  order.record('parcel.corrected', { parcelId, shipmentId, carrier, trackingNumber, from });
  return viewOfShipment(order, shipmentId);
}
