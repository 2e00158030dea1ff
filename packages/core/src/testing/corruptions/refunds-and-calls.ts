import { firstId, type Corruption } from './corruption.ts';

/** One way to break each invariant of gateway calls and disputes, and some of refunds, by the name of its check. */
export const moneyCorruptions: Record<string, Corruption> = {
  stock_restocked_by_refunds: {
    statements: [`update commerce.refund_lines set quantity = quantity - 1 where restock and quantity > 1`],
  },
  refund_open_has_its_call: {
    statements: [`delete from commerce.gateway_calls where refund_id = ${firstId('refunds', `status = 'REQUESTED'`)}`],
  },
  refund_beside_lost_dispute: {
    statements: [`update commerce.disputes set amount = amount + 1 where gateway_dispute_id = 'dp_3'`],
  },
  refund_counted_once: {
    withoutConstraints: ['refunds_gateway_refund_id'],
    statements: [
      `update commerce.refunds set gateway_refund_id = 're_twice' where payment_id = (
      select payment_id from commerce.refunds group by payment_id having count(*) > 1 limit 1)`,
    ],
  },
  refund_lines_within_order: { statements: [`update commerce.refund_lines set quantity = quantity + 100`] },
  order_line_shares_add_up: {
    statements: [
      `update commerce.order_lines set discount_amount = discount_amount - 1
      where line_no = 1 and order_id = ${firstId('orders')}`,
    ],
  },
  refund_lines_within_paid: {
    statements: [`update commerce.refund_lines set amount = amount + 100000`],
  },
  call_nothing_overdue: {
    statements: [
      `update commerce.gateway_calls set due_at = now() - interval '61 minutes'
        where id = ${firstId('gateway_calls', `status = 'DUE'`)}`,
    ],
  },
  call_about_its_own_order: {
    statements: [
      `update commerce.gateway_calls set provider = 'another' where id = ${firstId('gateway_calls', 'true')}`,
    ],
  },
  call_captures_what_was_authorized: {
    statements: [
      `update commerce.gateway_calls set amount = 1000000000
        where id = ${firstId('gateway_calls', `kind = 'CAPTURE'`)}`,
    ],
  },
  dispute_of_its_payment: {
    statements: [
      `update commerce.disputes set order_id = (select id from commerce.orders where id <> disputes.order_id limit 1)
      where id = ${firstId('disputes', 'true')}`,
    ],
  },
};
