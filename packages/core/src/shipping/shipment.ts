import { CommerceError } from '../errors.ts';
import { transition } from '../transition.ts';

/** The statuses that each status can change to. */
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
// Object.keys returns strings, though the table has no other keys.
export const shipmentStatuses = Object.keys(shipmentTransitions) as ShipmentStatus[];

/**
 * Shipments that operators look at together. ON_ITS_WAY: SHIPPED or IN_TRANSIT. TROUBLED: a parcel on its way has a
 * problem, comes back, or its carrier is silent. FAILED: LOST or RETURNED.
 */
export const shipmentStages = ['ON_ITS_WAY', 'TROUBLED', 'FAILED'] as const;

export type Shipment = {
  id: string;
  orderId: string;
  /** The return whose units this shipment replaces; null for a shipment of the order's own units. */
  returnId: string | null;
  status: ShipmentStatus;
  carrier: string | null;
  trackingNumber: string | null;
  shippedAt: Date | null;
  deliveredAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

export type ShipmentLine = { shipmentId: string; orderId: string; lineNo: number; quantity: number };

/** Whether a shipment is still to be sent or on its way. */
export const needsAddress = ({ status }: Shipment): boolean =>
  status === 'READY' || status === 'SHIPPED' || status === 'IN_TRANSIT';

/** The shipment in its new status. @throws invalid_transition when it can't change so */
export function transitionShipment(shipment: Shipment, to: ShipmentStatus, now: Date): Shipment {
  return transition('shipment', shipmentTransitions, shipment, to, now);
}

type Fulfillment =
  | 'UNFULFILLED'
  | 'PARTIALLY_SHIPPED'
  | 'SHIPPED'
  | 'PARTIALLY_DELIVERED'
  | 'DELIVERED'
  | 'PARTIALLY_RETURNED'
  | 'RETURNED';

/**
 * The fulfillment status of an order, from the units of its PRODUCT lines in each shipment. LOST and RETURNED ones
 * count as shipped, not as delivered. Units that came back count once all others have left.
 * @param orderedQty the ordered units that must be shipped
 * @param returnedQty the units that came back by returns
 * @throws internal_error when more units were shipped than ordered
 */
export function fulfillmentOf(
  orderedQty: number,
  shipments: readonly { status: ShipmentStatus; quantity: number }[],
  returnedQty: number,
): Fulfillment {
  const unitsIn = (...statuses: ShipmentStatus[]) =>
    shipments.filter(({ status }) => statuses.includes(status)).reduce((sum, { quantity }) => sum + quantity, 0);
  const delivered = unitsIn('DELIVERED');
  const shipped = delivered + unitsIn('SHIPPED', 'IN_TRANSIT', 'LOST', 'RETURNED');
  if (shipped > orderedQty) throw new CommerceError('internal_error', 'more units were shipped than ordered');
  if (returnedQty > 0 && shipped === orderedQty) return returnedQty >= orderedQty ? 'RETURNED' : 'PARTIALLY_RETURNED';
  if (delivered > 0) return delivered === orderedQty ? 'DELIVERED' : 'PARTIALLY_DELIVERED';
  if (shipped > 0) return shipped === orderedQty ? 'SHIPPED' : 'PARTIALLY_SHIPPED';
  return 'UNFULFILLED';
}

/** Whether a shipment has units of the order, and not replacements of units that came back. */
export const hasOwnUnits = ({ returnId }: Shipment): boolean => returnId === null;
