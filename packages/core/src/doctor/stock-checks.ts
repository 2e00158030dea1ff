import { canceledUnits, putBack, type Check } from './check.ts';

const sold = `case when o.status = 'PAID' or paid.aggregateid is not null then l.quantity else 0 end`;
/**
 * Units that the cancellation of an order restocked; a refund or a cancellation of units may have restocked some
 * before.
 */
const restocked = `case when o.status <> 'PAID' and paid.aggregateid is not null
  then l.quantity - coalesce(b.quantity, 0) else 0 end`;

/** The replacement that caused a stock movement `m`. */
const replacement = `
  select from "commerce"."shipments" s
  join "commerce"."shipment_lines" r on r.shipment_id = s.id
  join "commerce"."order_lines" o on o.order_id = r.order_id and o.line_no = r.line_no
  where s.id = m.cause_id and s.return_id is not null and o.product_id = m.product_id`;

export const stockChecks: readonly Check[] = [
  {
    name: 'stock_row_per_product',
    sentence: 'Every product has a stock row.',
    query: `
      select p.id as "productId", p.sku from "commerce"."products" p
      where not exists (select from "commerce"."stocks" s where s.product_id = p.id)`,
  },
  {
    name: 'stock_reserved_within_available',
    sentence: "A product's reserved units are at most its available units, and neither number is below zero.",
    query: `
      select product_id as "productId", available_qty as "availableQty", reserved_qty as "reservedQty"
      from "commerce"."stocks" where not (0 <= reserved_qty and reserved_qty <= available_qty)`,
  },
  {
    name: 'stock_available_is_sum_of_movements',
    sentence: "A product's available units are the sum of its stock movements.",
    query: `
      select product_id as "productId", s.available_qty as "availableQty", m.quantity as "movedQty"
      from "commerce"."stocks" s
      full join (select product_id, sum(quantity) as quantity from "commerce"."stock_movements" group by product_id) m
        using (product_id)
      where s.available_qty is distinct from coalesce(m.quantity, 0)`,
  },
  {
    name: 'stock_reserved_is_sum_of_reservations',
    sentence: "A product's reserved units are the sum of its lines in orders with a reservation.",
    query: `
      select product_id as "productId", s.reserved_qty as "reservedQty", h.quantity as "orderedQty"
      from "commerce"."stocks" s
      full join (
        select l.product_id, sum(l.quantity) as quantity
        from "commerce"."orders" o join "commerce"."order_lines" l on l.order_id = o.id
        where o.reservation_status = 'HELD' and l.kind = 'PRODUCT'
        group by l.product_id
      ) h using (product_id)
      where s.reserved_qty is distinct from coalesce(h.quantity, 0)`,
  },
  {
    name: 'stock_unshipped_is_in_ready_parcels',
    sentence: "A product's unshipped units are the sum of its units in parcels that are READY.",
    query: `
      select product_id as "productId", s.unshipped_qty as "unshippedQty", r.quantity as "readyQty"
      from "commerce"."stocks" s
      full join (
        select o.product_id, sum(l.quantity) as quantity
        from "commerce"."shipments" p
        join "commerce"."shipment_lines" l on l.shipment_id = p.id
        join "commerce"."order_lines" o on o.order_id = l.order_id and o.line_no = l.line_no
        where p.status = 'READY'
        group by o.product_id
      ) r using (product_id)
      where s.unshipped_qty is distinct from coalesce(r.quantity, 0)`,
  },
  {
    name: 'stock_movement_once_per_cause',
    sentence: 'A cause has at most one stock movement of each kind for a product.',
    query: `
      select cause_id as "causeId", product_id as "productId", kind, count(*) as movements
      from "commerce"."stock_movements" group by cause_id, product_id, kind having count(*) > 1`,
  },
  {
    name: 'stock_movement_has_its_cause',
    sentence:
      'A sale is caused by an order with a line of that product, and a restock by such an order, refund, ' +
      'cancellation of units or canceled replacement. Returned units are caused by a receipt of a return, ' +
      'and replaced ones by their shipment. Other movements are their own cause.',
    query: `
      select m.id as "movementId", m.kind, m.cause_id as "causeId", m.product_id as "productId", m.quantity
      from "commerce"."stock_movements" m
      left join "commerce"."order_lines" l on l.order_id = m.cause_id and l.product_id = m.product_id
      left join (
        select c.cancellation_id, o.product_id, c.quantity from (${canceledUnits}) c
        join "commerce"."order_lines" o on o.order_id = c.order_id and o.line_no = c.line_no
      ) c on c.cancellation_id = m.cause_id::text and c.product_id = m.product_id and c.quantity = m.quantity
      where case when m.kind = 'SOLD' then l.order_id is null
        when m.kind = 'RESTOCKED' then l.order_id is null and c.product_id is null and not exists (
          select from "commerce"."refund_lines" r
          join "commerce"."order_lines" o on o.order_id = r.order_id and o.line_no = r.line_no
          where r.refund_id = m.cause_id and o.product_id = m.product_id and r.restock and r.quantity = m.quantity)
          and not exists (${replacement} and s.status = 'CANCELED' and r.quantity = m.quantity)
        when m.kind = 'RETURNED' then not exists (
          select from "commerce"."events" e join "commerce"."order_lines" o on o.order_id = e.aggregateid
          where e.type = 'return.received' and e.payload ->> 'receiptId' = m.cause_id::text
            and o.product_id = m.product_id)
        when m.kind = 'REPLACED' then not exists (${replacement} and r.quantity = -m.quantity)
        else m.cause_id <> m.id end`,
  },
  {
    name: 'stock_restocked_by_refunds',
    sentence: 'A refund line that restocks has one stock movement of the same quantity.',
    query: `
      select r.refund_id as "refundId", o.product_id as "productId", r.quantity, m.quantity as "restockedQty"
      from "commerce"."refund_lines" r
      join "commerce"."order_lines" o on o.order_id = r.order_id and o.line_no = r.line_no
      left join "commerce"."stock_movements" m
        on m.cause_id = r.refund_id and m.product_id = o.product_id and m.kind = 'RESTOCKED'
      where r.restock and m.quantity is distinct from r.quantity`,
  },
  {
    name: 'stock_restocked_by_cancellations',
    sentence: 'The canceled units of a line are those of its recorded cancellations, each with one stock movement.',
    query: `
      select l.order_id as "orderId", l.line_no as "lineNo", l.canceled_qty as "canceledQty",
        r.recorded as "recordedQty",
        r.restocked as "restockedQty"
      from "commerce"."order_lines" l
      full join (
        select c.order_id, c.line_no, sum(c.quantity) as recorded, sum(m.quantity) as restocked
        from (${canceledUnits}) c
        left join "commerce"."order_lines" o on o.order_id = c.order_id and o.line_no = c.line_no
        left join "commerce"."stock_movements" m
          on m.cause_id::text = c.cancellation_id and m.product_id = o.product_id and m.kind = 'RESTOCKED'
        group by c.order_id, c.line_no
      ) r on r.order_id = l.order_id and r.line_no = l.line_no
      where (coalesce(l.canceled_qty, 0), coalesce(l.canceled_qty, 0))
        is distinct from (coalesce(r.recorded, 0), coalesce(r.restocked, 0))`,
  },
  {
    name: 'stock_moved_by_orders_as_paid',
    sentence:
      'A paid order has sold its lines. If it was canceled later it has restocked them, too. ' +
      'Other orders have no stock movement.',
    query: `
      select o.id as "orderId", o.status, l.product_id as "productId", l.quantity,
        -coalesce(s.quantity, 0) as "soldQty", coalesce(r.quantity, 0) as "restockedQty"
      from "commerce"."orders" o
      join "commerce"."order_lines" l on l.order_id = o.id and l.kind = 'PRODUCT'
      left join "commerce"."stock_movements" s
        on s.cause_id = o.id and s.product_id = l.product_id and s.kind = 'SOLD'
      left join "commerce"."stock_movements" r
        on r.cause_id = o.id and r.product_id = l.product_id and r.kind = 'RESTOCKED'
      left join "commerce"."events" paid on paid.aggregateid = o.id and paid.type = 'order.paid'
      left join (${putBack}) b on b.order_id = l.order_id and b.line_no = l.line_no
      where -coalesce(s.quantity, 0) <> ${sold} or coalesce(r.quantity, 0) <> ${restocked}`,
  },
  {
    name: 'stock_changes_are_recorded',
    sentence: 'Every receipt and adjustment of stock has an event with the same quantity.',
    query: `
      select product_id as "productId", type, m.movements, m.quantity, e.events, e.quantity as "recordedQty"
      from (
        select product_id, 'stock.' || lower(kind) as type, count(*) as movements, sum(quantity) as quantity
        from "commerce"."stock_movements" where kind in ('RECEIVED', 'ADJUSTED') group by product_id, kind
      ) m
      full join (
        select aggregateid as product_id, type, count(*) as events, sum(case
          when jsonb_typeof(payload -> 'quantity') = 'number' then (payload ->> 'quantity')::numeric end) as quantity
        from "commerce"."events" where type in ('stock.received', 'stock.adjusted') group by aggregateid, type
      ) e using (product_id, type)
      where (m.movements, m.quantity) is distinct from (e.events, e.quantity)`,
  },
];
