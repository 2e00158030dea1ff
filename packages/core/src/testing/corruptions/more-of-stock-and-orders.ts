import { deleteEvent, orderOwedMoney, orderPaidThenCanceled, paidOrder, setAttention, setOrder } from './statements.ts';
import { firstId, type FurtherCorruption } from './corruption.ts';

const created = firstId('orders', `status = 'CREATED'`);

/** More ways to break the invariants of stock and orders, so that every part of their queries is proven. */
export const furtherStockAndOrderCorruptions: readonly FurtherCorruption[] = [
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
    check: 'stock_unshipped_is_in_ready_parcels',
    how: 'a parcel that left without its units',
    statements: [
      `update commerce.shipments set status = 'SHIPPED', carrier = 'Post', tracking_number = '1', shipped_at = now()
      where id = ${firstId('shipments', `status = 'READY'`)}`,
    ],
  },
  {
    check: 'stock_unshipped_is_in_ready_parcels',
    how: 'a READY parcel of a product without a stock row',
    statements: ['delete from commerce.stocks where unshipped_qty > 0'],
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
    withoutConstraints: [
      'order_lines.order_lines_paid_not_negative',
      'order_lines.order_lines_canceled_within_ordered',
    ],
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
];
