import type { Database } from '@commerce-core/pg-pipeline';
import { idAt } from './old-rows.ts';

/** How many products the orders are of. A few of them are in most orders. */
const products = 2_000;
const batch = 100_000;

const productId = (n: string): string => `('01900000-0000-7000-8000-' || lpad((${n})::text, 12, '0'))::uuid`;

const catalogue = [
  `insert into commerce.products (id, sku, name, price_amount, currency, version, created_at, updated_at)
    select ${productId('n')}, 'SKU-' || lpad(n::text, 6, '0'), 'Product number ' || n, 100 + n, 'EUR', 1, now(), now()
    from generate_series(0, ${products - 1}) n`,
  `insert into commerce.product_details (product_id, description, words)
    select id, 'All about ' || name, array_to_tsvector(array['all', 'about', 'product', 'number', lower(sku),
      split_part(sku, '-', 2)])
    from commerce.products`,
  `insert into commerce.stocks (product_id, available_qty, reserved_qty)
    select ${productId('n')}, n % 500 + 10, n % 7 from generate_series(0, ${products - 1}) n`,
];

// An hour's orders differ from the next hour's by numbers that spread evenly: 7919 and 104729 are primes.
const placed = `create temp table placed as
  select n, at, ${idAt('at')} as id, n::bigint * 7919 % 10007 as luck, $3::int - n as age
  from (select n, now() - ($3::int - n) * (interval '365 days' / $3::int) as at
    from generate_series($1::int, $2::int) n) numbered`;

const statusOf = `case when age < $3::int / 500 then (array['CREATED', 'PAYMENT_PENDING'])[n % 2 + 1]
  when luck < 800 then 'EXPIRED' when luck < 1200 then 'CANCELED' when luck < 1300 then 'PAYMENT_FAILED'
  else 'PAID' end`;
const fulfillmentOf = `case when status <> 'PAID' then 'UNFULFILLED' when age < $3::int / 100 then 'UNFULFILLED'
  when age < $3::int / 50 then 'SHIPPED' when luck < 1400 then 'RETURNED' when luck < 1410 then 'PARTIALLY_SHIPPED'
  when luck < 1412 then 'PARTIALLY_DELIVERED' when luck < 1414 then 'PARTIALLY_RETURNED' else 'DELIVERED' end`;

const told = `create temp table told as
  select *, ${fulfillmentOf} as fulfillment, 'user' || n::bigint * 104729 % ($3::int / 5) || '@example.com' as email,
    (array['ana', 'kim', 'li', 'jo', 'max', 'eva', 'tom', 'ida'])[luck % 8 + 1] || ' last' || luck as name,
    least(now(), at + case when luck % 3 = 0 then interval '9 days' else interval '2 hours' end) as changed,
    1000 + luck * luck % 90007 * 10 as total
  from (select *, ${statusOf} as status from placed) p`;

const isSent = `fulfillment <> 'UNFULFILLED'`;

const orders = [
  `insert into commerce.orders (id, customer_id, status, fulfillment_status, reservation_status, hold_until, currency,
    total_amount,
      contact, reference, needs_attention, attention_reasons, version, created_at, updated_at)
    select id, 'customer-' || n::bigint * 104729 % ($3::int / 5), status, fulfillment,
      case when status = 'PAID' then 'COMMITTED' when status in ('CREATED', 'PAYMENT_PENDING') then 'HELD'
        else 'RELEASED' end,
      at + interval '30 minutes', 'EUR', total, jsonb_build_object('email', email, 'name', name),
      case when n % 2 = 0 then 'R-' || n end, reason, case when reason is not null then jsonb_build_array(reason) end,
        1, at, changed
    from (select *, case when n % 2003 = 0 then (array['refund_failed', 'dispute',
      'delivery_problem'])[n / 2003 % 3 + 1] end as reason
      from told) t`,
  `insert into commerce.order_lines (order_id, line_no, kind, product_id, sku, name, quantity, unit_amount, amount,
    discount_amount, tax_amount)
    select id, line_no, 'PRODUCT', ${productId('product')}, 'SKU-' || lpad(product::text, 6, '0'),
      'Product number ' || product, 1, 100, 100, 0, 0
    from (select id, line_no, (floor(power((n::bigint * (7919 + line_no) % 10007) / 10007.0, 3) * ${products / 2}) * 2
      + line_no - 1)::int as product
      from told cross join (values (1), (2)) as line (line_no)) l`,
  `insert into commerce.payments (id, order_id, provider, status, currency, amount, authorized_amount, captured_amount,
    refunded_amount,
      refund_reserved_amount, surplus, failure_code, created_at, updated_at)
    select ${idAt('at')}, id, 'mock', paid, 'EUR', total, ok * total, case paid when 'CAPTURED' then total else 0 end,
      0, 0, false,
      case paid when 'FAILED' then 'declined' end, at, changed
    from (select *, case paid when 'CAPTURED' then 1 when 'AUTHORIZED' then 1 else 0 end as ok from (
      select *, case status when 'PAID' then case when fulfillment = 'UNFULFILLED' then 'AUTHORIZED' else 'CAPTURED' end
        when 'EXPIRED' then 'CANCELED' when 'CANCELED' then 'CANCELED' when 'PAYMENT_FAILED' then 'FAILED'
        when 'PAYMENT_PENDING' then 'PENDING' end as paid from told) p where paid is not null) t
    union all select ${idAt('at')}, id, 'mock', 'FAILED', 'EUR', total, 0, 0, 0, 0, false, 'declined', at, at from told
      where status = 'PAID' and n % 20 = 0`,
  `insert into commerce.shipments (id, order_id, status, carrier, tracking_number, shipped_at, delivered_at,
    created_at, updated_at)
    select ${idAt('at')}, id, case when not ${isSent} then 'READY' when fulfillment = 'SHIPPED' then 'SHIPPED'
      else 'DELIVERED' end,
      case when ${isSent} then 'DHL' end, case when ${isSent} then 'JD' || n end,
        case when ${isSent} then at + interval '1 day' end,
      case when ${isSent} and fulfillment <> 'SHIPPED' then at + interval '3 days' end, at, changed from told
        where status = 'PAID'`,
  `insert into commerce.shipment_lines (shipment_id, order_id, line_no, quantity)
    select s.id, s.order_id, 1, 1 from commerce.shipments s join told t on t.id = s.order_id`,
  `insert into commerce.parcels (id, shipment_id, order_id, carrier, tracking_number, tracking, live, created_at,
    updated_at, delivered_at, due_at)
    select ${idAt('s.shipped_at')}, s.id, s.order_id, s.carrier, s.tracking_number,
      case s.status when 'DELIVERED' then 'DELIVERED' else 'MOVING' end, s.status <> 'DELIVERED', s.shipped_at,
        s.shipped_at, s.delivered_at, null
    from commerce.shipments s join told t on t.id = s.order_id where s.shipped_at is not null`,
  `insert into commerce.refunds (id, payment_id, order_id, kind, status, amount, currency, reason, failure_code,
    created_at, updated_at)
    select ${idAt('p.created_at')}, p.id, p.order_id, 'REFUND',
      case when luck < 1402 then 'FAILED' else 'SUCCEEDED' end, 100, 'EUR', 'requested',
      case when luck < 1402 then 'x' end, p.created_at, p.created_at
    from commerce.payments p join told t on t.id = p.order_id where t.luck between 1300 and 1500
      and p.status = 'CAPTURED'`,
  `insert into commerce.returns (id, order_id, status, fault, goods, created_at, updated_at)
    select ${idAt('at')}, id, case when age < $3::int / 20 then 'REQUESTED' else 'CLOSED' end, 'CUSTOMER', 'EXPECTED',
      at, changed
    from told where fulfillment = 'RETURNED'`,
  `insert into commerce.order_search (order_id, email, total_amount, words)
    select id, email, total, array_to_tsvector(array[email, split_part(email, '@', 1), split_part(name, ' ', 1),
      split_part(name, ' ', 2),
      'r-' || n, n::text]) from told`,
  `insert into commerce.paid_orders (order_id, paid_at) select id, at + interval '10 minutes' from told
    where status = 'PAID'`,
];

const quarters = `insert into commerce.sales_quarters (quarter, currency, orders, units, gross_amount, refund_amount)
  select date_bin('15 minutes', paid_at, 'epoch'), 'EUR', count(*), 2 * count(*), 2000 * count(*), 0
    from commerce.paid_orders group by 1`;
const counts = `insert into commerce.order_counts select status, fulfillment_status, count(*) from commerce.orders
  group by 1, 2`;

/**
 * Fills an empty, migrated database with a year of orders, with all that lists read of them, and analyzes it. The rows
 * have no events, so the doctor would find them.
 * @param progress called with the done share, from 0 to 1
 */
export async function addLongLists(
  { pool }: Pick<Database, 'pool'>,
  orderCount: number,
  progress: (done: number) => void = () => {},
): Promise<void> {
  const client = await pool.connect();
  try {
    // Without the triggers of the foreign keys, which take most of the time.
    await client.query('set session_replication_role = replica');
    for (const text of catalogue) await client.query(text);
    for (let from = 1; from <= orderCount; from += batch) {
      const to = Math.min(orderCount, from + batch - 1);
      const run = async (text: string) =>
        client.query(
          text.replaceAll('$1', String(from)).replaceAll('$2', String(to)).replaceAll('$3', String(orderCount)),
        );
      for (const text of [placed, told, ...orders, 'drop table placed, told']) await run(text);
      progress(to / orderCount);
    }
    await client.query(quarters);
    await client.query(counts);
    await client.query('set session_replication_role = origin');
    await client.query('vacuum (analyze)');
  } finally {
    client.release();
  }
}
