import type { z } from 'zod';
import { read } from '../database/transaction.ts';
import type { Page } from '../database/page.ts';
import { listShipmentViews, readShipments, type NumberedShipment } from '../flows/order/read-orders.ts';
import { findShipments, type FoundShipments } from '../flows/shipping/find-shipments.ts';
import { readPackingSlips, type PackingSlip } from '../flows/shipping/read-packing-slips.ts';
import { repackShipments } from '../flows/shipping/repack-shipments.ts';
import { transitionShipments } from '../flows/shipping/transition-shipments.ts';
import { orderIdInput } from '../order/order-input.ts';
import type { Call, Context, Owner } from '../run/context.ts';
import { keysetPage } from '../run/keyset-page.ts';
import { runAlone } from '../run/run-flow.ts';
import {
  dispatchShipmentInput,
  findShipmentsInput,
  listAllShipmentsInput,
  mergeShipmentsInput,
  packingSlipsInput,
  parcelsOfInput,
  shipmentIdInput,
  splitShipmentInput,
} from '../shipping/shipment-input.ts';
import { shipmentKey } from '../shipping/shipment-repository.ts';
import type { ShipmentView } from '../shipping/shipment-view.ts';
import { parcels, shipments } from '../shipping/tables.ts';
import { parse } from '../validation.ts';

/** Where the dates of a shipment are that a method returns. */
export const shipmentAnswer = { table: shipments, lists: { parcels } };

/** Shipments of paid orders. */
export function shipmentMethods(context: Context) {
  const { db } = context.database;
  const answer = shipmentAnswer;
  const transition = runAlone(context, { name: 'shipment.move', flow: transitionShipments, answer });
  const repack = runAlone(context, { name: 'shipment.repack', flow: repackShipments, answer });

  return {
    /**
     * Reads an order's shipments, each with the units of the order's lines that it contains, and with its parcels once
     * it has left, and the order's number for the label. A parcel's `trackingUrl` is its carrier's page about it; null
     * for a carrier that isn't known.
     * @throws validation_failed when the id isn't a UUID
     * @throws order_not_found when there is no such order, or it is another customer's
     * @throws database_unavailable when the database can't be reached
     */
    listShipments: async ({ customerId, ...input }: { orderId: string } & Owner): Promise<NumberedShipment[]> =>
      read(async () => readShipments(db, { ...parse(orderIdInput, input), customerId })),

    /**
     * Lists shipments of all orders with their lines and parcels, 1 to 100 a page (`limit`, 50 by default). READY ones
     * come first, those that wait the longest first: the packing queue. The others follow, the newest first. `status`
     * selects shipments, or `stage`: ON_ITS_WAY (SHIPPED or IN_TRANSIT), TROUBLED (a parcel on its way has a problem,
     * comes back, or its carrier is silent) or FAILED (LOST or RETURNED).
     * @returns a page; its `nextCursor` is null on the last page
     * @throws validation_failed when a field is unknown or out of its bounds, or both `status` and `stage` are given
     * @throws cursor_of_another_list when the cursor is of a list with another filter
     * @throws database_unavailable when the database can't be reached
     */
    listAllShipments: async (input: z.input<typeof listAllShipmentsInput> = {}): Promise<Page<NumberedShipment>> =>
      keysetPage(db, listAllShipmentsInput, input, { name: 'shipments', list: listShipmentViews, keyOf: shipmentKey }),

    /**
     * Reads what a person needs who packs shipments: the units with their names, the address without its phone number,
     * the notes of operators about the order (the latest 5), and which of the order's shipments it is. 1 to 100
     * `shipmentIds`.
     * @returns the packing slips in the order of the ids; unknown shipments are left out
     * @throws validation_failed when an id isn't a UUID, or there are too many
     * @throws database_unavailable when the database can't be reached
     */
    packingSlips: async (input: z.input<typeof packingSlipsInput>): Promise<PackingSlip[]> => {
      const { shipmentIds } = parse(packingSlipsInput, input);
      return read(async () => readPackingSlips(db, shipmentIds));
    },

    /**
     * Finds shipments by 1 to 200 `names`, each of 1 to 200 characters: the shipment's id; the id, the number or the
     * reference of its order; or a parcel's tracking number, where the name is none of those.
     * @returns for each name its shipments, at most 20: READY ones first, then the newest; none where nothing has the
     * name
     * @throws validation_failed when a name is empty or too long, or there are too many
     * @throws database_unavailable when the database can't be reached
     */
    findShipments: async (input: z.input<typeof findShipmentsInput>): Promise<FoundShipments[]> => {
      const { names } = parse(findShipmentsInput, input);
      return read(async () => findShipments(db, names));
    },

    /**
     * Moves units of a READY shipment into a new READY shipment. Nothing is priced again: no amount, no payment and no
     * stock changes. `lines` has 1 to 1,000 lines, each with 1 unit or more; at least one unit stays.
     * @returns the new shipment
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws shipment_not_found when there is no such shipment
     * @throws shipment_not_ready when the shipment isn't READY
     * @throws shipment_is_replacement when the shipment replaces units of a return
     * @throws units_not_in_shipment when the shipment has fewer units of a line; the details say how many
     * @throws shipment_would_be_empty when all units would leave the shipment
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    splitShipment: async (input: z.input<typeof splitShipmentInput>, call?: Call): Promise<ShipmentView> =>
      repack(parse(splitShipmentInput, input), call),

    /**
     * Moves all units of a READY shipment into another READY shipment of the same order. The empty one is CANCELED.
     * @returns the shipment that has the units now
     * @throws validation_failed when a field is missing, unknown or out of its bounds, or both ids are the same
     * @throws shipment_not_found when one of the shipments doesn't exist
     * @throws shipments_of_different_orders when the shipments belong to different orders
     * @throws shipment_not_ready when one of the shipments isn't READY; the details say which
     * @throws shipment_is_replacement when one of the shipments replaces units of a return
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    mergeShipments: async (input: z.input<typeof mergeShipmentsInput>, call?: Call): Promise<ShipmentView> =>
      repack(parse(mergeShipmentsInput, input), call),

    /**
     * Records that a READY shipment was handed to carriers in 1 to 50 `parcels`. A single parcel can be given as
     * `carrier` and `trackingNumber` instead. Both have 1 to 100 characters. A number that a parcel on its way has is
     * refused; blanks, `.`, `-`, `_`, `/` and the case of A to Z don't count in names and numbers.
     * @returns the shipment in SHIPPED
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws shipment_not_found when there is no such shipment
     * @throws invalid_transition when the shipment isn't READY
     * @throws tracking_number_in_use when a parcel on its way has the same number of the same carrier; the details name
     * its order
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    async dispatchShipment(input: z.input<typeof dispatchShipmentInput>, call?: Call): Promise<ShipmentView> {
      const parsed = parse(dispatchShipmentInput, input);
      const command = { to: 'SHIPPED' as const, shipmentId: parsed.shipmentId, parcels: parcelsOfInput(parsed) };
      // The key's fingerprint of a single parcel is the one that older versions stored.
      return transition(command, call, { to: 'SHIPPED', ...parsed });
    },

    /**
     * Records that the carrier has a SHIPPED shipment on its way. Parcels of which the carrier has said nothing are
     * MOVING.
     * @returns the shipment in IN_TRANSIT
     * @throws validation_failed when the id isn't a UUID
     * @throws shipment_not_found when there is no such shipment
     * @throws invalid_transition when the shipment isn't SHIPPED
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    markShipmentInTransit: async (input: z.input<typeof shipmentIdInput>, call?: Call): Promise<ShipmentView> =>
      transition({ to: 'IN_TRANSIT', ...parse(shipmentIdInput, input) }, call),

    /**
     * Records that a shipment has arrived, with all its parcels.
     * @returns the shipment in DELIVERED
     * @throws validation_failed when the id isn't a UUID
     * @throws shipment_not_found when there is no such shipment
     * @throws invalid_transition when the shipment is neither SHIPPED nor IN_TRANSIT
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    deliverShipment: async (input: z.input<typeof shipmentIdInput>, call?: Call): Promise<ShipmentView> =>
      transition({ to: 'DELIVERED', ...parse(shipmentIdInput, input) }, call),

    /**
     * Records that a shipment was lost on its way: an operator's decision. Stock and money stay as they are, and the
     * order needs attention (`delivery_problem`). Its parcels' numbers can be used again.
     * @returns the shipment in LOST
     * @throws validation_failed when the id isn't a UUID
     * @throws shipment_not_found when there is no such shipment
     * @throws invalid_transition when the shipment is neither SHIPPED nor IN_TRANSIT
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    markShipmentLost: async (input: z.input<typeof shipmentIdInput>, call?: Call): Promise<ShipmentView> =>
      transition({ to: 'LOST', ...parse(shipmentIdInput, input) }, call),

    /**
     * Records that a shipment came back instead of arriving: an operator's decision. Stock and money stay as they are,
     * and the order needs attention (`delivery_problem`). Its parcels' numbers can be used again.
     * @returns the shipment in RETURNED
     * @throws validation_failed when the id isn't a UUID
     * @throws shipment_not_found when there is no such shipment
     * @throws invalid_transition when the shipment is neither SHIPPED nor IN_TRANSIT
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    markShipmentReturned: async (input: z.input<typeof shipmentIdInput>, call?: Call): Promise<ShipmentView> =>
      transition({ to: 'RETURNED', ...parse(shipmentIdInput, input) }, call),
  };
}
