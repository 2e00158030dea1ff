import { CommerceError, invalidTransition } from '../errors.ts';

export const shipmentTransitions = {
  READY: ['SHIPPED', 'CANCELED'],
  SHIPPED: ['IN_TRANSIT', 'DELIVERED', 'LOST', 'RETURNED'],
  IN_TRANSIT: ['DELIVERED', 'LOST', 'RETURNED'],
  DELIVERED: [],
  LOST: [],
  RETURNED: [],
  CANCELED: [],
} as const satisfies Record<string, readonly string[]>;

export type ShipmentStatus = keyof typeof shipmentTransitions;
export const shipmentStatuses = Object.keys(shipmentTransitions) as ShipmentStatus[];

export type Shipment = {
  id: string;
  orderId: string;
  status: ShipmentStatus;
  carrier: string | null;
  trackingNumber: string | null;
  shippedAt: Date | null;
  deliveredAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

export type ShipmentLine = { shipmentId: string; orderId: string; lineNo: number; quantity: number };

/** The shipment in its new status. @throws invalid_transition */
export function transitionShipment(shipment: Shipment, to: ShipmentStatus, now: Date): Shipment {
  if (!(shipmentTransitions[shipment.status] as readonly ShipmentStatus[]).includes(to)) {
    throw invalidTransition('shipment', shipment.status, to);
  }
  return { ...shipment, status: to, updatedAt: now };
}

type Fulfillment = 'UNFULFILLED' | 'PARTIALLY_SHIPPED' | 'SHIPPED' | 'PARTIALLY_DELIVERED' | 'DELIVERED';

/**
 * The order's fulfillment as its shipments tell it, by units of PRODUCT lines: nothing under way, some or all under
 * way, some or all arrived. A LOST or RETURNED parcel was shipped and didn't arrive.
 */
export function fulfillmentOf(
  orderedQty: number,
  shipments: readonly { status: ShipmentStatus; quantity: number }[],
): Fulfillment {
  const unitsIn = (...statuses: ShipmentStatus[]) =>
    shipments.filter(({ status }) => statuses.includes(status)).reduce((sum, { quantity }) => sum + quantity, 0);
  const delivered = unitsIn('DELIVERED');
  const shipped = delivered + unitsIn('SHIPPED', 'IN_TRANSIT', 'LOST', 'RETURNED');
  if (shipped > orderedQty) throw new CommerceError('internal_error', 'more was shipped than ordered');
  if (delivered > 0) return delivered === orderedQty ? 'DELIVERED' : 'PARTIALLY_DELIVERED';
  if (shipped > 0) return shipped === orderedQty ? 'SHIPPED' : 'PARTIALLY_SHIPPED';
  return 'UNFULFILLED';
}
