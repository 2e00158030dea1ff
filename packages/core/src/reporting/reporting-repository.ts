import { statement, texts, arrayOf, uuids, type Transaction } from '@commerce-core/pg-pipeline';
import { quoted } from '../database/schema.ts';
import { lastPosition } from '../events/feed-repository.ts';
import { quarterOf, salesEventTypes, salesFacts } from './sales-facts.ts';

/** Events with positions above `after` and up to `upTo`. */
export type Slice = { after: number; upTo: number };

/** SQL that is true when the reports lack events. */
export const someEventIsNotReported = `(select "position" < ${lastPosition} from "commerce"."report_progress"
  where "id" = 1)`;

const claim = statement(
  'claim_reports',
  `select "position" from "commerce"."report_progress" where "id" = 1 for update skip locked`,
);
const lastOfLog = statement('last_position', `select ${lastPosition} as "position"`);
const advance = statement('advance_reports', `update "commerce"."report_progress" set "position" = $1 where "id" = 1`);

/**
 * Locks the progress of the reports, and returns the next slice of up to `limit` events; undefined while another
 * process has the lock, or without new events.
 */
export async function claimSlice(tx: Transaction, limit: number): Promise<Slice | undefined> {
  const [progress] = await tx.query<{ position: number }>(claim, []);
  if (!progress) return undefined;
  const after = progress.position;
  // Positions have no gap.
  const [last] = await tx.query<{ position: number }>(lastOfLog, []);
  const upTo = Math.min(after + limit, last?.position ?? 0);
  return upTo > after ? { after, upTo } : undefined;
}

/** Records that the reports contain a slice. */
export const advanceReports = (tx: Transaction, { upTo }: Slice): void => tx.send(advance, [upTo]);

/** What an order is found by, as the order is now. */
export type SearchedOrder = {
  id: string;
  email: string | null;
  totalAmount: number;
  reference: string | null;
  names: (string | null)[];
};

const changed = statement(
  'orders_to_search',
  `select o.id, o.contact ->> 'email' as email, o.total_amount as "totalAmount", o.reference,
    array[o.contact ->> 'name', o.shipping_address ->> 'name'] as names
  from "commerce"."orders" o
  where o.id = any(array(
    select p.aggregateid from "commerce"."event_positions" p where p.position > $1 and p.position <= $2
      and p.type in ('order.created', 'order.updated', 'order.redacted')))`,
);

/** Reads the orders of a slice that are new, or whose texts have changed. */
export async function readOrdersToSearch(tx: Transaction, { after, upTo }: Slice): Promise<SearchedOrder[]> {
  return tx.query<SearchedOrder>(changed, [after, upTo]);
}

const upsert = statement(
  'write_order_search',
  `insert into "commerce"."order_search" as t (order_id, email, total_amount, words)
  select given.order_id, given.email, given.total_amount, array_to_tsvector(string_to_array(given.words, e'\\n'))
  from unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[]) as given (order_id, email, total_amount, words)
  on conflict (order_id) do update set email = excluded.email, words = excluded.words
  where (t.email, t.words) is distinct from (excluded.email, excluded.words)`,
);
const bigints = arrayOf('bigint');

/** What an order is found by. Words contain no white space. */
export type SearchRow = { orderId: string; email: string | null; totalAmount: number; words: readonly string[] };

export function writeSearchRows(tx: Transaction, rows: readonly SearchRow[]): void {
  if (rows.length === 0) return;
  tx.send(upsert, [
    uuids(rows.map(({ orderId }) => orderId)),
    texts(rows.map(({ email }) => email)),
    bigints(rows.map(({ totalAmount }) => totalAmount)),
    texts(rows.map(({ words }) => words.join('\n'))),
  ]);
}

const types = quoted(salesEventTypes);
const addSales = statement(
  'add_sales',
  `with slice as materialized (
    select e.type, e.aggregateid, e.version, e.payload, e.created_at
    from "commerce"."event_positions" p join "commerce"."events" e on e.id = p.event_id
    where p.position > $1 and p.position <= $2 and p.type in (${types})
  ), first_paid as (
    insert into "commerce"."paid_orders" (order_id, paid_at)
    select distinct on (aggregateid) aggregateid, created_at from slice where type = 'order.paid'
      order by aggregateid, version
    on conflict (order_id) do nothing returning order_id, paid_at
  )
  insert into "commerce"."sales_quarters" as t (quarter, currency, orders, units, gross_amount, refund_amount)
  select ${quarterOf('at')}, currency, sum(orders), sum(units), sum(gross), sum(refunds)
  from (${salesFacts('slice', 'first_paid')}) fact
  group by 1, 2
  on conflict (quarter, currency) do update set orders = t.orders + excluded.orders, units = t.units + excluded.units,
    gross_amount = t.gross_amount + excluded.gross_amount, refund_amount = t.refund_amount + excluded.refund_amount`,
);

/** Adds what was sold and given back in a slice. */
export const addSalesOf = (tx: Transaction, { after, upTo }: Slice): void => tx.send(addSales, [after, upTo]);

const addCounts = statement(
  'add_order_counts',
  `with touched as materialized (
    select aggregateid, min(version) as first, max(version) as last from "commerce"."event_positions"
    where position > $1 and position <= $2 and aggregatetype = 'order' group by aggregateid
  )
  insert into "commerce"."order_counts" as t (status, fulfillment_status, orders)
  select e.payload ->> 'orderStatus', e.payload ->> 'fulfillmentStatus', sum(step.n)
  from (
    select aggregateid, first - 1 as version, -1 as n from touched
    union all select aggregateid, last, 1 from touched
  ) step join "commerce"."events" e on e.aggregateid = step.aggregateid and e.version = step.version
  group by 1, 2 having sum(step.n) <> 0
  on conflict (status, fulfillment_status) do update set orders = t.orders + excluded.orders`,
);

/** Counts the orders of a slice from their statuses before it to those after it. */
export const addOrderCountsOf = (tx: Transaction, { after, upTo }: Slice): void => tx.send(addCounts, [after, upTo]);
