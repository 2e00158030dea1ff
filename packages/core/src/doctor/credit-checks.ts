import { quoted } from '../database/schema.ts';
import { unpaidStatuses } from '../order/order.ts';
import type { Check } from './check.ts';

/** Each credit's parts: what they add up to, and what the order still uses. */
const partTotals = `
  select order_id, sum(amount) as amount, sum(amount - passed_on_amount - returned_amount) as used
  from "commerce"."return_credit_parts" group by order_id`;

/** The sum of amounts in a list of a payload; null when it isn't a list of numbers. */
const sumIn = (list: string): string => `(
  select sum(case when jsonb_typeof(one -> 'amount') = 'number' then (one ->> 'amount')::numeric end)
  from jsonb_array_elements(case when jsonb_typeof(${list}) = 'array' then ${list} else '[]' end) one)`;

/** Units of each return line that standing credits were given for. */
const creditedUnits = `
  select c.return_id,
    case when jsonb_typeof(unit -> 'lineNo') = 'number' then (unit ->> 'lineNo')::numeric end as line_no,
    sum(case when jsonb_typeof(unit -> 'quantity') = 'number' then (unit ->> 'quantity')::numeric end) as quantity
  from "commerce"."return_credits" c,
    lateral jsonb_array_elements(case when jsonb_typeof(c.lines) = 'array' then c.lines else '[]' end) unit
  where c.status <> 'RELEASED' or c.due_at is not null group by 1, 2`;

/** What returns pay of other orders. */
export const creditChecks: readonly Check[] = [
  {
    name: 'credit_is_its_line',
    sentence:
      'A CREDIT line of an order is what a return pays of it: its credit has the same amount, ' +
      'currency and sum of parts.',
    query: `
      select coalesce(l.order_id, c.order_id) as "orderId", l.amount as "lineAmount", c.amount as "creditAmount",
        p.amount as "partsAmount", c.currency, o.currency as "orderCurrency"
      from (select order_id, sum(amount) as amount from "commerce"."order_lines" where kind = 'CREDIT'
        group by order_id) l
      full join "commerce"."return_credits" c on c.order_id = l.order_id
      left join (${partTotals}) p on p.order_id = c.order_id
      left join "commerce"."orders" o on o.id = c.order_id
      where (c.amount, c.amount, c.currency) is distinct from (-l.amount, p.amount, o.currency)`,
  },
  {
    name: 'credit_within_return',
    sentence: 'A credit is at most what its units of the return are worth, less the fees.',
    query: `
      select c.order_id as "orderId", c.return_id as "returnId", c.amount, ${sumIn('c.lines')} as "unitsAmount",
        ${sumIn('c.fees')} as "feesAmount"
      from "commerce"."return_credits" c
      where (c.amount <= ${sumIn('c.lines')} - coalesce(${sumIn('c.fees')}, 0)) is not true`,
  },
  {
    name: 'credit_units_are_settled',
    sentence:
      'Units of a return that pay for another order count as settled, so that they are neither refunded nor replaced.',
    query: `
      select u.return_id as "returnId", u.line_no as "lineNo", u.quantity as "creditedQty",
        l.released_qty as "releasedQty"
      from (${creditedUnits}) u
      join "commerce"."returns" r on r.id = u.return_id
      join "commerce"."order_lines" o on o.order_id = r.order_id and o.line_no = u.line_no and o.kind = 'PRODUCT'
      left join "commerce"."return_lines" l on l.return_id = u.return_id and l.line_no = u.line_no
      where u.quantity > coalesce(l.released_qty, 0)`,
  },
  {
    name: 'credit_of_its_payments',
    sentence:
      'What a payment pays for other orders is what credits have of it, without what went back, ' +
      "and in the payment's currency.",
    query: `
      select p.id as "paymentId", p.order_id as "orderId", p.credited_amount as "creditedAmount",
        c.amount as "creditsAmount"
      from "commerce"."payments" p
      full join (
        select t.payment_id, sum(t.amount - t.passed_on_amount - t.settled_amount) as amount,
          min(c.currency) as currency
        from "commerce"."return_credit_parts" t join "commerce"."return_credits" c on c.order_id = t.order_id
        group by t.payment_id
      ) c on c.payment_id = p.id
      where p.credited_amount is distinct from coalesce(c.amount, 0) or c.currency <> p.currency`,
  },
  {
    name: 'credit_follows_its_order',
    sentence:
      'A credit is RESERVED while its order is unpaid, SPENT once it is paid, ' +
      'and RELEASED when the order ended unpaid; a canceled order uses nothing of it.',
    query: `
      select c.order_id as "orderId", o.status, c.status as "creditStatus", p.used as "usedAmount"
      from "commerce"."return_credits" c join "commerce"."orders" o on o.id = c.order_id
      left join (${partTotals}) p on p.order_id = c.order_id
      where case
        when o.status in (${quoted(unpaidStatuses)}) then c.status <> 'RESERVED'
        when o.status = 'PAID' then c.status <> 'SPENT'
        when o.status = 'EXPIRED' then c.status <> 'RELEASED'
        else c.status = 'RESERVED' or c.status = 'SPENT' and p.used <> 0 end
        or c.status = 'RELEASED' and c.due_at is null and p.used <> 0`,
  },
  {
    name: 'credit_settled_in_time',
    sentence: 'What an order does not need of its credit has gone back within 5 minutes, because a job gives it back.',
    query: `
      select c.order_id as "orderId", c.status, c.due_at as "dueAt"
      from "commerce"."return_credits" c
      where c.due_at < now() - interval '5 minutes' or c.due_at is null and exists (
        select from "commerce"."return_credit_parts" p where p.order_id = c.order_id
          and p.settled_amount <> p.returned_amount)`,
  },
];
