import type { Corruption } from '../../doctor/planting.testing.ts';

const first = (table: string, where: string) => `(select id from commerce.${table} where ${where} order by id limit 1)`;

/** For each check of refunds, calls to gateways and disputes that has no other, one way to break what it watches over. */
export const moneyCorruptions: Record<string, Corruption> = {
  stock_restocked_by_refunds: {
    damage: [`update commerce.refund_lines set quantity = quantity - 1 where restock and quantity > 1`],
  },
  refund_open_has_its_call: {
    damage: [`delete from commerce.gateway_calls where refund_id = ${first('refunds', `status = 'REQUESTED'`)}`],
  },
  refund_counted_once: {
    without: ['refunds_gateway_refund_id'],
    damage: [
      `update commerce.refunds set gateway_refund_id = 're_twice' where payment_id = (
      select payment_id from commerce.refunds group by payment_id having count(*) > 1 limit 1)`,
    ],
  },
  refund_lines_within_order: { damage: [`update commerce.refund_lines set quantity = quantity + 100`] },
  call_nothing_overdue: {
    damage: [
      `update commerce.gateway_calls set due_at = now() - interval '61 minutes' where id = ${first('gateway_calls', `status = 'DUE'`)}`,
    ],
  },
  call_about_its_own_order: {
    damage: [`update commerce.gateway_calls set provider = 'another' where id = ${first('gateway_calls', 'true')}`],
  },
  call_captures_what_was_authorized: {
    damage: [
      `update commerce.gateway_calls set amount = 1000000000 where id = ${first('gateway_calls', `kind = 'CAPTURE'`)}`,
    ],
  },
  dispute_of_its_payment: {
    damage: [
      `update commerce.disputes set order_id = (select id from commerce.orders where id <> disputes.order_id limit 1)
      where id = ${first('disputes', 'true')}`,
    ],
  },
};
