import type { Transaction } from '@commerce-core/pg-pipeline';
import { CommerceError } from '../../errors.ts';
import { isSameNumber, type TrackingNumber } from '../../shipping/carrier.ts';
import type { Parcel } from '../../shipping/parcel.ts';
import { findLiveParcel } from '../../shipping/parcel-repository.ts';

/** The live parcels that have some carriers' numbers, those of this transaction included. */
export class LiveNumbers {
  #parcels: Parcel[];

  private constructor(parcels: Parcel[]) {
    this.#parcels = parcels;
  }

  /**
   * Reads the parcels that have these numbers, in one round trip. If another transaction takes one of the numbers
   * before the commit, a unique index fails this transaction. It runs again and finds that parcel.
   */
  static async read(tx: Transaction, numbers: readonly TrackingNumber[]): Promise<LiveNumbers> {
    const parcels = await Promise.all(numbers.map((number) => findLiveParcel(tx, number)));
    return new LiveNumbers(parcels.filter((parcel) => parcel !== undefined));
  }

  /**
   * Gives parcels the numbers that they have. @throws tracking_number_in_use when another live parcel has one of them
   */
  assign(parcels: readonly Parcel[]): void {
    const assigned = [...this.#parcels];
    for (const parcel of parcels) {
      const other = assigned.find((known) => known.id !== parcel.id && isSameNumber(known, parcel));
      if (other) throw numberInUse(other);
      assigned.push(parcel);
    }
    this.#parcels = assigned;
  }
}

function numberInUse({ id, shipmentId, orderId, carrier, trackingNumber }: Parcel): CommerceError {
  return new CommerceError('tracking_number_in_use', `a parcel of order ${orderId} has this number and is on its way`, {
    carrier,
    trackingNumber,
    orderId,
    shipmentId,
    parcelId: id,
  });
}
