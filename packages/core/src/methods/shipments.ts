import type { z } from 'zod';
import { read } from '../database/transaction.ts';
import { readShipments } from '../flows/order/read-orders.ts';
import { transitionShipments, type ShipmentWithLines } from '../flows/shipping/transition-shipments.ts';
import { orderIdInput } from '../order/order-input.ts';
import type { Call, Context, Owner } from '../run/context.ts';
import { runAlone } from '../run/run-flow.ts';
import { dispatchShipmentInput, shipmentIdInput } from '../shipping/shipment-input.ts';
import { shipments } from '../shipping/tables.ts';
import { parse } from '../validation.ts';

/** Parcels of paid orders. */
export function shipmentMethods(context: Context) {
  const { db } = context.database;
  const transition = runAlone(context, { name: 'shipment.move', flow: transitionShipments, answer: shipments });

  return {
    /**
     * Reads an order's parcels, each with the units of the order's lines that it contains.
     * @throws validation_failed when the id isn't a UUID
     * @throws order_not_found when there is no such order, or it is another customer's
     * @throws database_unavailable when the database can't be reached
     */
    listShipments: async ({ customerId, ...input }: { orderId: string } & Owner): Promise<ShipmentWithLines[]> =>
      read(async () => readShipments(db, { ...parse(orderIdInput, input), customerId })),

    /**
     * Records that a READY parcel was handed to a carrier. `carrier` and `trackingNumber` have 1 to 100 characters
     * each.
     * @returns the shipment in SHIPPED
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws shipment_not_found when there is no such shipment
     * @throws invalid_transition when the shipment isn't READY
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    dispatchShipment: async (input: z.input<typeof dispatchShipmentInput>, call?: Call): Promise<ShipmentWithLines> =>
      transition({ to: 'SHIPPED', ...parse(dispatchShipmentInput, input) }, call),

    /**
     * Records that the carrier has a SHIPPED parcel on its way.
     * @returns the shipment in IN_TRANSIT
     * @throws validation_failed when the id isn't a UUID
     * @throws shipment_not_found when there is no such shipment
     * @throws invalid_transition when the shipment isn't SHIPPED
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    markShipmentInTransit: async (input: z.input<typeof shipmentIdInput>, call?: Call): Promise<ShipmentWithLines> =>
      transition({ to: 'IN_TRANSIT', ...parse(shipmentIdInput, input) }, call),

    /**
     * Records that a parcel has arrived.
     * @returns the shipment in DELIVERED
     * @throws validation_failed when the id isn't a UUID
     * @throws shipment_not_found when there is no such shipment
     * @throws invalid_transition when the shipment is neither SHIPPED nor IN_TRANSIT
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    deliverShipment: async (input: z.input<typeof shipmentIdInput>, call?: Call): Promise<ShipmentWithLines> =>
      transition({ to: 'DELIVERED', ...parse(shipmentIdInput, input) }, call),
  };
}
