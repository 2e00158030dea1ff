import {
  forgetEvent,
  orderOwedMoney,
  orderPaidThenCanceled,
  paidOrder,
  parcel,
  setAttention,
  setOrder,
  setPayment,
  settled,
  tell,
} from './stock-and-orders.ts';
import { one, type Corruption } from '../../doctor/planting.testing.ts';

type Further = Corruption & { check: string; how: string };

const applied = (effect: string) => `id = ${one('gateway_events', `effect = '${effect}'`)}`;
const setMessage = (effect: string, assignments: string) =>
  `update commerce.gateway_events set ${assignments} where ${applied(effect)}`;
const created = one('orders', `status = 'CREATED'`);

/** More ways to break what one check watches over: each part of its condition counts. */
export const furtherCorruptions: readonly Further[] = [
  {
    check: 'stock_reserved_within_available',
    how: 'below zero',
    without: ['stocks.stocks_reserved_within_available'],
    damage: ['update commerce.stocks set reserved_qty = -1'],
  },
  {
    check: 'stock_available_is_sum_of_movements',
    how: 'movements without a stock row',
    damage: ['delete from commerce.stocks where available_qty > 0'],
  },
  {
    check: 'stock_movement_has_its_cause',
    how: 'sold by nobody',
    damage: [`update commerce.stock_movements set cause_id = gen_random_uuid() where kind = 'SOLD'`],
  },
  {
    check: 'stock_moved_by_orders_as_paid',
    how: 'paid, and never sold',
    damage: [`delete from commerce.stock_movements where kind = 'SOLD' and cause_id = ${paidOrder}`],
  },
  {
    check: 'stock_moved_by_orders_as_paid',
    how: 'sold, and never paid',
    damage: [
      `insert into commerce.stock_movements (id, product_id, kind, quantity, cause_id, created_at)
      select gen_random_uuid(), product_id, 'SOLD', -quantity, order_id, now()
      from commerce.order_lines where order_id = ${created} and kind = 'PRODUCT'`,
    ],
  },
  {
    check: 'stock_moved_by_orders_as_paid',
    how: 'restocked while PAID',
    damage: [
      `insert into commerce.stock_movements (id, product_id, kind, quantity, cause_id, created_at)
      select gen_random_uuid(), product_id, 'RESTOCKED', quantity, order_id, now()
      from commerce.order_lines where order_id = ${paidOrder} and kind = 'PRODUCT'`,
    ],
  },
  {
    check: 'stock_changes_are_told',
    how: 'other units',
    damage: [`update commerce.events set payload = payload || '{"quantity": 9}' where type = 'stock.received'`],
  },
  {
    check: 'stock_changes_are_told',
    how: 'units that are no number',
    damage: [`update commerce.events set payload = payload || '{"quantity": "many"}' where type = 'stock.received'`],
  },
  {
    check: 'order_total_is_sum_of_lines',
    how: 'no product line',
    damage: [`update commerce.order_lines set kind = 'TAX', product_id = null, sku = null where kind = 'PRODUCT'`],
  },
  {
    check: 'order_is_as_last_told',
    how: 'another fulfillment',
    damage: [setOrder(paidOrder, `fulfillment_status = 'SHIPPED'`)],
  },
  {
    check: 'order_is_as_last_told',
    how: 'another reservation',
    without: ['orders.orders_reservation_follows_status'],
    damage: [setOrder(paidOrder, `reservation_status = 'HELD'`)],
  },
  {
    check: 'order_is_as_first_told',
    how: 'another total',
    damage: [setOrder(created, 'total_amount = 1')],
  },
  {
    check: 'order_is_as_first_told',
    how: 'another first event',
    damage: [`update commerce.events set type = 'order.paid' where version = 1 and aggregatetype = 'order'`],
  },
  {
    check: 'order_steps_are_legal',
    how: 'a legal step told by the wrong event',
    damage: [`update commerce.events set type = 'order.expired' where type = 'order.canceled'`],
  },
  {
    check: 'order_steps_are_legal',
    how: 'a status that nobody knows',
    damage: [`update commerce.events set payload = payload || '{"orderStatus": "LIMBO"}' where type = 'order.paid'`],
  },
  {
    check: 'order_steps_are_legal',
    how: 'no status at all',
    damage: [`update commerce.events set payload = payload - 'orderStatus' where type = 'order.paid'`],
  },
  {
    check: 'order_steps_are_legal',
    how: 'paid without order.paid',
    damage: [forgetEvent(`type = 'order.paid'`)],
  },
  {
    check: 'order_paid_in_full',
    how: 'in another currency',
    damage: [setPayment(settled, `currency = 'USD'`)],
  },
  {
    check: 'order_attention_is_told',
    how: 'raised and gone',
    damage: [setAttention(orderOwedMoney, null)],
  },
  {
    check: 'order_attention_is_told',
    how: 'a reason that was never raised',
    damage: [setAttention(orderPaidThenCanceled, 'event_conflict')],
  },
  {
    check: 'order_attention_is_told',
    how: 'a reason that stands behind another, and was never raised',
    damage: [setOrder(orderOwedMoney, `attention_reasons = attention_reasons || '["event_conflict"]'`)],
  },
  {
    check: 'order_attention_is_told',
    how: 'not the most urgent reason',
    without: ['orders.orders_needs_attention_is_most_urgent'],
    damage: [setOrder(orderOwedMoney, `needs_attention = 'event_conflict'`)],
  },
  {
    check: 'order_versions_unbroken',
    how: 'a version too many',
    damage: [setOrder(created, 'version = version + 1')],
  },
  {
    check: 'order_versions_unbroken',
    how: 'events of nothing',
    damage: [`update commerce.events set aggregateid = gen_random_uuid() where aggregateid = ${created}`],
  },
  {
    check: 'payment_status_has_its_money',
    how: 'settled for less',
    without: ['payments.payments_authorized_in_full'],
    damage: [setPayment(settled, 'authorized_amount = 0')],
  },
  {
    check: 'payment_live_while_order_waits',
    how: 'waiting for nothing',
    damage: [setPayment(`status = 'CREATED'`, `status = 'CANCELED'`)],
  },
  {
    check: 'payment_moved_by_the_gateway',
    how: 'failed by nobody',
    damage: [`delete from commerce.gateway_events where effect = 'payment_failed'`],
  },
  {
    check: 'payment_moved_by_the_gateway',
    how: 'reviewed by nobody',
    damage: [`delete from commerce.gateway_events where effect = 'payment_in_review'`],
  },
  {
    check: 'payment_is_as_last_told',
    how: 'never told',
    damage: [
      `delete from commerce.events where type = 'payment.created'
      and payload ->> 'paymentId' = ${one('payments', `status = 'CREATED'`)}::text`,
    ],
  },
  {
    check: 'payment_is_as_last_told',
    how: 'told, and not there',
    damage: [tell(paidOrder, 'payment.created', `jsonb_build_object('paymentId', gen_random_uuid())`)],
  },
  {
    check: 'payment_is_as_last_told',
    how: 'told in the history of another order',
    damage: [setPayment(settled, `order_id = ${created}`)],
  },
  {
    check: 'refund_columns_are_sums_of_refunds',
    how: 'reserved for nothing',
    damage: [setPayment(settled, 'captured_amount = authorized_amount, refund_reserved_amount = 1')],
  },
  {
    check: 'refund_of_its_payment',
    how: 'of another order',
    damage: [`update commerce.refunds set order_id = ${created}`],
  },
  {
    check: 'inbox_conflict_contradicts_the_first',
    how: 'the same content',
    damage: [`update commerce.gateway_events set fingerprint = 'same' where provider_event_id = 'evt_contradicted'`],
  },
  {
    check: 'inbox_applied_shows',
    how: 'on no payment',
    damage: [setMessage('order_paid', 'payment_id = gen_random_uuid()')],
  },
  {
    check: 'inbox_applied_shows',
    how: 'of another provider',
    damage: [setMessage('order_paid', `provider = 'other'`)],
  },
  {
    check: 'inbox_applied_shows',
    how: 'paid with another amount',
    damage: [setMessage('order_paid', 'amount = amount + 1')],
  },
  {
    check: 'inbox_applied_shows',
    how: 'surplus of another amount',
    damage: [setMessage('surplus', 'amount = amount + 1')],
  },
  {
    check: 'inbox_applied_shows',
    how: 'failed for another reason',
    damage: [setMessage('payment_failed', `failure_code = 'x'`)],
  },
  {
    check: 'inbox_applied_shows',
    how: 'applied, and nothing done',
    damage: [setMessage('already_approved', `outcome = 'APPLIED'`)],
  },
  {
    check: 'shipment_within_order',
    how: 'what is no product',
    damage: [
      `insert into commerce.shipment_lines (shipment_id, order_id, line_no, quantity)
      select s.id, s.order_id, l.line_no, 1 from commerce.shipments s
      join commerce.order_lines l on l.order_id = s.order_id and l.kind = 'SHIPPING' where s.id = ${parcel('READY')}`,
    ],
  },
  {
    check: 'shipment_for_everything_paid',
    how: 'a unit too few',
    damage: [`update commerce.shipment_lines set quantity = quantity - 1 where quantity > 1`],
  },
  {
    check: 'order_fulfillment_follows_shipments',
    how: 'shipped, and not said',
    damage: [
      `update commerce.shipments set status = 'SHIPPED', shipped_at = now(), carrier = 'P', tracking_number = '1'
      where id = ${parcel('READY')}`,
    ],
  },
];
