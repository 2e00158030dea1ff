import type { Transaction } from '@commerce-core/pg-pipeline';
import { CommerceError, decided, refused, type Outcome } from '../../errors.ts';
import { newId } from '../../ids.ts';
import type { TrackingNumber } from '../../shipping/carrier.ts';
import { captureOverdueMs } from '../../payment/payment.ts';
import { expectCaptures } from '../../payment/payment-repository.ts';
import { newParcel } from '../../shipping/parcel.ts';
import { transitionShipment, type Shipment } from '../../shipping/shipment.ts';
import { readOrderIdsOfShipments } from '../../shipping/shipment-repository.ts';
import type { ShipmentView } from '../../shipping/shipment-view.ts';
import { wakeMessages } from '../../shipping/tracking-message-repository.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { captureAtDispatch } from '../payment/capture-at-dispatch.ts';
import { continueShipment } from './continue-shipment.ts';
import { LiveNumbers } from './live-numbers.ts';
import { viewOfShipment } from './view-of-shipment.ts';

/** A shipment and the status that it takes. A dispatch names its parcels, at least one. */
export type TransitionShipmentCommand =
  | { shipmentId: string; to: 'SHIPPED'; parcels: readonly TrackingNumber[] }
  | { shipmentId: string; to: 'IN_TRANSIT' | 'DELIVERED' | 'LOST' | 'RETURNED' };

/**
 * Hands shipments to carriers and records their way until it ends. The order's fulfillment status follows, and the
 * units that leave are no longer on the shelf. Money that is to be captured when goods leave is captured with the first
 * shipment. Stock and money stay as they are when a shipment is lost or comes back: the order needs an operator's
 * attention.
 * @returns the shipment · refusals: shipment_not_found, invalid_transition, tracking_number_in_use
 */
export async function transitionShipments(
  tx: Transaction,
  commands: readonly TransitionShipmentCommand[],
): Promise<Outcome<ShipmentView>[]> {
  const orderIds = await readOrderIdsOfShipments(
    tx.db,
    commands.map(({ shipmentId }) => shipmentId),
  );
  const locks = { shipments: true, parcels: true, refundLines: true };
  const leaving = commands.flatMap(({ shipmentId, to }) => (to === 'SHIPPED' ? (orderIds.get(shipmentId) ?? []) : []));
  const work = await UnitOfWork.lock(
    tx,
    { orderIds: [...orderIds.values()], ...locks },
    { orderIds: leaving, stocks: 'all', money: leaving.length > 0 },
  );
  const dispatched = commands.flatMap((command) => (command.to === 'SHIPPED' ? command.parcels : []));
  const numbers = await LiveNumbers.read(tx, dispatched);
  const uncaptured: string[] = [];
  const outcomes = commands.map((command): Outcome<ShipmentView> => {
    const order = work.orders.get(orderIds.get(command.shipmentId) ?? '');
    const shipment = order?.shipments.find(({ id }) => id === command.shipmentId);
    if (!order || !shipment) return refused(new CommerceError('shipment_not_found', 'no such shipment'));
    return decided(() => {
      const view = transition(order, shipment, command, numbers);
      const paymentId = command.to === 'SHIPPED' ? captureAtDispatch(order) : undefined;
      if (paymentId !== undefined) uncaptured.push(paymentId);
      return view;
    });
  });
  work.write();
  expectCaptures(tx, uncaptured, captureOverdueMs);
  // A carrier may report about a parcel before its dispatch.
  wakeMessages(
    tx,
    dispatched.map(({ trackingNumber }) => trackingNumber),
  );
  return outcomes;
}

function transition(
  order: LockedOrder,
  shipment: Shipment,
  command: TransitionShipmentCommand,
  numbers: LiveNumbers,
): ShipmentView {
  return command.to === 'SHIPPED'
    ? dispatch(order, shipment, command.parcels, numbers)
    : continueShipment(order, shipment, command.to);
}

function dispatch(
  order: LockedOrder,
  shipment: Shipment,
  trackingNumbers: readonly TrackingNumber[],
  numbers: LiveNumbers,
): ShipmentView {
  const { now } = order;
  const shipped = transitionShipment(shipment, 'SHIPPED', now);
  const { id: shipmentId, orderId } = shipment;
  const parcels = trackingNumbers.map((number) => newParcel({ id: newId(), shipmentId, orderId, ...number }, now));
  const [first] = parcels;
  if (!first) throw new Error('a shipment was dispatched without a parcel');
  numbers.assign(parcels);
  const { carrier, trackingNumber } = first;
  order.setShipment({ ...shipped, carrier, trackingNumber, shippedAt: now });
  for (const parcel of parcels) order.addParcel(parcel);
  order.shipStock(order.linesOfShipment(shipmentId));
  order.updateFulfillment();
  order.record('shipment.dispatched', {
    shipmentId,
    carrier,
    trackingNumber,
    parcels: parcels.map((parcel) => ({
      parcelId: parcel.id,
      carrier: parcel.carrier,
      trackingNumber: parcel.trackingNumber,
    })),
  });
  // The goods leave without a payment, even if an operator has cleared that reason before.
  if (order.hasLostItsMoney()) order.raiseAttention('authorization_lost');
  return viewOfShipment(order, shipmentId);
}
