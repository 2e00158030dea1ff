import { quoted } from '../database/schema.ts';
import { authorizationLost } from '../payment/payment.ts';
import { openRefundStatuses, refundFailuresMax, refundTransitions, withdrawnCodes } from '../refund/refund.ts';
import type { Check } from './check.ts';
import { released } from './payment-checks.ts';
import { owed } from './return-checks.ts';
import { recordedChecks } from './recorded-checks.ts';
import { refundStatusRecorded } from './recorded-statuses.ts';

const open = `status in (${quoted(openRefundStatuses)})`;

/** The amount that the gateway took for a payment. */
const takenAmount = `case when p.captured_amount > 0 then p.captured_amount
  when p.status = 'CANCELED' and p.failure_code = '${authorizationLost}' then 0 else p.authorized_amount end`;

/** Each payment's refunds in one scan: a subquery for each payment would scan them again and again. */
const refundTotals = `
  select payment_id, sum(amount) filter (where status <> 'FAILED') as amount,
    count(*) filter (where status = 'FAILED' and failure_code not in (${quoted(withdrawnCodes)})) as failures
  from "commerce"."refunds" group by payment_id`;

/** What banks have taken of each payment, or may take. A dispute whose amount can't be compared is about all of it. */
const contested = `
  select d.payment_id, sum(case when d.currency = p.currency and p.captured_amount > 0 then d.amount
    else p.authorized_amount end) as amount
  from "commerce"."disputes" d join "commerce"."payments" p on p.id = d.payment_id
  where d.status <> 'WON' group by d.payment_id`;

/** Units of each line in refunds, and in replacements that haven't come back. */
const settledUnits = `
  select order_id, line_no, sum(refunded) as refunded, sum(replaced) as replaced from (
    select l.order_id, l.line_no, l.quantity as refunded, 0 as replaced
    from "commerce"."refund_lines" l
    join "commerce"."refunds" r on r.id = l.refund_id and r.status <> 'FAILED' and not exists (
      select from "commerce"."events" e where e.aggregateid = r.order_id and e.type = 'refund.failed'
        and e.payload ->> 'refundId' = r.id::text)
    union all
    select l.order_id, l.line_no, 0, l.replaced_qty - least(${owed}, l.replacement_qty)
    from "commerce"."return_lines" l join "commerce"."returns" r on r.id = l.return_id
  ) units group by order_id, line_no`;

/**
 * A refund that the gateway refused raised attention by itself, and an operator sends the money back. After
 * `refundFailuresMax` failures the money is stuck.
 */
const isWithAnOperator = `coalesce(r.failures, 0) between 1 and ${refundFailuresMax - 1}`;

export const refundChecks: readonly Check[] = [
  {
    name: 'refund_columns_are_sums_of_refunds',
    sentence:
      "A payment's refunded amount is the sum of its succeeded refunds, " +
      'and its reserved amount is the sum of its open ones.',
    query: `
      select p.id as "paymentId", p.refunded_amount as "refundedAmount", r.succeeded as "succeededAmount",
        p.refund_reserved_amount as "refundReservedAmount", r.open as "openAmount"
      from "commerce"."payments" p
      left join (
        select payment_id, sum(amount) filter (where status = 'SUCCEEDED') as succeeded,
          sum(amount) filter (where ${open}) as open
        from "commerce"."refunds" where kind = 'REFUND' group by payment_id
      ) r on r.payment_id = p.id
      where p.refunded_amount <> coalesce(r.succeeded, 0) or p.refund_reserved_amount <> coalesce(r.open, 0)`,
  },
  {
    name: 'refund_within_what_came',
    sentence: "A payment's refunds add up to at most the amount that the gateway took.",
    query: `
      select p.id as "paymentId", p.order_id as "orderId", ${takenAmount} as "takenAmount", r.amount as "refundsAmount"
      from (${refundTotals}) r join "commerce"."payments" p on p.id = r.payment_id
      where r.amount > ${takenAmount}`,
  },
  {
    name: 'refund_of_surplus',
    sentence:
      'A surplus payment is refunded in full, without what a dispute has taken or may take, ' +
      'unless the gateway refused a refund and an operator has to try again.',
    query: `
      select p.id as "paymentId", p.order_id as "orderId", ${takenAmount} as "takenAmount", r.amount as "refundsAmount",
        coalesce(r.failures, 0) as "failedRefunds"
      from "commerce"."payments" p left join (${refundTotals}) r on r.payment_id = p.id
      left join (${contested}) d on d.payment_id = p.id
      where p.surplus and coalesce(r.amount, 0) < ${takenAmount} - coalesce(d.amount, 0) and not ${isWithAnOperator}`,
  },
  {
    name: 'refund_of_canceled_order',
    sentence:
      'The payment of a canceled order, or the authorization of one that costs nothing any more, ' +
      'is refunded in full, without what a dispute has taken or may take, ' +
      'unless the gateway refused a refund and an operator has to try again.',
    query: `
      select p.id as "paymentId", p.order_id as "orderId", ${takenAmount} as "takenAmount", r.amount as "refundsAmount",
        coalesce(r.failures, 0) as "failedRefunds"
      from "commerce"."orders" o
      join "commerce"."payments" p on p.order_id = o.id and p.authorized_amount > 0
      left join (${refundTotals}) r on r.payment_id = p.id
      left join (${contested}) d on d.payment_id = p.id
      left join (${released}) l on l.order_id = o.id
      where (o.status = 'CANCELED' or o.status = 'PAID' and p.status = 'AUTHORIZED' and p.released_amount > 0
        and l.amount = o.total_amount)
        and coalesce(r.amount, 0) < ${takenAmount} - coalesce(d.amount, 0) and not ${isWithAnOperator}`,
  },
  {
    name: 'refund_beside_lost_dispute',
    sentence:
      'A refund that the shop requested after a bank had taken money back is of what that left, ' +
      'with the refunds before it.',
    query: `
      select r.id as "refundId", r.order_id as "orderId", r.amount, p.captured_amount as "capturedAmount",
        sum(d.amount) as "lostAmount", before.amount as "refundsAmount"
      from "commerce"."disputes" d
      join "commerce"."payments" p on p.id = d.payment_id
      join "commerce"."events" lost on lost.aggregateid = d.order_id and lost.type = 'dispute.closed'
        and lost.payload ->> 'paymentId' = d.payment_id::text
        and lost.payload ->> 'gatewayDisputeId' = d.gateway_dispute_id
      join "commerce"."refunds" r on r.payment_id = p.id and r.kind = 'REFUND' and r.reason <> 'gateway'
        and r.status <> 'FAILED'
      join "commerce"."events" e on e.aggregateid = r.order_id and e.type = 'refund.requested'
        and e.payload ->> 'refundId' = r.id::text and e.version > lost.version
      cross join lateral (
        select sum(b.amount) as amount from "commerce"."refunds" b
        where b.payment_id = p.id and b.status <> 'FAILED' and b.id <= r.id and not exists (
          select from "commerce"."events" f
          where f.aggregateid = b.order_id and f.type = 'refund.failed' and f.payload ->> 'refundId' = b.id::text)
      ) before
      where d.status = 'LOST' and d.currency = p.currency
      group by r.id, p.id, before.amount having before.amount + sum(d.amount) > p.captured_amount`,
  },
  {
    name: 'refund_of_its_payment',
    sentence: "A refund and its payment belong to the same order, and the refund's currency is the payment's.",
    query: `
      select r.id as "refundId", r.order_id as "orderId", p.order_id as "paymentOrderId", r.currency,
        p.currency as "paymentCurrency"
      from "commerce"."refunds" r left join "commerce"."payments" p on p.id = r.payment_id
      where (r.order_id, r.currency) is distinct from (p.order_id, p.currency)`,
  },
  {
    name: 'refund_open_has_its_call',
    sentence:
      'A refund that is REQUESTED or UNKNOWN has a due gateway call, and one that is SUCCEEDED or FAILED has none.',
    query: `
      select r.id as "refundId", r.order_id as "orderId", r.status, c.status as "callStatus"
      from "commerce"."refunds" r left join "commerce"."gateway_calls" c on c.refund_id = r.id
      where case when r.status in ('REQUESTED', 'UNKNOWN') then c.status is distinct from 'DUE'
        when r.status in ('SUCCEEDED', 'FAILED') then c.status = 'DUE' end`,
  },
  {
    name: 'refund_counted_once',
    sentence: 'A refund of the gateway is stored once, whether it was made here or in its dashboard.',
    query: `
      select payment_id as "paymentId", gateway_refund_id as "gatewayRefundId", count(*) as refunds
      from "commerce"."refunds" where gateway_refund_id is not null
      group by payment_id, gateway_refund_id having count(*) > 1`,
  },
  {
    name: 'refund_lines_within_order',
    sentence:
      'At most the ordered units of a line are refunded, released or in replacements that have not come back, ' +
      'except by a refund that succeeded after its failure was reported.',
    query: `
      select o.order_id as "orderId", o.line_no as "lineNo", o.quantity as "orderedQty", s.refunded as "refundedQty",
        o.released_qty as "releasedQty", s.replaced as "replacedQty"
      from (${settledUnits}) s
      join "commerce"."order_lines" o on o.order_id = s.order_id and o.line_no = s.line_no
      where s.refunded + s.replaced + o.released_qty > o.quantity`,
  },
  {
    name: 'refund_voided_once',
    sentence: 'A payment is voided once.',
    query: `
      select payment_id as "paymentId", count(*) as voids from "commerce"."refunds"
      where kind = 'VOID' and status <> 'FAILED' group by payment_id having count(*) > 1`,
  },
  {
    name: 'refund_due_has_a_refund',
    sentence: 'An order that needs attention for refund_due has a refund that has not succeeded yet.',
    query: `
      select o.id as "orderId" from "commerce"."orders" o
      where o.needs_attention = 'refund_due' and not exists (
        select from "commerce"."refunds" r where r.order_id = o.id and r.status <> 'SUCCEEDED'
      )`,
  },
  {
    name: 'refund_open_needs_attention',
    sentence:
      'An order with an open refund of surplus or canceled money needs attention, unless an operator has cleared it.',
    query: `
      select r.order_id as "orderId", r.id as "refundId", r.status, o.needs_attention as "needsAttention"
      from (select * from "commerce"."refunds" where ${open}) r
      join "commerce"."orders" o on o.id = r.order_id
      left join "commerce"."events" creation on creation.aggregateid = r.order_id
        and creation.type = 'refund.requested' and creation.payload ->> 'refundId' = r.id::text
      where o.needs_attention is null and r.reason not in ('requested', 'gateway') and not exists (
        select from "commerce"."events" cleared
        where cleared.aggregateid = r.order_id and cleared.type = 'order.attention_cleared'
          and cleared.version > creation.version
      )`,
  },
  ...recordedChecks({
    subject: 'refund',
    transitions: refundTransitions,
    recorded: refundStatusRecorded,
    first: 'REQUESTED',
  }),
];
