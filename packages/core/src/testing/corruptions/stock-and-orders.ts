import { moneyCorruptions } from './money.ts';
import { type Corruption, one } from '../../doctor/planting.testing.ts';

export const paidOrder = one('orders', `status = 'PAID' and fulfillment_status = 'UNFULFILLED'`);
export const orderPaidThenCanceled = `(
  select order_id from commerce.refunds where reason = 'order_canceled' order by id limit 1)`;
/** Its refund wasn't sent yet. */
export const orderOwedMoney = `(
  select order_id from commerce.refunds where reason = 'order_canceled' and status = 'REQUESTED' order by id limit 1)`;
const aProduct = `(
  select product_id from commerce.order_lines where product_id is not null order by order_id, line_no limit 1)`;
const mint = 'gen_random_uuid()';

export const setOrder = (id: string, assignments: string) =>
  `update commerce.orders set ${assignments} where id = ${id}`;
/** The reasons for a person to look at an order, none or one. */
export const setAttention = (id: string, reason: string | null): string =>
  setOrder(
    id,
    reason === null
      ? 'needs_attention = null, attention_reasons = null'
      : `needs_attention = '${reason}', attention_reasons = '["${reason}"]'`,
  );
export const setPayment = (where: string, assignments: string) =>
  `update commerce.payments set ${assignments} where id = ${one('payments', where)}`;
export const forgetEvent = (where: string) => `delete from commerce.events where id = ${one('events', where)}`;

/** An event at the end of an order's history, in the order's present state but for `facts` (a jsonb expression). */
export const tell = (orderId: string, type: string, facts: string): string => `
  with told as (update commerce.orders set version = version + 1 where id = ${orderId} returning *)
  insert into commerce.events (id, aggregatetype, aggregateid, version, type, payload, created_at)
  select ${mint}, 'order', id, version, '${type}', jsonb_build_object('orderStatus', status,
    'fulfillmentStatus', fulfillment_status, 'reservationStatus', reservation_status) || ${facts}, now() from told`;

const addPayment = (orderId: string, status: string, authorized: string): string => `
  insert into commerce.payments (id, order_id, provider, status, currency, amount, authorized_amount, captured_amount,
    refunded_amount, refund_reserved_amount, surplus, created_at, updated_at)
  select ${mint}, id, 'mock', '${status}', currency, total_amount, ${authorized}, 0, 0, 0, false, now(), now()
  from commerce.orders where id = ${orderId}`;

const copyMessage = (where: string, id: string): string => `
  insert into commerce.gateway_events (id, provider, provider_event_id, type, payment_id, amount, currency,
    failure_code, fingerprint, outcome, effect, attempts, due_at, received_at, decided_at)
  select ${mint}, provider, ${id}, type, payment_id, amount, currency,
    failure_code, fingerprint, outcome, effect, attempts, due_at, received_at, decided_at
  from commerce.gateway_events where id = ${one('gateway_events', where)}`;

const addKey = (answer: string, keptFor: string): string => `
  insert into commerce.idempotency_keys (scope, key, procedure, fingerprint, answer, expires_at)
  values ('customer:1', 'a key', 'order.create', sha256('x'), ${answer}, now() + interval ${keptFor})`;

const addRefund = (paymentWhere: string, kind: string, status: string, amount: string): string => `
  insert into commerce.refunds (id, payment_id, order_id, kind, status, amount, currency, reason,
    created_at, updated_at)
  select ${mint}, id, order_id, '${kind}', '${status}', ${amount}, currency, 'surplus', now(), now()
  from commerce.payments where id = ${one('payments', paymentWhere)}`;

export const parcel = (status: string) => one('shipments', `status = '${status}'`);
export const settled = `status = 'AUTHORIZED' and not surplus and order_id = ${paidOrder}`;

/** For every check of the doctor, by name, one way to break what it watches over. */
export const corruptions: Record<string, Corruption> = {
  stock_row_per_product: { damage: [`delete from commerce.stocks where product_id = ${aProduct}`] },
  stock_reserved_within_available: {
    without: ['stocks.stocks_reserved_within_available'],
    damage: [`update commerce.stocks set reserved_qty = available_qty + 1 where product_id = ${aProduct}`],
  },
  stock_available_is_sum_of_movements: {
    damage: [`update commerce.stocks set available_qty = available_qty + 1 where product_id = ${aProduct}`],
  },
  stock_reserved_is_held_by_orders: {
    damage: [`update commerce.stocks set reserved_qty = reserved_qty - 1 where product_id = ${aProduct}`],
  },
  stock_movement_once_per_cause: {
    without: ['stock_movements.stock_movements_one_per_cause'],
    damage: [
      `insert into commerce.stock_movements
      select ${mint}, product_id, kind, quantity, cause_id, reason, created_at
      from commerce.stock_movements where kind = 'SOLD' limit 1`,
    ],
  },
  stock_movement_has_its_cause: {
    damage: [`update commerce.stock_movements set cause_id = ${mint} where kind = 'RECEIVED'`],
  },
  stock_moved_by_orders_as_paid: {
    damage: [`delete from commerce.stock_movements where kind = 'RESTOCKED' and cause_id = ${orderPaidThenCanceled}`],
  },
  stock_changes_are_told: { damage: [forgetEvent(`type = 'stock.adjusted'`)] },

  order_total_is_sum_of_lines: { damage: [setOrder(one('orders'), 'total_amount = total_amount + 1')] },
  order_line_amount_is_quantity_times_unit: {
    without: ['order_lines.order_lines_amount_product'],
    damage: [`update commerce.order_lines set amount = amount + 1 where line_no = 1`],
  },
  order_is_as_last_told: { damage: [setOrder(one('orders', `status = 'CREATED'`), `status = 'PAYMENT_PENDING'`)] },
  order_is_as_first_told: { damage: [setOrder(one('orders'), `currency = 'USD'`)] },
  order_steps_are_legal: {
    damage: [
      setOrder(one('orders', `status = 'EXPIRED'`), `status = 'CREATED', reservation_status = 'HELD'`),
      tell(one('orders', `status = 'CREATED'`), 'order.created', `'{}'`),
    ],
  },
  order_reservation_follows_status: {
    without: ['orders.orders_reservation_follows_status'],
    damage: [setOrder(paidOrder, `reservation_status = 'HELD'`)],
  },
  order_paid_in_full: {
    without: ['payments.payments_authorized_in_full'],
    damage: [setPayment(settled, 'authorized_amount = authorized_amount - 1')],
  },
  order_paid_by_the_payment_told: { damage: [setPayment(settled, 'surplus = true')] },
  order_hold_not_overdue: {
    damage: [setOrder(one('orders', `status = 'CREATED'`), `hold_until = now() - interval '6 minutes'`)],
  },
  order_attention_is_told: { damage: [setAttention(paidOrder, 'event_conflict')] },

  order_versions_unbroken: { damage: [forgetEvent(`aggregatetype = 'order' and version = 2`)] },
  product_versions_unbroken: { damage: [`update commerce.products set version = version + 1 where id = ${aProduct}`] },

  payment_amounts_are_ordered: {
    without: ['payments.payments_amounts_ordered'],
    damage: [setPayment(settled, 'captured_amount = authorized_amount, refunded_amount = authorized_amount + 1')],
  },
  payment_status_has_its_money: {
    without: ['payments.payments_unsettled_has_no_money'],
    damage: [setPayment(`status = 'FAILED'`, 'authorized_amount = amount')],
  },
  payment_asks_the_order_total: { damage: [setPayment(`status = 'CREATED'`, 'amount = amount + 1')] },
  payment_one_live: {
    without: ['payments_one_live'],
    damage: [addPayment(one('orders', `status = 'PAYMENT_PENDING'`), 'CREATED', '0')],
  },
  payment_one_settling: {
    without: ['payments_one_settling'],
    damage: [addPayment(paidOrder, 'AUTHORIZED', 'total_amount')],
  },
  payment_live_while_order_waits: { damage: [addPayment(one('orders', `status = 'EXPIRED'`), 'CREATED', '0')] },
  payment_settling_made_order_paid: {
    damage: [addPayment(one('orders', `status = 'EXPIRED'`), 'AUTHORIZED', 'total_amount')],
  },
  payment_moved_by_the_gateway: {
    damage: [
      `delete from commerce.gateway_events
      where effect = 'order_paid' and payment_id = ${one('payments', settled)}`,
    ],
  },
  payment_is_as_last_told: { damage: [setPayment(`status = 'CREATED'`, `status = 'PENDING'`)] },
  payment_steps_are_legal: {
    damage: [tell(paidOrder, 'payment.failed', `jsonb_build_object('paymentId', ${one('payments', settled)})`)],
  },

  refund_columns_are_sums_of_refunds: {
    damage: [setPayment(settled, 'captured_amount = authorized_amount, refunded_amount = 1')],
  },
  refund_within_what_came: { damage: [`update commerce.refunds set amount = amount + 1 where id = ${one('refunds')}`] },
  refund_of_surplus: {
    damage: [`update commerce.refunds set amount = amount - 1 where reason = 'surplus' and amount > 1`],
  },
  refund_of_canceled_order: { damage: [`delete from commerce.refunds where order_id = ${orderPaidThenCanceled}`] },
  refund_of_its_payment: {
    damage: [`update commerce.refunds set currency = 'USD' where id = ${one('refunds', `currency = 'KRW'`)}`],
  },
  refund_voided_once: { without: ['refunds_one_void'], damage: [addRefund('surplus', 'VOID', 'SUCCEEDED', '1')] },
  refund_due_has_a_refund: { damage: [`update commerce.refunds set status = 'SUCCEEDED'`] },
  refund_open_needs_attention: { damage: [setAttention(orderOwedMoney, null)] },
  refund_is_as_last_told: { damage: [`update commerce.refunds set status = 'SUBMITTED' where id = ${one('refunds')}`] },
  refund_steps_are_legal: {
    damage: [
      tell(
        orderPaidThenCanceled,
        'refund.requested',
        `(select payload from commerce.events
      where type = 'refund.requested' and aggregateid = ${orderPaidThenCanceled} limit 1)`,
      ),
    ],
  },

  ...moneyCorruptions,

  key_has_an_answer: { damage: [addKey(`'{}'`, `'1 hour'`)] },
  key_not_kept_too_long: { damage: [addKey(`'{"value":1}'`, `'-61 minutes'`)] },
  inbox_first_message_once: {
    without: ['gateway_events_first'],
    damage: [copyMessage(`outcome = 'APPLIED'`, 'provider_event_id')],
  },
  inbox_conflict_contradicts_the_first: {
    damage: [
      `delete from commerce.gateway_events
      where provider_event_id = 'evt_contradicted' and outcome <> 'CONFLICT'`,
    ],
  },
  inbox_nothing_overdue: {
    damage: [`update commerce.gateway_events set due_at = now() - interval '61 minutes' where outcome = 'UNMATCHED'`],
  },
  inbox_applied_once: { damage: [copyMessage(`effect = 'order_paid'`, `provider_event_id || ' again'`)] },
  inbox_applied_shows: { damage: [setPayment(`status = 'REVIEW'`, 'reported_amount = reported_amount + 1')] },

  shipment_within_order: {
    damage: [`update commerce.shipment_lines set quantity = quantity + 1 where shipment_id = ${parcel('READY')}`],
  },
  shipment_for_everything_paid: {
    damage: [`delete from commerce.shipment_lines where shipment_id = ${parcel('READY')}`],
  },
  shipment_only_of_paid_orders: {
    damage: [`update commerce.shipments set status = 'READY' where order_id = ${orderPaidThenCanceled}`],
  },
  shipment_is_not_empty: {
    damage: [`delete from commerce.shipment_lines where shipment_id = ${parcel('CANCELED')}`],
  },
  order_fulfillment_follows_shipments: {
    damage: [setOrder(one('orders', `fulfillment_status = 'SHIPPED'`), `fulfillment_status = 'DELIVERED'`)],
  },
  shipment_is_as_last_told: {
    damage: [`update commerce.shipments set status = 'LOST' where id = ${parcel('IN_TRANSIT')}`],
  },
  shipment_steps_are_legal: {
    damage: [
      `delete from commerce.events where type = 'shipment.dispatched'
      and aggregateid = (select order_id from commerce.shipments where status = 'IN_TRANSIT' order by id limit 1)`,
    ],
  },
};
