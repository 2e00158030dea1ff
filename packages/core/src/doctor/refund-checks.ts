import { madeAtGateway, refundTransitions } from '../refund/refund.ts';
import type { Check } from './check.ts';
import { recordedChecks } from './recorded-checks.ts';
import { refundStatusRecorded } from './recorded-statuses.ts';

const open = `status in ('REQUESTED', 'SUBMITTED', 'UNKNOWN')`;

/** A refund that the gateway refused has raised its own alarm, and a person sees to the money. */
const hasFailed = `exists (
  select from "commerce"."refunds" f where f.payment_id = p.id and f.status = 'FAILED' and f.failure_code <> '${madeAtGateway}')`;

/** What the gateway took for a payment: the approved amount, or what it said when that was another. */
const taken = `case when p.captured_amount > 0 then p.captured_amount
  when p.authorized_amount > 0 then p.authorized_amount else coalesce(p.reported_amount, 0) end`;

const goingBack = `
  select payment_id, sum(amount) as amount from "commerce"."refunds" where status <> 'FAILED' group by payment_id`;

export const refundChecks: readonly Check[] = [
  {
    name: 'refund_columns_are_sums_of_refunds',
    sentence: "A payment's refunded amount is what its refunds have sent back, its reserved one what they still will.",
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
    sentence: 'No more goes back of a payment than the gateway took for it.',
    query: `
      select p.id as "paymentId", p.order_id as "orderId", ${taken} as "takenAmount", r.amount as "goingBackAmount"
      from (${goingBack}) r join "commerce"."payments" p on p.id = r.payment_id
      where r.amount > ${taken}`,
  },
  {
    name: 'refund_of_surplus',
    sentence: 'Money that came for an order which could not take it goes back in whole, unless the gateway refused.',
    query: `
      select p.id as "paymentId", p.order_id as "orderId", ${taken} as "takenAmount", r.amount as "goingBackAmount"
      from "commerce"."payments" p left join (${goingBack}) r on r.payment_id = p.id
      where p.surplus and coalesce(r.amount, 0) < ${taken} and not ${hasFailed}`,
  },
  {
    name: 'refund_of_canceled_order',
    sentence: 'The money of an order that was canceled goes back in whole, unless the gateway refused.',
    query: `
      select p.id as "paymentId", p.order_id as "orderId", ${taken} as "takenAmount", r.amount as "goingBackAmount"
      from "commerce"."orders" o
      join "commerce"."payments" p on p.order_id = o.id and p.authorized_amount > 0
      left join (${goingBack}) r on r.payment_id = p.id
      where o.status = 'CANCELED' and coalesce(r.amount, 0) < ${taken} and not ${hasFailed}`,
  },
  {
    name: 'refund_of_its_payment',
    sentence: 'A refund is of a payment of the same order, in the currency that the gateway took.',
    query: `
      select r.id as "refundId", r.order_id as "orderId", p.order_id as "paymentOrderId", r.currency,
        coalesce(p.reported_currency, p.currency) as "takenCurrency"
      from "commerce"."refunds" r left join "commerce"."payments" p on p.id = r.payment_id
      where (r.order_id, r.currency) is distinct from (p.order_id, case
        when p.status in ('AUTHORIZED', 'CAPTURED') then p.currency
        else coalesce(p.reported_currency, p.currency) end)`,
  },
  {
    name: 'refund_open_has_its_call',
    sentence:
      'A refund that was not sent, or whose answer is unknown, has its call to the gateway; one that is over has none.',
    query: `
      select r.id as "refundId", r.order_id as "orderId", r.status, c.status as "callStatus"
      from "commerce"."refunds" r left join "commerce"."gateway_calls" c on c.refund_id = r.id
      where case when r.status in ('REQUESTED', 'UNKNOWN') then c.status is distinct from 'DUE'
        when r.status in ('SUCCEEDED', 'FAILED') then c.status = 'DUE' end`,
  },
  {
    name: 'refund_counted_once',
    sentence: "A refund of the gateway's is counted once, whoever made it.",
    query: `
      select payment_id as "paymentId", gateway_refund_id as "gatewayRefundId", count(*) as refunds
      from "commerce"."refunds" where gateway_refund_id is not null
      group by payment_id, gateway_refund_id having count(*) > 1`,
  },
  {
    name: 'refund_lines_within_order',
    sentence:
      'No more units of a line are refunded than were ordered, but by a refund that was told to have failed and had not.',
    query: `
      select l.order_id as "orderId", l.line_no as "lineNo", o.quantity as "orderedQty", sum(l.quantity) as "refundedQty"
      from "commerce"."refund_lines" l
      join "commerce"."refunds" r on r.id = l.refund_id and r.status <> 'FAILED' and not exists (
        select from "commerce"."events" e where e.aggregateid = r.order_id and e.type = 'refund.failed' and e.payload ->> 'refundId' = r.id::text)
      join "commerce"."order_lines" o on o.order_id = l.order_id and o.line_no = l.line_no
      group by l.order_id, l.line_no, o.quantity having sum(l.quantity) > o.quantity`,
  },
  {
    name: 'refund_voided_once',
    sentence: 'An authorization is let go of once.',
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
    sentence: 'An order whose money must go back needs attention until it has, unless that was cleared since.',
    query: `
      select r.order_id as "orderId", r.id as "refundId", r.status, o.needs_attention as "needsAttention"
      from (select * from "commerce"."refunds" where ${open}) r
      join "commerce"."orders" o on o.id = r.order_id
      left join "commerce"."events" asked on asked.aggregateid = r.order_id
        and asked.type = 'refund.requested' and asked.payload ->> 'refundId' = r.id::text
      where o.needs_attention is null and r.reason not in ('requested', 'gateway') and not exists (
        select from "commerce"."events" cleared
        where cleared.aggregateid = r.order_id and cleared.type = 'order.attention_cleared' and cleared.version > asked.version
      )`,
  },
  ...recordedChecks({
    subject: 'refund',
    transitions: refundTransitions,
    told: refundStatusRecorded,
    first: 'REQUESTED',
  }),
];
