import { quoted } from '../database/schema.ts';
import { liveStatuses, noProvider, paymentTransitions, approvedStatuses } from '../payment/payment.ts';
import type { Check } from './check.ts';
import { recordedChecks } from './recorded-checks.ts';
import { paymentStatusRecorded } from './recorded-statuses.ts';

const live = `status in (${quoted(liveStatuses)})`;
const approved = `status in (${quoted(approvedStatuses)})`;

/** What was paid for the released units of each order. */
export const released = `
  select order_id, sum(released_amount) as amount from "commerce"."order_lines" where released_qty > 0
    group by order_id`;

export const paymentChecks: readonly Check[] = [
  {
    name: 'payment_amounts_are_ordered',
    sentence:
      'A payment’s amounts are ordered: refunded plus refund-reserved plus credited ≤ captured ≤ authorized ≤ amount.',
    query: `
      select id as "paymentId", amount, authorized_amount as "authorizedAmount", captured_amount as "capturedAmount",
        refunded_amount as "refundedAmount", refund_reserved_amount as "refundReservedAmount",
        credited_amount as "creditedAmount"
      from "commerce"."payments"
      where not (0 <= refunded_amount and 0 <= refund_reserved_amount and 0 <= credited_amount
        and refunded_amount::numeric + refund_reserved_amount + credited_amount <= captured_amount
        and captured_amount <= authorized_amount and authorized_amount <= amount)`,
  },
  {
    name: 'payment_status_has_its_money',
    sentence:
      'An approved payment was approved in full. A payment that was never approved has no ' +
      'authorized or captured amount.',
    query: `
      select id as "paymentId", status, amount,
        authorized_amount as "authorizedAmount", captured_amount as "capturedAmount"
      from "commerce"."payments"
      where case when ${approved} then authorized_amount <> amount
        when status <> 'CANCELED' then authorized_amount <> 0 or captured_amount <> 0 end`,
  },
  {
    name: 'payment_asks_the_order_total',
    sentence:
      "A payment's amount and currency are its order's total, without units that were released before, " +
      'and its currency, or those that came and were accepted or are surplus.',
    query: `
      select p.id as "paymentId", p.order_id as "orderId", p.amount, p.currency,
        o.total_amount as "totalAmount", o.currency as "orderCurrency"
      from "commerce"."payments" p left join "commerce"."orders" o on o.id = p.order_id
      left join (${released}) r on r.order_id = p.order_id
      where (p.currency = o.currency and p.amount between o.total_amount - coalesce(r.amount, 0) and o.total_amount)
        is not true
        and not (p.authorized_amount = p.amount and (p.amount, p.currency) = (p.reported_amount, p.reported_currency))`,
  },
  {
    name: 'payment_released_within_lines',
    sentence: "A payment leaves out of its capture at most what was paid for its order's released units.",
    query: `
      select p.id as "paymentId", p.order_id as "orderId", p.released_amount as "releasedAmount",
        r.amount as "linesAmount"
      from "commerce"."payments" p left join (${released}) r on r.order_id = p.order_id
      where p.released_amount > coalesce(r.amount, 0)`,
  },
  {
    name: 'payment_capture_warned_in_time',
    sentence: 'No warning about an authorization is overdue by more than 5 minutes, because a job raises it.',
    query: `
      select id as "paymentId", order_id as "orderId", lapse_warning_at as "lapseWarningAt",
        capture_overdue_at as "captureOverdueAt"
      from "commerce"."payments"
      where status = 'AUTHORIZED' and not surplus
        and least(lapse_warning_at, capture_overdue_at) < now() - interval '5 minutes'`,
  },
  {
    name: 'payment_captured_at_dispatch',
    sentence: 'A payment that is captured when goods leave has a capture call once something of its order has left.',
    query: `
      select p.id as "paymentId", p.order_id as "orderId"
      from "commerce"."payments" p
      where p.capture = 'DISPATCH' and p.status = 'AUTHORIZED' and not p.surplus
        and p.authorized_amount > p.released_amount
        and exists (select from "commerce"."shipments" s where s.order_id = p.order_id and s.shipped_at is not null)
        and not exists (select from "commerce"."gateway_calls" c where c.payment_id = p.id and c.kind = 'CAPTURE')
        and not exists (select from "commerce"."refunds" r where r.payment_id = p.id and r.kind = 'VOID')`,
  },
  {
    name: 'payment_one_live',
    sentence: 'An order has at most one live payment.',
    query: `
      select order_id as "orderId", count(*) as payments from "commerce"."payments"
      where ${live} group by order_id having count(*) > 1`,
  },
  {
    name: 'payment_one_pays_for_order',
    sentence: 'At most one approved payment pays for an order; any other is a surplus.',
    query: `
      select order_id as "orderId", count(*) as payments from "commerce"."payments"
      where ${approved} and not surplus group by order_id having count(*) > 1`,
  },
  {
    name: 'payment_live_while_order_waits',
    sentence:
      'A PAYMENT_PENDING order has a live payment. No other order has one, ' +
      'except a PAYMENT_FAILED order with a payment in REVIEW, and a PAID order that has lost its authorization.',
    query: `
      select o.id as "orderId", o.status, p.id as "paymentId", p.status as "paymentStatus"
      from "commerce"."orders" o
      left join (select * from "commerce"."payments" where ${live}) p on p.order_id = o.id
      where case when p.id is null then o.status = 'PAYMENT_PENDING'
        when o.status = 'PAID' then exists (
          select from "commerce"."payments" a where a.order_id = o.id and a.${approved} and not a.surplus
        )
        else o.status <> 'PAYMENT_PENDING' and (o.status, p.status) <> ('PAYMENT_FAILED', 'REVIEW') end`,
  },
  {
    name: 'payment_approval_made_order_paid',
    sentence: 'The order of an approved payment that is no surplus is PAID, or was CANCELED later.',
    query: `
      select p.id as "paymentId", o.id as "orderId", o.status
      from "commerce"."payments" p join "commerce"."orders" o on o.id = p.order_id
      where p.${approved} and not p.surplus and o.status not in ('PAID', 'CANCELED')`,
  },
  {
    name: 'payment_changed_by_the_gateway',
    sentence:
      'A payment that is AUTHORIZED, CAPTURED, FAILED or in REVIEW has an applied gateway event with that effect, ' +
      'unless it is a captured payment of 0 without a gateway.',
    query: `
      select p.id as "paymentId", p.provider, p.status from "commerce"."payments" p
      where p.status in ('AUTHORIZED', 'CAPTURED', 'FAILED', 'REVIEW')
        and (p.provider, p.status, p.amount) <> ('${noProvider}', 'CAPTURED', 0) and not exists (
        select from "commerce"."gateway_events" g
        where g.payment_id = p.id and g.provider = p.provider and g.outcome = 'APPLIED' and case
          when p.status = 'FAILED' then g.effect = 'payment_failed'
          when p.status = 'REVIEW' then g.effect = 'payment_in_review'
          else g.effect in ('order_paid', 'surplus', 'payment_in_review', 'payment_captured') end
      )`,
  },
  ...recordedChecks({
    subject: 'payment',
    transitions: paymentTransitions,
    recorded: paymentStatusRecorded,
    first: 'CREATED',
  }),
];
