import { quoted } from '../database/schema.ts';
import { liveStatuses, paymentTransitions, approvedStatuses } from '../payment/payment.ts';
import type { Check } from './check.ts';
import { recordedChecks } from './recorded-checks.ts';
import { paymentStatusRecorded } from './recorded-statuses.ts';

const live = `status in (${quoted(liveStatuses)})`;
const settled = `status in (${quoted(approvedStatuses)})`;

export const paymentChecks: readonly Check[] = [
  {
    name: 'payment_amounts_are_ordered',
    sentence: 'No more is refunded than captured, no more captured than authorized, no more authorized than asked.',
    query: `
      select id as "paymentId", amount, authorized_amount as "authorizedAmount", captured_amount as "capturedAmount",
        refunded_amount as "refundedAmount", refund_reserved_amount as "refundReservedAmount"
      from "commerce"."payments"
      where not (0 <= refunded_amount and 0 <= refund_reserved_amount
        and refunded_amount::numeric + refund_reserved_amount <= captured_amount
        and captured_amount <= authorized_amount and authorized_amount <= amount)`,
  },
  {
    name: 'payment_status_has_its_money',
    sentence: 'A payment that is settled was approved in full; one that is not has no money.',
    query: `
      select id as "paymentId", status, amount,
        authorized_amount as "authorizedAmount", captured_amount as "capturedAmount"
      from "commerce"."payments"
      where case when ${settled} then authorized_amount <> amount
        when status <> 'CANCELED' then authorized_amount <> 0 or captured_amount <> 0 end`,
  },
  {
    name: 'payment_asks_the_order_total',
    sentence:
      "A payment asks for its order's whole total, in the order's currency, or is over what an operator took for it.",
    query: `
      select p.id as "paymentId", p.order_id as "orderId", p.amount, p.currency,
        o.total_amount as "totalAmount", o.currency as "orderCurrency"
      from "commerce"."payments" p left join "commerce"."orders" o on o.id = p.order_id
      where (p.amount, p.currency) is distinct from (o.total_amount, o.currency)
        and not (p.authorized_amount = p.amount and (p.amount, p.currency) = (p.reported_amount, p.reported_currency))`,
  },
  {
    name: 'payment_one_live',
    sentence: 'An order has at most one payment that may still bring the money.',
    query: `
      select order_id as "orderId", count(*) as payments from "commerce"."payments"
      where ${live} group by order_id having count(*) > 1`,
  },
  {
    name: 'payment_one_settling',
    sentence: 'An order is paid by at most one payment; what more comes is surplus.',
    query: `
      select order_id as "orderId", count(*) as payments from "commerce"."payments"
      where ${settled} and not surplus group by order_id having count(*) > 1`,
  },
  {
    name: 'payment_live_while_order_waits',
    sentence: 'An order has a live payment exactly while it is PAYMENT_PENDING, or PAYMENT_FAILED under REVIEW.',
    query: `
      select o.id as "orderId", o.status, p.id as "paymentId", p.status as "paymentStatus"
      from "commerce"."orders" o
      left join (select * from "commerce"."payments" where ${live}) p on p.order_id = o.id
      where case when p.id is null then o.status = 'PAYMENT_PENDING'
        else o.status <> 'PAYMENT_PENDING' and (o.status, p.status) <> ('PAYMENT_FAILED', 'REVIEW') end`,
  },
  {
    name: 'payment_settling_made_order_paid',
    sentence: 'The order of a payment that settled and is no surplus is PAID, or CANCELED since.',
    query: `
      select p.id as "paymentId", o.id as "orderId", o.status
      from "commerce"."payments" p join "commerce"."orders" o on o.id = p.order_id
      where p.${settled} and not p.surplus and o.status not in ('PAID', 'CANCELED')`,
  },
  {
    name: 'payment_moved_by_the_gateway',
    sentence: "A payment is settled, failed or under review by its gateway's own word: a message that was applied.",
    query: `
      select p.id as "paymentId", p.provider, p.status from "commerce"."payments" p
      where p.status in ('AUTHORIZED', 'CAPTURED', 'FAILED', 'REVIEW') and not exists (
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
    told: paymentStatusRecorded,
    first: 'CREATED',
  }),
];
