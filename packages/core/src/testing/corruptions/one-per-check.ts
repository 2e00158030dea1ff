import { canceledUnitCorruptions } from './canceled-units.ts';
import { guestCorruptions } from './guests.ts';
import { moneyCorruptions } from './refunds-and-calls.ts';
import { parcelCorruptions } from './parcels.ts';
import { reportCorruptions } from './reports.ts';
import { creditCorruptions } from './credits.ts';
import { returnCorruptions } from './returns.ts';
import { shipmentCorruptions } from './shipments.ts';
import { trackingCorruptions } from './tracking.ts';
import { webhookCorruptions } from './webhooks.ts';
import { type Corruption, firstId } from './corruption.ts';
import {
  paidOrder,
  orderPaidThenCanceled,
  orderOwedMoney,
  aProduct,
  newUuid,
  setOrder,
  setAttention,
  setPayment,
  deleteEvent,
  recordEvent,
  addPayment,
  copyGatewayEvent,
  addKey,
  addRefund,
  approvedPayment,
} from './statements.ts';

/** One way to break each invariant, by the name of its check. */
export const corruptions: Record<string, Corruption> = {
  stock_row_per_product: { statements: [`delete from commerce.stocks where product_id = ${aProduct}`] },
  stock_reserved_within_available: {
    withoutConstraints: ['stocks.stocks_reserved_within_available'],
    statements: [`update commerce.stocks set reserved_qty = available_qty + 1 where product_id = ${aProduct}`],
  },
  stock_available_is_sum_of_movements: {
    statements: [`update commerce.stocks set available_qty = available_qty + 1 where product_id = ${aProduct}`],
  },
  stock_reserved_is_sum_of_reservations: {
    statements: [`update commerce.stocks set reserved_qty = reserved_qty - 1 where product_id = ${aProduct}`],
  },
  stock_unshipped_is_in_ready_parcels: {
    statements: [`update commerce.stocks set unshipped_qty = unshipped_qty + 1 where product_id = ${aProduct}`],
  },
  stock_movement_once_per_cause: {
    withoutConstraints: ['stock_movements.stock_movements_one_per_cause'],
    statements: [
      `insert into commerce.stock_movements
      select ${newUuid}, product_id, kind, quantity, cause_id, reason, created_at
      from commerce.stock_movements where kind = 'SOLD' limit 1`,
    ],
  },
  stock_movement_has_its_cause: {
    statements: [`update commerce.stock_movements set cause_id = ${newUuid} where kind = 'RECEIVED'`],
  },
  stock_moved_by_orders_as_paid: {
    statements: [
      `delete from commerce.stock_movements where kind = 'RESTOCKED' and cause_id = ${orderPaidThenCanceled}`,
    ],
  },
  stock_changes_are_recorded: { statements: [deleteEvent(`type = 'stock.adjusted'`)] },

  order_total_is_sum_of_lines: { statements: [setOrder(firstId('orders'), 'total_amount = total_amount + 1')] },
  order_line_amount_is_quantity_times_unit: {
    withoutConstraints: ['order_lines.order_lines_amount_product'],
    statements: [`update commerce.order_lines set amount = amount + 1 where line_no = 1`],
  },
  order_is_as_last_recorded: {
    statements: [setOrder(firstId('orders', `status = 'CREATED'`), `status = 'PAYMENT_PENDING'`)],
  },
  order_is_as_first_recorded: { statements: [setOrder(firstId('orders'), `currency = 'USD'`)] },
  order_transitions_are_legal: {
    statements: [
      setOrder(firstId('orders', `status = 'EXPIRED'`), `status = 'CREATED', reservation_status = 'HELD'`),
      recordEvent(firstId('orders', `status = 'CREATED'`), 'order.created', `'{}'`),
    ],
  },
  order_reservation_follows_status: {
    withoutConstraints: ['orders.orders_reservation_follows_status'],
    statements: [setOrder(paidOrder, `reservation_status = 'HELD'`)],
  },
  order_paid_in_full: {
    withoutConstraints: ['payments.payments_authorized_in_full'],
    statements: [setPayment(approvedPayment, 'authorized_amount = authorized_amount - 1')],
  },
  order_paid_by_the_recorded_payment: { statements: [setPayment(approvedPayment, 'surplus = true')] },
  order_reservation_not_overdue: {
    statements: [setOrder(firstId('orders', `status = 'CREATED'`), `hold_until = now() - interval '6 minutes'`)],
  },
  order_attention_is_recorded: { statements: [setAttention(paidOrder, 'event_conflict')] },

  order_versions_unbroken: { statements: [deleteEvent(`aggregatetype = 'order' and version = 2`)] },
  product_versions_unbroken: {
    statements: [`update commerce.products set version = version + 1 where id = ${aProduct}`],
  },

  event_positions_unbroken: { statements: [`delete from commerce.event_positions where position = 2`] },
  event_positions_in_order: {
    withoutConstraints: ['event_positions.event_positions_pkey'],
    statements: [
      `update commerce.event_positions p set position = 3 - version
      where aggregateid = (select aggregateid from commerce.event_positions where version = 2 limit 1) and version < 3`,
    ],
  },
  event_position_has_its_event: {
    statements: [`update commerce.event_positions set event_id = ${newUuid} where position = 1`],
  },
  event_has_its_position: { statements: [`delete from commerce.event_positions where position = 1`] },
  event_sink_within_log: {
    statements: [
      `insert into commerce.event_sinks (name, epoch, position, claim, attempts, due_at)
      values ('broker', 1, 1000000, 0, 0, now())`,
    ],
  },

  payment_amounts_are_ordered: {
    withoutConstraints: ['payments.payments_amounts_ordered'],
    statements: [
      setPayment(approvedPayment, 'captured_amount = authorized_amount, refunded_amount = authorized_amount + 1'),
    ],
  },
  payment_status_has_its_money: {
    withoutConstraints: ['payments.payments_unsettled_has_no_money'],
    statements: [setPayment(`status = 'FAILED'`, 'authorized_amount = amount')],
  },
  payment_asks_the_order_total: { statements: [setPayment(`status = 'CREATED'`, 'amount = amount + 1')] },
  payment_one_live: {
    withoutConstraints: ['payments_one_live'],
    statements: [addPayment(firstId('orders', `status = 'PAYMENT_PENDING'`), 'CREATED', '0')],
  },
  payment_one_pays_for_order: {
    withoutConstraints: ['payments_one_settling'],
    statements: [addPayment(paidOrder, 'AUTHORIZED', 'total_amount')],
  },
  payment_live_while_order_waits: { statements: [addPayment(firstId('orders', `status = 'EXPIRED'`), 'CREATED', '0')] },
  payment_approval_made_order_paid: {
    statements: [addPayment(firstId('orders', `status = 'EXPIRED'`), 'AUTHORIZED', 'total_amount')],
  },
  payment_changed_by_the_gateway: {
    statements: [
      `delete from commerce.gateway_events
      where effect = 'order_paid' and payment_id = ${firstId('payments', approvedPayment)}`,
    ],
  },
  payment_is_as_last_recorded: { statements: [setPayment(`status = 'CREATED'`, `status = 'PENDING'`)] },
  payment_transitions_are_legal: {
    statements: [
      recordEvent(
        paidOrder,
        'payment.failed',
        `jsonb_build_object('paymentId', ${firstId('payments', approvedPayment)})`,
      ),
    ],
  },

  refund_columns_are_sums_of_refunds: {
    statements: [setPayment(approvedPayment, 'captured_amount = authorized_amount, refunded_amount = 1')],
  },
  refund_within_what_came: {
    statements: [`update commerce.refunds set amount = amount + 1 where id = ${firstId('refunds')}`],
  },
  refund_of_surplus: {
    statements: [`update commerce.refunds set amount = amount - 1 where reason = 'surplus' and amount > 1`],
  },
  refund_of_canceled_order: { statements: [`delete from commerce.refunds where order_id = ${orderPaidThenCanceled}`] },
  refund_of_its_payment: {
    statements: [`update commerce.refunds set currency = 'USD' where id = ${firstId('refunds', `currency = 'KRW'`)}`],
  },
  refund_voided_once: {
    withoutConstraints: ['refunds_one_void'],
    statements: [addRefund('surplus', 'VOID', 'SUCCEEDED', '1')],
  },
  refund_due_has_a_refund: { statements: [`update commerce.refunds set status = 'SUCCEEDED'`] },
  refund_open_needs_attention: { statements: [setAttention(orderOwedMoney, null)] },
  refund_is_as_last_recorded: {
    statements: [`update commerce.refunds set status = 'SUBMITTED' where id = ${firstId('refunds')}`],
  },
  refund_transitions_are_legal: {
    statements: [
      recordEvent(
        orderPaidThenCanceled,
        'refund.requested',
        `(select payload from commerce.events
      where type = 'refund.requested' and aggregateid = ${orderPaidThenCanceled} limit 1)`,
      ),
    ],
  },

  ...webhookCorruptions,
  ...moneyCorruptions,
  ...canceledUnitCorruptions,
  ...reportCorruptions,
  ...guestCorruptions,
  ...parcelCorruptions,
  ...returnCorruptions,
  ...creditCorruptions,
  ...trackingCorruptions,
  ...shipmentCorruptions,

  key_has_an_answer: { statements: [addKey(`'{}'`, `'1 hour'`)] },
  key_not_kept_too_long: { statements: [addKey(`'{"value":1}'`, `'-61 minutes'`)] },
  retention_nothing_overdue: {
    statements: [
      `update commerce.retention_rules set keep_ms = 86400000, due_at = now() + interval '1 minute'`,
      `update commerce.gateway_events set decided_at = now() - interval '49 hours'
      where raw_body is not null and decided_at is not null`,
    ],
  },
  inbox_first_message_once: {
    withoutConstraints: ['gateway_events_first'],
    statements: [copyGatewayEvent(`outcome = 'APPLIED'`, 'provider_event_id')],
  },
  inbox_conflict_contradicts_the_first: {
    statements: [
      `delete from commerce.gateway_events
      where provider_event_id = 'evt_contradicted' and outcome <> 'CONFLICT'`,
    ],
  },
  inbox_nothing_overdue: {
    statements: [
      `update commerce.gateway_events set due_at = now() - interval '61 minutes' where outcome = 'UNMATCHED'`,
    ],
  },
  inbox_applied_once: { statements: [copyGatewayEvent(`effect = 'order_paid'`, `provider_event_id || ' again'`)] },
  inbox_applied_shows: { statements: [setPayment(`status = 'REVIEW'`, 'reported_amount = reported_amount + 1')] },
};
