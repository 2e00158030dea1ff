import { statement, type Database } from '@commerce-core/pg-pipeline';
import { lastPosition } from '../events/feed-repository.ts';
import type { FulfillmentStatus, OrderStatus } from '../order/order.ts';
import type { DailySalesRequest } from './report-input.ts';

type Pool = Pick<Database, 'pool'>;

/** What was sold and given back on one day in one currency. Amounts are minor units. */
export type DailySales = {
  /** The day in the requested time zone, like `2026-11-28`. */
  day: string;
  currency: string;
  /** Orders that were paid for the first time. */
  orders: number;
  /** Units of their products. */
  units: number;
  /** The totals of these orders. */
  grossAmount: number;
  /** What was given back on this day, whenever its order was paid. */
  refundAmount: number;
  /** `grossAmount` less `refundAmount`. */
  netAmount: number;
};

// Days without a sale are there, too, for each currency of the range.
const daily = statement(
  'daily_sales',
  `with sold as materialized (
    select (q.quarter at time zone $3)::date as day, q.currency, sum(q.orders)::int as orders,
      sum(q.units)::bigint as units,
      sum(q.gross_amount)::bigint as gross, sum(q.refund_amount)::bigint as refunds
    from "commerce"."sales_quarters" q
    where q.quarter >= $1::date::timestamp at time zone $3 and q.quarter < ($2::date + 1)::timestamp at time zone $3
      and ($4::text is null or q.currency = $4::text)
    group by 1, 2
  ), currencies as (
    select currency from sold union select $4::text where $4::text is not null
  )
  select d::date::text as day, c.currency, coalesce(s.orders, 0) as orders, coalesce(s.units, 0) as units,
    coalesce(s.gross, 0) as "grossAmount", coalesce(s.refunds, 0) as "refundAmount",
    coalesce(s.gross - s.refunds, 0) as "netAmount"
  from generate_series($1::date::timestamp, $2::date::timestamp, '1 day') d cross join currencies c
  left join sold s on s.day = d::date and s.currency = c.currency
  order by 1, 2`,
);

/** Reads the sales of each day of a range, from the first on, by currency. */
export async function readDailySales(
  { pool }: Pool,
  { from, to, timeZone, currency }: DailySalesRequest,
): Promise<DailySales[]> {
  const values = [from, to, timeZone, currency ?? null];
  return (await pool.query<DailySales>({ text: daily.text, values })).rows;
}

/** How many orders there are. */
export type OrderStats = {
  orders: number;
  /** Orders that need an operator. */
  needsAttention: number;
  /** Without pairs that no order has. */
  statuses: { status: OrderStatus; fulfillmentStatus: FulfillmentStatus; orders: number }[];
  /** Events that these numbers don't contain yet. */
  lagEvents: number;
};

const counts = statement(
  'order_counts',
  `select status, fulfillment_status as "fulfillmentStatus", orders from "commerce"."order_counts"
  where orders <> 0 order by status, fulfillment_status`,
);
const lagEvents = `greatest(0, ${lastPosition} - (select "position" from "commerce"."report_progress"
  where "id" = 1))::int`;
const others = statement(
  'order_stats',
  `select (select count(*)::int from "commerce"."orders" where needs_attention is not null) as "needsAttention",
    ${lagEvents} as "lagEvents"`,
);
const reportLag = statement('report_lag', `select ${lagEvents} as "lagEvents"`);

/** Reads how many orders have which statuses. */
export async function readOrderStats({ pool }: Pool): Promise<OrderStats> {
  const { rows: statuses } = await pool.query<OrderStats['statuses'][number]>(counts.text);
  const { rows } = await pool.query<Pick<OrderStats, 'needsAttention' | 'lagEvents'>>(others.text);
  // A SELECT without FROM always returns one row.
  return { orders: statuses.reduce((sum, { orders }) => sum + orders, 0), statuses, ...rows[0]! };
}

/** Reads how many events the reports don't contain yet. */
export async function readReportLag({ pool }: Pool): Promise<number> {
  const { rows } = await pool.query<{ lagEvents: number }>(reportLag.text);
  return rows[0]!.lagEvents;
}
