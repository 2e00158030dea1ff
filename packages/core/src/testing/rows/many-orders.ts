import type { Database } from '@commerce-core/pg-pipeline';

const products = 1_000;
const linesPerOrder = 3;

/** The histories of orders: each event with the statuses after it. */
const histories = `
  ('open', 1, 'order.created', 'CREATED', 'UNFULFILLED', 'HELD'),
  ('failed', 1, 'order.created', 'CREATED', 'UNFULFILLED', 'HELD'),
  ('failed', 2, 'payment.created', 'PAYMENT_PENDING', 'UNFULFILLED', 'HELD'),
  ('failed', 3, 'payment.failed', 'PAYMENT_FAILED', 'UNFULFILLED', 'RELEASED'),
  ('expired', 1, 'order.created', 'CREATED', 'UNFULFILLED', 'HELD'),
  ('expired', 2, 'payment.created', 'PAYMENT_PENDING', 'UNFULFILLED', 'HELD'),
  ('expired', 3, 'order.expired', 'EXPIRED', 'UNFULFILLED', 'RELEASED'),
  ('expired', 4, 'payment.canceled', 'EXPIRED', 'UNFULFILLED', 'RELEASED'),
  ('delivered', 1, 'order.created', 'CREATED', 'UNFULFILLED', 'HELD'),
  ('delivered', 2, 'payment.created', 'PAYMENT_PENDING', 'UNFULFILLED', 'HELD'),
  ('delivered', 3, 'payment.authorized', 'PAYMENT_PENDING', 'UNFULFILLED', 'HELD'),
  ('delivered', 4, 'order.paid', 'PAID', 'UNFULFILLED', 'COMMITTED'),
  ('delivered', 5, 'shipment.created', 'PAID', 'UNFULFILLED', 'COMMITTED'),
  ('delivered', 6, 'shipment.dispatched', 'PAID', 'SHIPPED', 'COMMITTED'),
  ('delivered', 7, 'shipment.delivered', 'PAID', 'DELIVERED', 'COMMITTED'),
  ('returned', 1, 'order.created', 'CREATED', 'UNFULFILLED', 'HELD'),
  ('returned', 2, 'payment.created', 'PAYMENT_PENDING', 'UNFULFILLED', 'HELD'),
  ('returned', 3, 'payment.authorized', 'PAYMENT_PENDING', 'UNFULFILLED', 'HELD'),
  ('returned', 4, 'order.paid', 'PAID', 'UNFULFILLED', 'COMMITTED'),
  ('returned', 5, 'shipment.created', 'PAID', 'UNFULFILLED', 'COMMITTED'),
  ('returned', 6, 'order.canceled', 'CANCELED', 'UNFULFILLED', 'RELEASED'),
  ('returned', 7, 'shipment.canceled', 'CANCELED', 'UNFULFILLED', 'RELEASED'),
  ('returned', 8, 'refund.requested', 'CANCELED', 'UNFULFILLED', 'RELEASED'),
  ('returned', 9, 'order.attention_raised', 'CANCELED', 'UNFULFILLED', 'RELEASED')`;

/** One order in twenty has each of the other histories; the rest was delivered. */
const historyOf = `case i % 20
  when 0 then 'open' when 1 then 'failed' when 2 then 'expired' when 3 then 'returned' else 'delivered' end`;
const totalAmount = linesPerOrder * 2 * 100;

const paid = `status = 'PAID' or (status = 'CANCELED' and payment_id is not null)`;

/** Temporary tables: what happened to each order, with the ids of its rows. */
const decideHistories = (orders: number): string[] => [
  `create temp table life (life text, version int, type text, status text, fulfillment text, reservation text)`,
  `insert into life values ${histories}`,
  `create temp table made as
    select i, uuidv7() as id, ${historyOf} as life, case when i % 20 <> 0 then uuidv7() end as payment_id,
      case when i % 20 >= 3 then uuidv7() end as shipment_id, case when i % 20 = 3 then uuidv7() end as refund_id
    from generate_series(1, ${orders}) i`,
  `create temp table placed as
    select made.*, life.version, life.status, life.fulfillment, life.reservation
    from made join (select distinct on (life) * from life order by life, version desc) life using (life)`,
];

const insertProducts = [
  `insert into commerce.products (id, sku, name, price_amount, currency, version, created_at, updated_at)
    select uuidv7(), 'sku-' || n, 'Product ' || n, 100, 'KRW', 2, now(), now()
    from generate_series(0, ${products - 1}) n`,
  `create temp table product as select row_number() over (order by id) - 1 as n, id from commerce.products`,
];

const insertOrders = [
  `insert into commerce.orders (id, customer_id, status, fulfillment_status, reservation_status, hold_until, currency,
      total_amount, needs_attention, attention_reasons, version, created_at, updated_at)
    select id, 'customer-' || i, status, fulfillment, reservation, now() + interval '1 hour', 'KRW',
      ${totalAmount}, case when refund_id is not null then 'refund_due' end,
      case when refund_id is not null then '["refund_due"]'::jsonb end, version, now(), now() from placed`,
  `insert into commerce.order_lines (order_id, line_no, kind, product_id, sku, name, quantity, unit_amount, amount,
      discount_amount, tax_amount)
    select placed.id, line_no, 'PRODUCT', product.id, 'sku-' || n, 'Product ' || n, 2, 100, 200, 0, 0
    from placed cross join generate_series(1, ${linesPerOrder}) line_no
    join product on n = (i + line_no) % ${products}`,
];

const insertStock = [
  `insert into commerce.stock_movements (id, product_id, kind, quantity, cause_id, reason, created_at)
    select cause, id, 'RECEIVED', 1000000, cause, null, now() from (select id, uuidv7() as cause from product) p`,
  `insert into commerce.stock_movements (id, product_id, kind, quantity, cause_id, created_at)
    select uuidv7(), product_id, moved.kind, moved.sign * quantity, placed.id, now()
    from placed join commerce.order_lines on order_id = placed.id
    join (values ('delivered', 'SOLD', -1), ('returned', 'SOLD', -1), ('returned', 'RESTOCKED', 1))
      as moved (life, kind, sign) using (life)`,
  `insert into commerce.stocks (product_id, available_qty, reserved_qty)
    select m.product_id, m.quantity, coalesce(h.quantity, 0)
    from (select product_id, sum(quantity) as quantity from commerce.stock_movements group by product_id) m
    left join (select product_id, sum(quantity) as quantity from commerce.order_lines join placed on id = order_id
      where reservation = 'HELD' group by product_id) h using (product_id)`,
];

const insertPayments = [
  `insert into commerce.payments (id, order_id, provider, status, currency, amount, authorized_amount, captured_amount,
      refunded_amount, refund_reserved_amount, surplus, failure_code, created_at, updated_at)
    select payment_id, id, 'mock',
      case life when 'failed' then 'FAILED' when 'expired' then 'CANCELED' else 'AUTHORIZED' end,
      'KRW', ${totalAmount}, case when ${paid} then ${totalAmount} else 0 end, 0, 0, 0, false,
      case life when 'failed' then 'declined' end, now(), now()
    from placed where payment_id is not null`,
  `insert into commerce.gateway_events (id, provider, provider_event_id, type, payment_id, amount, currency,
      failure_code, fingerprint, outcome, effect, attempts, due_at, received_at, decided_at)
    select uuidv7(), 'mock', 'evt-' || i, case life when 'failed' then 'FAILED' else 'AUTHORIZED' end, payment_id,
      ${totalAmount}, 'KRW', case life when 'failed' then 'declined' end, 'f', 'APPLIED',
      case life when 'failed' then 'payment_failed' else 'order_paid' end, 1, null, now(), now()
    from placed where life = 'failed' or ${paid}`,
];

const insertShipments = [
  `insert into commerce.shipments (id, order_id, status, carrier, tracking_number, shipped_at, delivered_at,
      created_at, updated_at)
    select shipment_id, id, 'DELIVERED', 'Pigeon Post', 'P-' || i, now(), now(), now(), now()
    from placed where life = 'delivered'`,
  `insert into commerce.parcels (id, shipment_id, order_id, carrier, tracking_number, tracking, live, delivered_at,
      created_at, updated_at)
    select uuidv7(), shipment_id, id, 'Pigeon Post', 'P-' || i, 'DELIVERED', false, now(), now(), now()
    from placed where life = 'delivered'`,
  `insert into commerce.shipments (id, order_id, status, created_at, updated_at)
    select shipment_id, id, 'CANCELED', now(), now() from placed where life = 'returned'`,
  `insert into commerce.shipment_lines (shipment_id, order_id, line_no, quantity)
    select shipment_id, id, line_no, quantity
    from placed join commerce.order_lines on order_id = id where shipment_id is not null`,
];

const insertRefunds = [
  `insert into commerce.refunds (id, payment_id, order_id, kind, status, amount, currency, reason,
      created_at, updated_at)
    select refund_id, payment_id, id, 'VOID', 'REQUESTED', ${totalAmount}, 'KRW', 'order_canceled', now(), now()
    from placed where refund_id is not null`,
  `insert into commerce.gateway_calls (id, kind, provider, payment_id, order_id, refund_id, status, attempts, due_at,
    created_at, updated_at)
    select uuidv7(), 'REFUND', 'mock', payment_id, id, refund_id, 'DUE', 0, now(), now(), now()
    from placed where refund_id is not null`,
];

const insertEvents = [
  `insert into commerce.events (id, aggregatetype, aggregateid, version, type, payload, created_at)
    select uuidv7(), 'product', id, version, type, jsonb_build_object('productId', id, 'quantity', 1000000), now()
    from product cross join (values (1, 'product.created'), (2, 'stock.received')) as recorded (version, type)`,
  // In the order of versions, so that an order's events are spread over the table, as in a shop.
  `insert into commerce.events (id, aggregatetype, aggregateid, version, type, payload, created_at)
    select uuidv7(), 'order', id, life.version, type, jsonb_build_object('orderId', id, 'orderStatus', life.status,
      'fulfillmentStatus', life.fulfillment, 'reservationStatus', life.reservation) || case
        when type = 'order.created' then jsonb_build_object('totalAmount', ${totalAmount}, 'currency', 'KRW',
          'lines', (select jsonb_agg(jsonb_build_object('lineNo', n, 'productId', id, 'quantity', 2))
            from generate_series(1, ${linesPerOrder}) n))
        when type = 'order.paid' or type like 'payment.%' then jsonb_build_object('paymentId', payment_id)
        when type like 'shipment.%' then jsonb_build_object('shipmentId', shipment_id)
        when type = 'refund.requested' then jsonb_build_object('refundId', refund_id, 'paymentId', payment_id)
        else jsonb_build_object('reason', 'refund_due') end, now()
    from made join life using (life) order by life.version, i`,
];

const statements = (orders: number): string[] => [
  ...decideHistories(orders),
  ...insertProducts,
  ...insertOrders,
  ...insertStock,
  ...insertPayments,
  ...insertShipments,
  ...insertRefunds,
  ...insertEvents,
  'analyze',
];

/** Writes a history of many orders that breaks no invariant directly into the tables, about 10,000 orders a second. */
export async function writeManyOrders(database: Database, orders: number): Promise<void> {
  const client = await database.pool.connect();
  try {
    await client.query('begin; set local session_replication_role = replica');
    for (const statement of statements(orders)) await client.query(statement);
    await client.query('commit');
  } finally {
    client.release(true);
  }
}
