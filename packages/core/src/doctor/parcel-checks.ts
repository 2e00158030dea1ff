import { comparableSql } from '../shipping/tables.ts';
import type { Check } from './check.ts';
import { hasLeft } from './shipment-checks.ts';

const deliveredParcels = `count(p.id) filter (where p.tracking = 'DELIVERED')`;

export const parcelChecks: readonly Check[] = [
  {
    name: 'parcel_of_dispatched_shipment',
    sentence: 'A shipment that has left has a parcel, and one that has not left has none.',
    query: `
      select s.id as "shipmentId", s.order_id as "orderId", s.status, count(p.id) as parcels
      from "commerce"."shipments" s left join "commerce"."parcels" p on p.shipment_id = s.id
      group by s.id having (count(p.id) > 0) <> (${hasLeft})`,
  },
  {
    name: 'parcel_delivered_with_shipment',
    sentence: 'A shipment that was not lost or returned is DELIVERED exactly when all its parcels are.',
    query: `
      select s.id as "shipmentId", s.order_id as "orderId", s.status, count(*) as parcels,
        ${deliveredParcels} as delivered
      from "commerce"."shipments" s join "commerce"."parcels" p on p.shipment_id = s.id
      where s.status not in ('LOST', 'RETURNED')
      group by s.id having (s.status = 'DELIVERED') <> (${deliveredParcels} = count(*))`,
  },
  {
    name: 'parcel_live_on_its_way',
    sentence: 'A live parcel is not DELIVERED, and its shipment of the same order is SHIPPED or IN_TRANSIT.',
    query: `
      select p.id as "parcelId", p.shipment_id as "shipmentId", p.order_id as "orderId", p.tracking, s.status
      from "commerce"."parcels" p left join "commerce"."shipments" s on s.id = p.shipment_id and s.order_id = p.order_id
      where p.live and (p.tracking <> 'DELIVERED' and s.status in ('SHIPPED', 'IN_TRANSIT')) is not true`,
  },
  {
    name: 'parcel_one_live_per_number',
    sentence: 'At most one live parcel has the same number of the same carrier.',
    query: `
      select min(p.carrier) as carrier, min(p.tracking_number) as "trackingNumber", count(*) as parcels,
        array_agg(p.order_id order by p.id) as "orderIds"
      from "commerce"."parcels" p where p.live
      group by ${comparableSql('p.carrier')}, ${comparableSql('p.tracking_number')} having count(*) > 1`,
  },
  {
    name: 'shipment_shows_first_parcel',
    sentence: "A shipment's carrier and tracking number are those of its first parcel.",
    query: `
      select s.id as "shipmentId", s.order_id as "orderId", s.carrier, s.tracking_number as "trackingNumber",
        p.carrier as "parcelCarrier", p.tracking_number as "parcelTrackingNumber"
      from "commerce"."shipments" s
      join (
        select distinct on (shipment_id) shipment_id, carrier, tracking_number
        from "commerce"."parcels" order by shipment_id, id
      ) p on p.shipment_id = s.id
      where (s.carrier, s.tracking_number) is distinct from (p.carrier, p.tracking_number)`,
  },
];
