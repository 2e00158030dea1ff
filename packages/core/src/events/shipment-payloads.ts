import { z } from 'zod';
import {
  id,
  instant,
  orderEvent,
  returnId,
  shipmentId,
  parcelId,
  dispatched,
  trackingNumber,
  tracking,
  parcel,
  lineQuantity,
  movedLines,
} from './payload-fields.ts';

/** The events of an order's shipments and parcels by type. */
export const shipmentEventPayloads = {
  'shipment.created': orderEvent('A shipment is ready to be sent.', {
    shipmentId,
    returnId: returnId.optional().describe('The return whose units it replaces.'),
    lines: z.array(z.strictObject(lineQuantity)),
  }),
  'shipment.split': orderEvent(
    'Units of a shipment that had not left went into a new one. No price and no payment changes.',
    { shipmentId, intoShipmentId: id.describe('The new shipment.'), lines: movedLines },
  ),
  'shipment.merged': orderEvent(
    'All units of a shipment that had not left went into another one. The empty shipment is canceled.',
    { shipmentId, intoShipmentId: id.describe('The shipment that has the units now.'), lines: movedLines },
  ),
  'shipment.dispatched': orderEvent('A shipment was given to its carrier, in one parcel or several.', {
    ...dispatched,
    parcels: z
      .array(z.strictObject({ parcelId, ...trackingNumber }))
      .optional()
      .describe('All parcels. Events of versions before parcels existed have none.'),
  }),
  'shipment.in_transit': orderEvent('The carrier has the shipment on its way.', dispatched),
  'shipment.delivered': orderEvent('A shipment arrived, with all its parcels.', dispatched),
  'shipment.canceled': orderEvent('A shipment that had not left was canceled.', { shipmentId }),
  'shipment.lost': orderEvent('A shipment was lost on its way. Stock and money stay as they are.', dispatched),
  'shipment.returned': orderEvent(
    'A shipment came back instead of arriving. Stock and money stay as they are.',
    dispatched,
  ),
  'parcel.delivered': orderEvent('A parcel arrived.', parcel),
  'parcel.tracking_changed': orderEvent('The carrier reports another place of a parcel, or has been silent for long.', {
    ...parcel,
    from: tracking.describe('Where the parcel was.'),
    tracking: tracking.describe('Where the parcel is.'),
    checkpointAt: instant.describe('When, by the clock of the carrier; the last report before a silence.'),
  }),
  'parcel.corrected': orderEvent('The number of a parcel was corrected. Its journey starts over, unless it is over.', {
    ...parcel,
    from: z.strictObject(trackingNumber).describe('The former number.'),
  }),
};
