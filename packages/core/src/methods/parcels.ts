import type { z } from 'zod';
import type { Page } from '../database/page.ts';
import { read } from '../database/transaction.ts';
import { changeParcels } from '../flows/shipping/change-parcels.ts';
import { providerOf } from '../flows/tracking/configured-tracking.ts';
import { readParcelDetails, readParcelHistory, type ParcelDetails } from '../flows/tracking/read-parcel.ts';
import type { Call, Context } from '../run/context.ts';
import { runAlone } from '../run/run-flow.ts';
import type { TrackingEvent } from '../shipping/checkpoint.ts';
import { correctParcelInput, parcelIdInput } from '../shipping/shipment-input.ts';
import type { ShipmentView } from '../shipping/shipment-view.ts';
import { parcelHistoryInput } from '../shipping/tracking-message-input.ts';
import { parse } from '../validation.ts';
import { shipmentAnswer } from './shipments.ts';

/** The parcels that shipments leave in. */
export function parcelMethods(context: Context) {
  const { tracking } = context;
  const { db } = context.database;
  const change = runAlone(context, { name: 'parcel.change', flow: changeParcels, answer: shipmentAnswer });

  return {
    /**
     * Records that one parcel has arrived. Its shipment is DELIVERED when all its parcels are.
     * @returns the parcel's shipment, with all its parcels
     * @throws validation_failed when the id isn't a UUID
     * @throws parcel_not_found when there is no such parcel
     * @throws invalid_transition when the parcel is DELIVERED already, or its shipment is LOST or RETURNED
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    deliverParcel: async (input: z.input<typeof parcelIdInput>, call?: Call): Promise<ShipmentView> =>
      change({ change: 'deliver', ...parse(parcelIdInput, input) }, call),

    /**
     * Corrects the number of a parcel. `carrier` defaults to the parcel's own; both have 1 to 100 characters. The
     * journey starts over: `tracking` is LABEL. Of a parcel that is over, because it is DELIVERED or its shipment is
     * LOST or RETURNED, only the number changes. The former number stays in the order's history. A number that the
     * parcel has already changes nothing.
     * @returns the parcel's shipment, with all its parcels
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws parcel_not_found when there is no such parcel
     * @throws tracking_number_in_use when another parcel on its way has the number; the details name its order
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    correctParcel: async (input: z.input<typeof correctParcelInput>, call?: Call): Promise<ShipmentView> =>
      change({ change: 'correct', ...parse(correctParcelInput, input) }, call),

    /**
     * Has the provider that tracks a parcel's carrier told and asked about it now, by a job. A refusal of the provider
     * doesn't count any more.
     * @returns the parcel's shipment, as it is before the provider's answer
     * @throws validation_failed when the id isn't a UUID
     * @throws parcel_not_found when there is no such parcel
     * @throws carrier_not_tracked when no configured provider tracks the carrier
     * @throws invalid_transition when the parcel is over: DELIVERED, or its shipment is LOST or RETURNED
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    async trackParcel(input: z.input<typeof parcelIdInput>, call?: Call): Promise<ShipmentView> {
      const { parcelId } = parse(parcelIdInput, input);
      const nameOf = (carrier: string) => providerOf(tracking, carrier)?.name;
      return change({ change: 'track', parcelId, providerOf: nameOf }, call, { change: 'track', parcelId });
    },

    /**
     * Reads a parcel with what an operator needs: who tracks it since when, what its provider refused (`failureCode`),
     * and when it is asked next. `troubled`: its carrier reports a problem, a return or nothing.
     * @throws validation_failed when the id isn't a UUID
     * @throws parcel_not_found when there is no such parcel
     * @throws database_unavailable when the database can't be reached
     */
    getParcel: async (input: z.input<typeof parcelIdInput>): Promise<ParcelDetails> =>
      read(async () => readParcelDetails(db, parse(parcelIdInput, input))),

    /**
     * Lists what carriers have reported about a parcel, those about its former numbers included, the last received
     * first, 1 to 100 a page (`limit`, 50 by default).
     * @returns a page; its `nextCursor` is null on the last page
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws parcel_not_found when there is no such parcel
     * @throws database_unavailable when the database can't be reached
     */
    parcelHistory: async (input: z.input<typeof parcelHistoryInput>): Promise<Page<TrackingEvent>> =>
      read(async () => readParcelHistory(db, parse(parcelHistoryInput, input))),
  };
}
