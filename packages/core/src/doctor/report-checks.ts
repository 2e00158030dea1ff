import { quarterOf, salesEventTypes, salesFacts } from '../reporting/sales-facts.ts';
import { quoted } from '../database/schema.ts';
import type { Check } from './check.ts';

// The reports contain the events up to this position, and no others.
const reported = `(select "position" from "commerce"."report_progress" where "id" = 1)`;

const slice = `(
    select e.type, e.aggregateid, e.version, e.payload, e.created_at
    from "commerce"."event_positions" p join "commerce"."events" e on e.id = p.event_id
    where p.position <= ${reported} and p.type in (${quoted(salesEventTypes)}))`;
const firstPaid = `(
    select distinct on (p.aggregateid) p.aggregateid as order_id, e.created_at as paid_at
    from "commerce"."event_positions" p join "commerce"."events" e on e.id = p.event_id
    where p.type = 'order.paid' and p.position <= ${reported} order by p.aggregateid, p.version)`;

/** Orders with events that the reports lack, and the first such version of each. */
const behind = `(
    select e.aggregateid, min(e.version) as first
    from "commerce"."events" e left join "commerce"."event_positions" p on p.event_id = e.id
    where e.aggregatetype = 'order' and (p.position is null or p.position > ${reported}) group by e.aggregateid)`;

/** Whether the reports contain the creation of an order. */
const isReported = `exists (
    select from "commerce"."events" e join "commerce"."event_positions" p on p.event_id = e.id
    where e.aggregateid = o.id and e.version = 1 and p.position <= ${reported})`;

export const reportChecks: readonly Check[] = [
  {
    name: 'sales_add_up',
    sentence: 'The sales of each quarter of an hour and currency are those of the events.',
    query: `
      select coalesce(q.quarter, f.quarter) as quarter, coalesce(q.currency, f.currency) as currency,
        q.orders, f.orders as "expectedOrders", q.units, f.units as "expectedUnits",
        q.gross_amount as "grossAmount", f.gross as "expectedGrossAmount",
        q.refund_amount as "refundAmount", f.refunds as "expectedRefundAmount"
      from "commerce"."sales_quarters" q
      full join (
        select ${quarterOf('at')} as quarter, currency, sum(orders)::int as orders, sum(units)::bigint as units,
          sum(gross)::bigint as gross, sum(refunds)::bigint as refunds
        from (${salesFacts(slice, firstPaid)}) fact group by 1, 2
      ) f on f.quarter = q.quarter and f.currency = q.currency
      where (q.orders, q.units, q.gross_amount, q.refund_amount)
        is distinct from (f.orders, f.units, f.gross, f.refunds)`,
  },
  {
    name: 'order_counts_add_up',
    sentence: 'The counts of orders by status and fulfillment status are those of the orders.',
    query: `
      select coalesce(c.status, o.status) as status,
        coalesce(c.fulfillment_status, o.fulfillment_status) as "fulfillmentStatus",
        c.orders as counted, o.orders as "expectedOrders"
      from (select * from "commerce"."order_counts" where orders <> 0) c
      full join (
        select status, fulfillment_status, count(*) as orders
        from (
          select case when b.first is null then o.status else e.payload ->> 'orderStatus' end as status,
            case when b.first is null then o.fulfillment_status
              else e.payload ->> 'fulfillmentStatus' end as fulfillment_status
          from "commerce"."orders" o
          left join ${behind} b on b.aggregateid = o.id
          left join "commerce"."events" e on e.aggregateid = o.id and e.version = b.first - 1
          where b.first is null or e.id is not null
        ) state group by status, fulfillment_status
      ) o on o.status = c.status and o.fulfillment_status = c.fulfillment_status
      where c.orders is distinct from o.orders`,
  },
  {
    name: 'order_is_searchable',
    sentence:
      'Each order is found by its total and by its e-mail address as it is now, and by the time of its payment.',
    query: `
      select o.id as "orderId", o.total_amount as "totalAmount", s.total_amount as "searchedAmount",
        f.paid_at as "paidAt",
        d.paid_at as "searchedPaidAt", s.order_id is null as "isMissing"
      from "commerce"."orders" o
      left join "commerce"."order_search" s on s.order_id = o.id
      left join "commerce"."paid_orders" d on d.order_id = o.id
      left join ${firstPaid} f on f.order_id = o.id
      where ${isReported} and not exists (select from ${behind} b where b.aggregateid = o.id)
        and ((s.total_amount, s.email is null) is distinct from (o.total_amount, o.contact ->> 'email' is null)
          or (s.email ~ '^[ -~]+$' and s.email <> lower(o.contact ->> 'email'))
          or d.paid_at is distinct from f.paid_at)`,
  },
];
