import {
  deleteEvent,
  orderOwedMoney,
  orderPaidThenCanceled,
  paidOrder,
  firstShipment,
  setAttention,
  setOrder,
  setPayment,
  approvedPayment,
  recordEvent,
} from './one-per-check.ts';
import { firstId, type Corruption } from './corruption.ts';

type NamedCorruption = Corruption & { check: string; how: string };

const applied = (effect: string) => `id = ${firstId('gateway_events', `effect = '${effect}'`)}`;
const setGatewayEvent = (effect: string, assignments: string) =>
  `update commerce.gateway_events set ${assignments} where ${applied(effect)}`;
const created = firstId('orders', `status = 'CREATED'`);

/** More ways to break an invariant, so that every part of its query is proven. */
export const furtherCorruptions: readonly NamedCorruption[] = [
  {
    check: 'stock_reserved_within_available',
    how: 'below zero',
    withoutConstraints: ['stocks.stocks_reserved_within_available'],
    statements: ['update commerce.stocks set reserved_qty = -1'],
  },
  {
    check: 'stock_available_is_sum_of_movements',
    how: 'movements without a stock row',
    statements: ['delete from commerce.stocks where available_qty > 0'],
  },
  {
    check: 'stock_movement_has_its_cause',
    how: 'sold by no order',
    statements: [`update commerce.stock_movements set cause_id = gen_random_uuid() where kind = 'SOLD'`],
  },
  {
    check: 'stock_moved_by_orders_as_paid',
    how: 'paid but not sold',
    statements: [`delete from commerce.stock_movements where kind = 'SOLD' and cause_id = ${paidOrder}`],
  },
  {
    check: 'stock_moved_by_orders_as_paid',
    how: 'sold but not paid',
    statements: [
      `insert into commerce.stock_movements (id, product_id, kind, quantity, cause_id, created_at)
      select gen_random_uuid(), product_id, 'SOLD', -quantity, order_id, now()
      from commerce.order_lines where order_id = ${created} and kind = 'PRODUCT'`,
    ],
  },
  {
    check: 'stock_moved_by_orders_as_paid',
    how: 'restocked while PAID',
    statements: [
      `insert into commerce.stock_movements (id, product_id, kind, quantity, cause_id, created_at)
      select gen_random_uuid(), product_id, 'RESTOCKED', quantity, order_id, now()
      from commerce.order_lines where order_id = ${paidOrder} and kind = 'PRODUCT'`,
    ],
  },
  {
    check: 'stock_changes_are_recorded',
    how: 'an event with another quantity',
    statements: [`update commerce.events set payload = payload || '{"quantity": 9}' where type = 'stock.received'`],
  },
  {
    check: 'stock_changes_are_recorded',
    how: 'an event whose quantity is no number',
    statements: [
      `update commerce.events set payload = payload || '{"quantity": "many"}' where type = 'stock.received'`,
    ],
  },
  {
    check: 'order_total_is_sum_of_lines',
    how: 'no product line',
    statements: [`update commerce.order_lines set kind = 'TAX', product_id = null, sku = null where kind = 'PRODUCT'`],
  },
  {
    check: 'order_is_as_last_recorded',
    how: 'another fulfillment',
    statements: [setOrder(paidOrder, `fulfillment_status = 'SHIPPED'`)],
  },
  {
    check: 'order_is_as_last_recorded',
    how: 'another reservation',
    withoutConstraints: ['orders.orders_reservation_follows_status'],
    statements: [setOrder(paidOrder, `reservation_status = 'HELD'`)],
  },
  {
    check: 'order_is_as_first_recorded',
    how: 'another total',
    statements: [setOrder(created, 'total_amount = 1')],
  },
  {
    check: 'order_is_as_first_recorded',
    how: 'another first event',
    statements: [`update commerce.events set type = 'order.paid' where version = 1 and aggregatetype = 'order'`],
  },
  {
    check: 'order_transitions_are_legal',
    how: 'a legal transition recorded by another event',
    statements: [`update commerce.events set type = 'order.expired' where type = 'order.canceled'`],
  },
  {
    check: 'order_transitions_are_legal',
    how: 'an unknown status',
    statements: [
      `update commerce.events set payload = payload || '{"orderStatus": "LIMBO"}' where type = 'order.paid'`,
    ],
  },
  {
    check: 'order_transitions_are_legal',
    how: 'no status at all',
    statements: [`update commerce.events set payload = payload - 'orderStatus' where type = 'order.paid'`],
  },
  {
    check: 'order_transitions_are_legal',
    how: 'paid without order.paid',
    statements: [deleteEvent(`type = 'order.paid'`)],
  },
  {
    check: 'order_paid_in_full',
    how: 'in another currency',
    statements: [setPayment(approvedPayment, `currency = 'USD'`)],
  },
  {
    check: 'order_attention_is_recorded',
    how: 'raised, and missing on the order',
    statements: [setAttention(orderOwedMoney, null)],
  },
  {
    check: 'order_attention_is_recorded',
    how: 'a reason that was never raised',
    statements: [setAttention(orderPaidThenCanceled, 'event_conflict')],
  },
  {
    check: 'order_attention_is_recorded',
    how: 'a second reason that was never raised',
    statements: [setOrder(orderOwedMoney, `attention_reasons = attention_reasons || '["event_conflict"]'`)],
  },
  {
    check: 'order_attention_is_recorded',
    how: 'not the most urgent reason',
    withoutConstraints: ['orders.orders_needs_attention_is_most_urgent'],
    statements: [setOrder(orderOwedMoney, `needs_attention = 'event_conflict'`)],
  },
  {
    check: 'order_versions_unbroken',
    how: 'a version too many',
    statements: [setOrder(created, 'version = version + 1')],
  },
  {
    check: 'order_versions_unbroken',
    how: 'events of no aggregate',
    statements: [`update commerce.events set aggregateid = gen_random_uuid() where aggregateid = ${created}`],
  },
  {
    check: 'payment_status_has_its_money',
    how: 'approved for less than its amount',
    withoutConstraints: ['payments.payments_authorized_in_full'],
    statements: [setPayment(approvedPayment, 'authorized_amount = 0')],
  },
  {
    check: 'payment_live_while_order_waits',
    how: 'a pending order without a live payment',
    statements: [setPayment(`status = 'CREATED'`, `status = 'CANCELED'`)],
  },
  {
    check: 'payment_changed_by_the_gateway',
    how: 'failed without a gateway event',
    statements: [`delete from commerce.gateway_events where effect = 'payment_failed'`],
  },
  {
    check: 'payment_changed_by_the_gateway',
    how: 'under review without a gateway event',
    statements: [`delete from commerce.gateway_events where effect = 'payment_in_review'`],
  },
  {
    check: 'payment_is_as_last_recorded',
    how: 'without an event',
    statements: [
      `delete from commerce.events where type = 'payment.created'
      and payload ->> 'paymentId' = ${firstId('payments', `status = 'CREATED'`)}::text`,
    ],
  },
  {
    check: 'payment_is_as_last_recorded',
    how: 'an event without its payment',
    statements: [recordEvent(paidOrder, 'payment.created', `jsonb_build_object('paymentId', gen_random_uuid())`)],
  },
  {
    check: 'payment_is_as_last_recorded',
    how: 'recorded in the history of another order',
    statements: [setPayment(approvedPayment, `order_id = ${created}`)],
  },
  {
    check: 'refund_columns_are_sums_of_refunds',
    how: 'reserved without a refund',
    statements: [setPayment(approvedPayment, 'captured_amount = authorized_amount, refund_reserved_amount = 1')],
  },
  {
    check: 'refund_of_its_payment',
    how: 'of another order',
    statements: [`update commerce.refunds set order_id = ${created}`],
  },
  {
    check: 'inbox_conflict_contradicts_the_first',
    how: 'the same content',
    statements: [
      `update commerce.gateway_events set fingerprint = 'same' where provider_event_id = 'evt_contradicted'`,
    ],
  },
  {
    check: 'inbox_applied_shows',
    how: 'on no payment',
    statements: [setGatewayEvent('order_paid', 'payment_id = gen_random_uuid()')],
  },
  {
    check: 'inbox_applied_shows',
    how: 'of another provider',
    statements: [setGatewayEvent('order_paid', `provider = 'other'`)],
  },
  {
    check: 'inbox_applied_shows',
    how: 'paid with another amount',
    statements: [setGatewayEvent('order_paid', 'amount = amount + 1')],
  },
  {
    check: 'inbox_applied_shows',
    how: 'surplus of another amount',
    statements: [setGatewayEvent('surplus', 'amount = amount + 1')],
  },
  {
    check: 'inbox_applied_shows',
    how: 'failed for another reason',
    statements: [setGatewayEvent('payment_failed', `failure_code = 'x'`)],
  },
  {
    check: 'inbox_applied_shows',
    how: 'applied without an effect on the payment',
    statements: [setGatewayEvent('already_approved', `outcome = 'APPLIED'`)],
  },
  {
    check: 'shipment_within_order',
    how: 'a line that is no product',
    statements: [
      `insert into commerce.shipment_lines (shipment_id, order_id, line_no, quantity)
      select s.id, s.order_id, l.line_no, 1 from commerce.shipments s
      join commerce.order_lines l on l.order_id = s.order_id and l.kind = 'SHIPPING' where s.id = ${firstShipment('READY')}`,
    ],
  },
  {
    check: 'shipment_for_everything_paid',
    how: 'a unit too few',
    statements: [`update commerce.shipment_lines set quantity = quantity - 1 where quantity > 1`],
  },
  {
    check: 'order_fulfillment_follows_shipments',
    how: 'shipped, and missing on the order',
    statements: [
      `update commerce.shipments set status = 'SHIPPED', shipped_at = now(), carrier = 'P', tracking_number = '1'
      where id = ${firstShipment('READY')}`,
    ],
  },
];
