import { statement, type Database } from '@commerce-core/pg-pipeline';
import type { AttentionReason, FulfillmentStatus, OrderStatus } from '../order/order.ts';
import type { SalesTotal } from './sales-totals.ts';
import { openRefundStatuses, type RefundStatus } from '../refund/refund.ts';

/** Numbers of the whole shop, for monitoring. Amounts are minor units. */
export type ShopTotals = {
  /** How many orders have each pair of statuses; without pairs that no order has. */
  orders: { status: OrderStatus; fulfillmentStatus: FulfillmentStatus; orders: number }[];
  /** How many orders need an operator, by their most urgent reason; of the newest 10,000. */
  attention: { reason: AttentionReason; orders: number }[];
  /** All that was sold and given back, as `dailySales` counts it. */
  sales: SalesTotal[];
  /** Refunds that gateways haven't ended, and refunds that failed; of the newest 10,000 of each status. */
  refunds: { status: Exclude<RefundStatus, 'SUCCEEDED'>; currency: string; refunds: number; amount: number }[];
};

/** Rows that a count reads at most. */
const countedMax = 10_000;

const readOrders = statement(
  'total_orders',
  `select status, fulfillment_status as "fulfillmentStatus", orders from "commerce"."order_counts" order by 1, 2`,
);
const readAttention = statement(
  'total_attention',
  `select needs_attention as reason, count(*)::int as orders from (
    select needs_attention from "commerce"."orders" where needs_attention is not null order by id desc
      limit ${countedMax}
  ) newest group by 1 order by 1`,
);
const newestRefunds = [...openRefundStatuses, 'FAILED' as const].map(
  (status) =>
    `(select status, currency, amount from "commerce"."refunds" where status = '${status}' order by id desc
      limit ${countedMax})`,
);
const readRefunds = statement(
  'total_refunds',
  `select status, currency, count(*)::int as refunds, sum(amount)::bigint as amount
  from (${newestRefunds.join(' union all ')}) newest group by 1, 2 order by 1, 2`,
);

/** Reads the shop's totals but for its sales. None of the statements reads every order. */
export async function readCounts({ pool }: Pick<Database, 'pool'>): Promise<Omit<ShopTotals, 'sales'>> {
  const rows = async <T>({ text }: { text: string }) => (await pool.query(text)).rows as T[];
  // One after the other, so that a look at the numbers takes no second connection.
  return {
    orders: await rows<ShopTotals['orders'][number]>(readOrders),
    attention: await rows<ShopTotals['attention'][number]>(readAttention),
    refunds: await rows<ShopTotals['refunds'][number]>(readRefunds),
  };
}
