import type { Corruption, FurtherCorruption } from './corruption.ts';

const creditIn = (status: string) =>
  `(select order_id from commerce.return_credits where status = '${status}' order by order_id limit 1)`;
const setCredit = (orderId: string, assignments: string) =>
  `update commerce.return_credits set ${assignments} where order_id = ${orderId}`;
const setPart = (orderId: string, assignments: string) =>
  `update commerce.return_credit_parts set ${assignments} where order_id = ${orderId}`;
/** An order that was paid, canceled and has given its credit back. */
const canceled = `(
  select c.order_id from commerce.return_credits c join commerce.orders o on o.id = c.order_id
  where o.status = 'CANCELED' and c.status = 'SPENT' order by 1 limit 1)`;

/** One way to break each invariant of credits, by the name of its check. */
export const creditCorruptions: Record<string, Corruption> = {
  credit_is_its_line: { statements: [setCredit(creditIn('SPENT'), 'amount = amount - 1')] },
  credit_within_return: { statements: [setCredit(creditIn('SPENT'), `lines = '[]'`)] },
  credit_units_are_settled: {
    statements: [
      `update commerce.return_lines set released_qty = 0
      where return_id = (select return_id from commerce.return_credits where order_id = ${creditIn('SPENT')})`,
    ],
  },
  credit_of_its_payments: {
    statements: [
      `update commerce.payments set credited_amount = credited_amount - 1 where id = (
        select id from commerce.payments where credited_amount > 0 order by id limit 1)`,
    ],
  },
  credit_follows_its_order: { statements: [setCredit(creditIn('RESERVED'), `status = 'SPENT'`)] },
  credit_settled_in_time: { statements: [setCredit(canceled, `due_at = now() - interval '6 minutes'`)] },
};

/** More ways to break the invariants of credits, so that every part of their queries is proven. */
export const furtherCreditCorruptions: readonly FurtherCorruption[] = [
  {
    check: 'credit_is_its_line',
    how: 'a part is missing',
    statements: [`delete from commerce.return_credit_parts where order_id = ${creditIn('SPENT')}`],
  },
  {
    check: 'credit_is_its_line',
    how: 'in another currency',
    statements: [setCredit(creditIn('SPENT'), `currency = 'USD'`)],
  },
  {
    check: 'credit_is_its_line',
    how: 'a line without a credit',
    statements: [
      `delete from commerce.return_credit_parts where order_id = ${creditIn('RESERVED')}`,
      `delete from commerce.return_credits where order_id = ${creditIn('RESERVED')}`,
    ],
  },
  {
    check: 'credit_within_return',
    how: 'with fees that are more than what is left',
    statements: [setCredit(creditIn('SPENT'), `fees = '[{"name": "Label", "amount": 100000}]'`)],
  },
  {
    check: 'credit_of_its_payments',
    how: 'that went back and is counted',
    statements: [setPart(canceled, 'settled_amount = 0')],
  },
  {
    check: 'credit_follows_its_order',
    how: 'released while its order is paid',
    statements: [setCredit(creditIn('SPENT'), `status = 'RELEASED'`)],
  },
  {
    check: 'credit_follows_its_order',
    how: 'reserved for an order that has expired',
    statements: [setCredit(creditIn('RELEASED'), `status = 'RESERVED'`)],
  },
  {
    check: 'credit_follows_its_order',
    how: 'used by a canceled order',
    statements: [setPart(canceled, 'returned_amount = returned_amount - 1, settled_amount = settled_amount - 1')],
  },
  {
    check: 'credit_follows_its_order',
    how: 'released in part',
    statements: [
      setPart(creditIn('RELEASED'), 'returned_amount = returned_amount - 1, settled_amount = settled_amount - 1'),
    ],
  },
  {
    check: 'credit_settled_in_time',
    how: 'forgotten by the job',
    statements: [setPart(canceled, 'settled_amount = settled_amount - 1')],
  },
  {
    check: 'return_refund_is_what_was_paid',
    how: 'without units, though nothing was exchanged',
    statements: [
      `delete from commerce.refund_lines where refund_id = (
        select f.id from commerce.refunds f where f.return_id is not null and not exists (
          select from commerce.return_credits c where c.return_id = f.return_id or c.order_id = f.order_id)
        order by f.id limit 1)`,
    ],
  },
  {
    check: 'payment_amounts_are_ordered',
    how: 'more is credited than was captured',
    withoutConstraints: ['payments.payments_amounts_ordered'],
    statements: [`update commerce.payments set credited_amount = captured_amount + 1 where credited_amount > 0`],
  },
];
