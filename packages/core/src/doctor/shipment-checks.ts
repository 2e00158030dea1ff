import { shipmentTransitions } from '../shipping/shipment.ts';
import { putBack, type Check } from './check.ts';
import { recordedChecks } from './recorded-checks.ts';
import { shipmentStatusRecorded } from './recorded-statuses.ts';

/** Units of each order line in shipments that are not CANCELED. Replacements for a return aren't units of the order. */
const packed = `
  select l.order_id, l.line_no, sum(l.quantity) as quantity
  from "commerce"."shipment_lines" l
  join "commerce"."shipments" s on s.id = l.shipment_id and s.status <> 'CANCELED' and s.return_id is null
  group by l.order_id, l.line_no`;

/** Shipments that were handed to a carrier; a LOST or RETURNED one did not arrive. */
export const hasLeft = `s.status in ('SHIPPED', 'IN_TRANSIT', 'DELIVERED', 'LOST', 'RETURNED')`;

export const shipmentChecks: readonly Check[] = [
  {
    name: 'shipment_within_order',
    sentence:
      "An order's shipments contain only product lines, and of each at most the ordered quantity " +
      'without the canceled units.',
    query: `
      select p.order_id as "orderId", p.line_no as "lineNo", o.kind,
        o.quantity as "orderedQty", o.canceled_qty as "canceledQty", p.quantity as "packedQty"
      from (${packed}) p
      left join "commerce"."order_lines" o on o.order_id = p.order_id and o.line_no = p.line_no
      where (p.quantity + o.canceled_qty <= o.quantity and o.kind = 'PRODUCT') is not true`,
  },
  {
    name: 'shipment_has_a_recipient',
    sentence: 'No shipment of a redacted order is READY, because its contact and address were erased.',
    query: `
      select s.id as "shipmentId", s.order_id as "orderId", o.redacted_at as "redactedAt"
      from "commerce"."shipments" s join "commerce"."orders" o on o.id = s.order_id
      where s.status = 'READY' and o.redacted_at is not null`,
  },
  {
    name: 'shipment_for_everything_paid',
    sentence:
      'Every unit of a PAID order is in a shipment that is not CANCELED, was canceled, or was refunded and restocked.',
    query: `
      select o.id as "orderId", l.line_no as "lineNo", l.quantity as "orderedQty", p.quantity as "packedQty",
        b.quantity as "restockedQty"
      from "commerce"."orders" o
      join "commerce"."order_lines" l on l.order_id = o.id and l.kind = 'PRODUCT'
      left join (${packed}) p on p.order_id = l.order_id and p.line_no = l.line_no
      left join (${putBack}) b on b.order_id = l.order_id and b.line_no = l.line_no
      where o.status = 'PAID' and coalesce(p.quantity, 0) + coalesce(b.quantity, 0) <> l.quantity`,
  },
  {
    name: 'shipment_only_of_paid_orders',
    sentence: 'Only a PAID order has shipments that are not CANCELED.',
    query: `
      select s.id as "shipmentId", s.status, o.id as "orderId", o.status as "orderStatus"
      from "commerce"."shipments" s left join "commerce"."orders" o on o.id = s.order_id
      where s.status <> 'CANCELED' and o.status is distinct from 'PAID'`,
  },
  {
    name: 'shipment_is_not_empty',
    sentence: 'Every shipment has a line.',
    query: `
      select s.id as "shipmentId", s.order_id as "orderId", s.status from "commerce"."shipments" s
      where not exists (select from "commerce"."shipment_lines" l where l.shipment_id = s.id)`,
  },
  {
    name: 'order_fulfillment_follows_shipments',
    sentence:
      "An order's fulfillment status follows from its own units in its shipped and delivered " +
      'shipments, and in its returns.',
    query: `
      select o.id as "orderId", o.fulfillment_status as "fulfillmentStatus", ordered.quantity as "orderedQty",
        coalesce(parcels.shipped, 0) as "shippedQty", coalesce(parcels.delivered, 0) as "deliveredQty",
        coalesce(back.quantity, 0) as "returnedQty"
      from "commerce"."orders" o
      join (
        select l.order_id, sum(l.quantity - coalesce(b.quantity, 0)) as quantity
        from "commerce"."order_lines" l
        left join (${putBack}) b on b.order_id = l.order_id and b.line_no = l.line_no
        where l.kind = 'PRODUCT' group by l.order_id
      ) ordered on ordered.order_id = o.id
      left join (
        select l.order_id, sum(l.quantity) filter (where ${hasLeft}) as shipped,
          sum(l.quantity) filter (where s.status = 'DELIVERED') as delivered
        from "commerce"."shipments" s join "commerce"."shipment_lines" l on l.shipment_id = s.id
        where s.return_id is null
        group by l.order_id
      ) parcels on parcels.order_id = o.id
      left join (
        select order_id, sum(greatest(received_qty - replacement_qty, 0)) as quantity from "commerce"."return_lines"
          group by order_id
      ) back on back.order_id = o.id
      where o.fulfillment_status <> case when coalesce(parcels.shipped, 0) = 0 then 'UNFULFILLED'
        when parcels.shipped = ordered.quantity and back.quantity >= ordered.quantity then 'RETURNED'
        when parcels.shipped = ordered.quantity and back.quantity > 0 then 'PARTIALLY_RETURNED'
        when parcels.delivered = ordered.quantity then 'DELIVERED'
        when parcels.delivered > 0 then 'PARTIALLY_DELIVERED'
        when parcels.shipped = ordered.quantity then 'SHIPPED'
        when parcels.shipped > 0 then 'PARTIALLY_SHIPPED'
        else 'UNFULFILLED' end`,
  },
  ...recordedChecks({
    subject: 'shipment',
    transitions: shipmentTransitions,
    recorded: shipmentStatusRecorded,
    first: 'READY',
  }),
];
