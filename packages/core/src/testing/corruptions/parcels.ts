import { type Corruption, firstId, type FurtherCorruption } from './corruption.ts';

/** The first parcel of the first shipment with this status. */
const parcelOf = (status: string) =>
  `(select p.id from commerce.parcels p join commerce.shipments s on s.id = p.shipment_id
    where s.status = '${status}' order by s.id, p.id limit 1)`;
const deliver = `tracking = 'DELIVERED', delivered_at = now(), live = false`;

/** One way to break each invariant of parcels, by the name of its check. */
export const parcelCorruptions: Record<string, Corruption> = {
  parcel_of_dispatched_shipment: { statements: [`delete from commerce.parcels where id = ${parcelOf('SHIPPED')}`] },
  parcel_delivered_with_shipment: {
    statements: [
      `update commerce.parcels set tracking = 'MOVING', delivered_at = null where id = ${parcelOf('DELIVERED')}`,
    ],
  },
  parcel_live_on_its_way: { statements: [`update commerce.parcels set live = true where id = ${parcelOf('LOST')}`] },
  parcel_one_live_per_number: {
    withoutConstraints: ['parcels_one_live'],
    statements: [
      `update commerce.parcels set carrier = 'PIGEON-POST', tracking_number = 'p 1'
      where id in (${parcelOf('SHIPPED')}, ${parcelOf('IN_TRANSIT')})`,
    ],
  },
  shipment_has_a_recipient: {
    statements: [
      `update commerce.orders set redacted_at = now(), contact = null, shipping_address = null where id = (
        select order_id from commerce.shipments where status = 'READY' order by id limit 1)`,
    ],
  },
  shipment_shows_first_parcel: {
    statements: [`update commerce.parcels set tracking_number = 'another' where id = ${parcelOf('DELIVERED')}`],
  },
};

/** More ways to break the invariants of parcels, so that every part of their queries is proven. */
export const furtherParcelCorruptions: readonly FurtherCorruption[] = [
  {
    check: 'parcel_of_dispatched_shipment',
    how: 'a parcel of a READY shipment',
    statements: [
      `update commerce.parcels p set shipment_id = s.id, order_id = s.order_id from commerce.shipments s
      where s.id = ${firstId('shipments', `status = 'READY'`)} and p.id = (
        select max(id::text)::uuid from commerce.parcels where not live and tracking <> 'DELIVERED')`,
    ],
  },
  {
    check: 'parcel_delivered_with_shipment',
    how: 'on its way with all parcels delivered',
    statements: [`update commerce.parcels set ${deliver} where id = ${parcelOf('IN_TRANSIT')}`],
  },
  {
    check: 'parcel_live_on_its_way',
    how: 'delivered',
    withoutConstraints: ['parcels.parcels_delivered_is_over'],
    statements: [`update commerce.parcels set live = true where tracking = 'DELIVERED'`],
  },
];
