import { firstId, type FurtherCorruption } from './corruption.ts';

const shareOf = (order: string, lineNo: number, assignments: string): string =>
  `update commerce.order_lines set ${assignments} where order_id = ${order} and line_no = ${lineNo}`;
const anOrder = firstId('orders');
const discountLine = `(select min(line_no) from commerce.order_lines where order_id = refund_lines.order_id
  and kind = 'DISCOUNT')`;
/** Lines of which every unit is refunded, by refunds of one unit each. */
const refundedWhole = `(
  select l.order_id, l.line_no from commerce.refund_lines l
  join commerce.order_lines o on o.order_id = l.order_id and o.line_no = l.line_no
  group by l.order_id, l.line_no, o.quantity having count(*) = o.quantity and count(*) > 1
    and sum(l.quantity) = o.quantity)`;

/** More ways to break the invariants of what lines cost and what their refunds gave. */
export const furtherShareCorruptions: readonly FurtherCorruption[] = [
  {
    check: 'order_line_shares_add_up',
    how: 'another tax',
    statements: [shareOf(anOrder, 1, 'tax_amount = tax_amount + 1')],
  },
  {
    check: 'order_line_shares_add_up',
    how: 'one line without shares',
    statements: [shareOf(anOrder, 1, 'discount_amount = null, tax_amount = null')],
  },
  {
    check: 'order_line_shares_add_up',
    how: 'a line that costs less than nothing',
    withoutConstraints: ['order_lines.order_lines_paid_not_negative', 'order_lines.order_lines_discount_amount_sign'],
    statements: [
      shareOf(anOrder, 1, 'discount_amount = discount_amount - 100000'),
      shareOf(anOrder, 2, 'discount_amount = discount_amount + 100000'),
    ],
  },
  {
    check: 'refund_lines_within_paid',
    how: 'all units for less than was paid',
    statements: [`update commerce.refund_lines set amount = amount - 1 where (order_id, line_no) in ${refundedWhole}`],
  },
  {
    check: 'refund_lines_within_paid',
    how: 'all units for more than was paid, where the order has no stored shares',
    statements: [
      `update commerce.order_lines set discount_amount = null, tax_amount = null`,
      `update commerce.refund_lines set amount = amount + 2 where (order_id, line_no) in ${refundedWhole}`,
    ],
  },
  {
    check: 'refund_lines_within_paid',
    how: 'a line of a discount',
    statements: [
      `update commerce.refund_lines set line_no = ${discountLine} where line_no = 1 and refund_id = (
      select refund_id from commerce.refund_lines order by 1 limit 1)`,
    ],
  },
];
