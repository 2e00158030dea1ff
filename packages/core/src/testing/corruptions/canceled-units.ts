import type { Corruption, FurtherCorruption } from './corruption.ts';
import { approvedPayment, paidOrder } from './statements.ts';

const aCancellation = `(select id from commerce.events where type = 'order.lines_canceled' order by id limit 1)`;

/**
 * One way to break each invariant of canceled and released units, and of captures when goods leave, by the name of its
 * check.
 */
export const canceledUnitCorruptions: Record<string, Corruption> = {
  stock_restocked_by_cancellations: {
    statements: [`delete from commerce.events where id = ${aCancellation}`],
  },
  payment_capture_warned_in_time: {
    statements: [
      `update commerce.payments set lapse_warning_at = now() - interval '6 minutes'
        where status = 'AUTHORIZED' and not surplus`,
    ],
  },
  payment_captured_at_dispatch: {
    statements: [
      `update commerce.payments set capture = 'DISPATCH' where status = 'AUTHORIZED' and not surplus and order_id in (
      select order_id from commerce.shipments where shipped_at is not null)`,
    ],
  },
  payment_released_within_lines: {
    statements: [
      `update commerce.payments set released_amount = released_amount + 1
      where released_amount > 0 and captured_amount + released_amount < authorized_amount
        or status = 'AUTHORIZED' and authorized_amount > 0 and released_amount = 0`,
    ],
  },
};

/** More ways to break the invariants of canceled and released units. */
export const furtherCanceledUnitCorruptions: readonly FurtherCorruption[] = [
  {
    check: 'stock_restocked_by_cancellations',
    how: 'one unit more on the line',
    statements: [
      `update commerce.order_lines set canceled_qty = canceled_qty + 1
        where canceled_qty > 0 and canceled_qty < quantity`,
    ],
  },
  {
    check: 'stock_restocked_by_cancellations',
    how: 'a number in the event that is none',
    statements: [
      `update commerce.events set payload = jsonb_set(payload, '{lines,0,quantity}', '"two"')
        where id = ${aCancellation}`,
    ],
  },
  {
    check: 'stock_restocked_by_cancellations',
    how: 'without its movement',
    statements: [
      `delete from commerce.stock_movements where kind = 'RESTOCKED' and cause_id::text = (
      select payload ->> 'cancellationId' from commerce.events where id = ${aCancellation})`,
    ],
  },
  {
    check: 'stock_movement_has_its_cause',
    how: 'restocked by a cancellation of another line',
    statements: [
      `update commerce.events set payload = jsonb_set(payload, '{lines,0,lineNo}', '30000')
        where id = ${aCancellation}`,
    ],
  },
  {
    check: 'shipment_within_order',
    how: 'a canceled unit that is packed',
    statements: [
      `update commerce.shipment_lines l set quantity = l.quantity + o.canceled_qty
      from commerce.order_lines o, commerce.shipments s
      where o.order_id = l.order_id and o.line_no = l.line_no and o.canceled_qty > 0
        and s.id = l.shipment_id and s.status <> 'CANCELED'`,
    ],
  },
  {
    check: 'refund_lines_within_order',
    how: 'units released that were refunded',
    statements: [
      `update commerce.order_lines o set released_qty = o.quantity
      from commerce.refund_lines l where l.order_id = o.order_id and l.line_no = o.line_no`,
    ],
  },
  {
    check: 'refund_lines_within_paid',
    how: 'released for more than was paid',
    statements: [`update commerce.order_lines set released_amount = released_amount + 100000 where released_qty > 0`],
  },
  {
    check: 'refund_of_canceled_order',
    how: 'an authorization that nothing is owed of',
    statements: [
      `update commerce.payments set released_amount = authorized_amount where ${approvedPayment}`,
      `update commerce.order_lines set released_qty = 1, released_amount = (
        select total_amount from commerce.orders where id = ${paidOrder})
          where line_no = 1 and order_id = ${paidOrder}`,
    ],
  },
  {
    check: 'payment_asks_the_order_total',
    how: 'less than the total without released units',
    statements: [
      `update commerce.payments set amount = amount - 1 where status = 'CREATED' and order_id in (
      select id from commerce.orders where status = 'PAYMENT_PENDING')`,
    ],
  },
];
