import { z } from 'zod';
import { id } from '../ids.ts';
import { cursorInput, listOf, listOfLines } from '../list-input.ts';
import { line } from '../text.ts';
import { shipmentStages, shipmentStatuses } from './shipment.ts';

export const shipmentIdInput = z.strictObject({ shipmentId: id });
export const parcelIdInput = z.strictObject({ parcelId: id });

const carrier = line(100);
const trackingNumber = line(100);
const parcelsMax = 50;

/**
 * The 1 to 50 parcels that a shipment leaves in. A single parcel can be given by `carrier` and `trackingNumber`
 * instead.
 */
export const dispatchShipmentInput = z
  .strictObject({
    shipmentId: id,
    carrier: carrier.optional(),
    trackingNumber: trackingNumber.optional(),
    parcels: listOf(z.strictObject({ carrier, trackingNumber }), parcelsMax).optional(),
  })
  .check(({ value, issues }) => {
    const missing = (['carrier', 'trackingNumber'] as const).filter((field) => value[field] === undefined);
    const report = (path: string, message: string) =>
      issues.push({ code: 'custom', path: [path], message, input: value });
    if (value.parcels === undefined) for (const field of missing) report(field, 'must be given, unless parcels are');
    else if (missing.length < 2) report('parcels', 'must not be given together with carrier or trackingNumber');
  });

/** The parcels that an input of `dispatchShipmentInput` names. */
export function parcelsOfInput(input: z.output<typeof dispatchShipmentInput>) {
  const { carrier, trackingNumber, parcels } = input;
  if (parcels) return parcels;
  return carrier !== undefined && trackingNumber !== undefined ? [{ carrier, trackingNumber }] : [];
}

/** `carrier` defaults to the carrier that the parcel has. */
export const correctParcelInput = z.strictObject({ parcelId: id, carrier: carrier.optional(), trackingNumber });

const shipmentLine = z.strictObject({ lineNo: z.int().min(1).max(32_767), quantity: z.int().min(1) });

/** The units that go into a new shipment: 1 to 1,000 lines. */
export const splitShipmentInput = z.strictObject({
  shipmentId: id,
  lines: listOfLines(shipmentLine, 1_000),
});

export const mergeShipmentsInput = z
  .strictObject({ shipmentId: id, intoShipmentId: id })
  .refine(({ shipmentId, intoShipmentId }) => shipmentId !== intoShipmentId, {
    path: ['intoShipmentId'],
    message: 'must be another shipment',
  });

/** Shipments of all orders: READY ones first, those that wait the longest first; then the others, the newest first. */
export const listAllShipmentsInput = z
  .strictObject({
    ...cursorInput,
    status: z.enum(shipmentStatuses).optional(),
    stage: z.enum(shipmentStages).optional(),
  })
  .refine(({ status, stage }) => status === undefined || stage === undefined, {
    path: ['stage'],
    message: 'must not be given together with status',
  });

/** Shipments to pack: 1 to 100. */
export const packingSlipsInput = z.strictObject({ shipmentIds: listOf(id, 100) });

/** How people name shipments: by the shipment, its order or a tracking number. 1 to 200 names. */
export const findShipmentsInput = z.strictObject({ names: listOf(line(200), 200) });

export type ShipmentFilter = Omit<z.output<typeof listAllShipmentsInput>, 'cursor' | 'limit'>;
