import { firstId, type Corruption, type FurtherCorruption } from './corruption.ts';
import { newUuid, paidOrder, recordEvent, setAttention } from './statements.ts';

const returnIn = (status: string) => firstId('returns', `status = '${status}'`);
const setLine = (returnId: string, assignments: string) =>
  `update commerce.return_lines set ${assignments} where return_id = ${returnId}`;
const replaced = `(select return_id from commerce.return_lines where replaced_qty > 0 order by return_id limit 1)`;
const refundOfReturn = firstId('refunds', 'return_id is not null and fees is not null');

/** One way to break each invariant of returns, by the name of its check. */
export const returnCorruptions: Record<string, Corruption> = {
  return_within_shipped: { statements: [setLine(returnIn('REQUESTED'), 'requested_qty = requested_qty + 100')] },
  return_lines_add_up: {
    withoutConstraints: ['return_lines.return_lines_received_adds_up'],
    statements: [setLine(returnIn('RECEIVED'), 'written_off_qty = 0')],
  },
  return_is_not_empty: { statements: [`delete from commerce.return_lines where return_id = ${returnIn('APPROVED')}`] },
  return_settled_once: { statements: [setLine(replaced, 'replaced_qty = 2')] },
  return_refund_is_what_was_paid: {
    statements: [`update commerce.refunds set amount = amount + 1 where id = ${refundOfReturn}`],
  },
  return_attention_has_a_return: { statements: [setAttention(paidOrder, 'return_refund_due')] },
  return_moves_its_stock: { statements: [`delete from commerce.stock_movements where kind = 'RETURNED'`] },
  return_is_as_last_recorded: {
    statements: [`update commerce.returns set status = 'APPROVED' where id = ${returnIn('REQUESTED')}`],
  },
  return_transitions_are_legal: {
    statements: [
      recordEvent(
        `(select order_id from commerce.returns where id = ${returnIn('CANCELED')})`,
        'return.received',
        `jsonb_build_object('returnId', ${returnIn('CANCELED')})`,
      ),
    ],
  },
};

/** More ways to break the invariants of returns, so that every part of their queries is proven. */
export const furtherReturnCorruptions: readonly FurtherCorruption[] = [
  {
    check: 'return_within_shipped',
    how: 'of units that never left',
    statements: [
      `update commerce.shipment_lines set quantity = 1 where shipment_id in (
      select s.id from commerce.shipments s join commerce.returns r on r.order_id = s.order_id
        where s.return_id is null)`,
    ],
  },
  {
    check: 'return_lines_add_up',
    how: 'closed while units are outstanding',
    statements: [
      `update commerce.return_lines set requested_qty = requested_qty + 1
      where return_id = ${firstId('returns', `status = 'CLOSED' and goods = 'EXPECTED'`)}`,
    ],
  },
  {
    check: 'return_lines_add_up',
    how: 'received before the approval',
    statements: [setLine(returnIn('REQUESTED'), 'received_qty = 1, restocked_qty = 1')],
  },
  {
    check: 'return_lines_add_up',
    how: 'missing of goods that are kept',
    statements: [setLine(firstId('returns', `goods = 'KEPT'`), 'missing_qty = 1')],
  },
  {
    check: 'return_lines_add_up',
    how: 'more than was requested',
    withoutConstraints: ['return_lines.return_lines_within_requested'],
    statements: [setLine(returnIn('RECEIVED'), 'missing_qty = 1')],
  },
  {
    check: 'return_is_not_empty',
    how: 'a line of a discount',
    statements: [
      `update commerce.return_lines l set line_no = o.line_no from commerce.order_lines o
      where o.order_id = l.order_id and o.kind = 'DISCOUNT' and l.return_id = ${returnIn('APPROVED')}`,
    ],
  },
  {
    check: 'return_settled_once',
    how: 'refunded although it did not come',
    statements: [`update commerce.refund_lines set quantity = quantity + 1 where refund_id = ${refundOfReturn}`],
  },
  {
    check: 'return_settled_once',
    how: 'left out of the capture although it did not come',
    statements: [setLine(returnIn('APPROVED'), 'released_qty = 1')],
  },
  {
    check: 'return_refund_is_what_was_paid',
    how: 'fees of no return',
    statements: [`update commerce.refunds set return_id = null where id = ${refundOfReturn}`],
  },
  {
    check: 'return_moves_its_stock',
    how: 'a replacement that took no stock',
    statements: [`delete from commerce.stock_movements where kind = 'REPLACED'`],
  },
  {
    check: 'stock_movement_has_its_cause',
    how: 'returned by no receipt',
    statements: [`update commerce.stock_movements set cause_id = ${newUuid} where kind = 'RETURNED'`],
  },
  {
    check: 'stock_movement_has_its_cause',
    how: 'replaced by no shipment',
    statements: [`update commerce.stock_movements set cause_id = ${newUuid} where kind = 'REPLACED'`],
  },
  {
    check: 'return_moves_its_stock',
    how: 'a canceled replacement that is not on sale again',
    statements: [
      `delete from commerce.stock_movements where kind = 'RESTOCKED' and cause_id in (
      select id from commerce.shipments where return_id is not null)`,
    ],
  },
  {
    check: 'stock_movement_has_its_cause',
    how: 'restocked by a replacement that is not canceled',
    statements: [`update commerce.shipments set status = 'READY' where return_id is not null and status = 'CANCELED'`],
  },
  {
    check: 'refund_lines_within_order',
    how: 'refunded and replaced',
    withoutConstraints: ['return_lines.return_lines_settled_within_requested'],
    statements: [setLine(replaced, 'replaced_qty = 3')],
  },
  {
    check: 'order_fulfillment_follows_shipments',
    how: 'a replacement that counts as a unit of the order when it comes back',
    statements: [`update commerce.return_lines set replacement_qty = 0 where replacement_qty = 1`],
  },
  {
    check: 'order_fulfillment_follows_shipments',
    how: 'delivered although everything came back',
    statements: [`update commerce.orders set fulfillment_status = 'DELIVERED' where fulfillment_status = 'RETURNED'`],
  },
];
