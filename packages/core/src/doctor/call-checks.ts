import type { Check } from './check.ts';

export const callChecks: readonly Check[] = [
  {
    name: 'call_nothing_overdue',
    sentence: 'No gateway call is overdue by more than an hour.',
    query: `
      select id as "gatewayCallId", kind, provider, attempts, due_at as "dueAt" from "commerce"."gateway_calls"
      where status = 'DUE' and due_at < now() - interval '1 hour'`,
  },
  {
    name: 'call_about_its_own_order',
    sentence:
      'A gateway call, its payment and its refund belong to the same order, ' +
      "and the call goes to the payment's provider.",
    query: `
      select c.id as "gatewayCallId", c.kind, c.order_id as "orderId", p.order_id as "paymentOrderId",
        r.payment_id as "refundPaymentId"
      from "commerce"."gateway_calls" c
      left join "commerce"."payments" p on p.id = c.payment_id
      left join "commerce"."refunds" r on r.id = c.refund_id
      where (c.order_id, c.provider) is distinct from (p.order_id, p.provider)
        or (c.refund_id is not null and r.payment_id is distinct from c.payment_id)`,
  },
  {
    name: 'call_captures_what_was_authorized',
    sentence: 'A gateway call captures at most the authorized amount.',
    query: `
      select c.id as "gatewayCallId", c.payment_id as "paymentId", c.amount, p.authorized_amount as "authorizedAmount"
      from "commerce"."gateway_calls" c join "commerce"."payments" p on p.id = c.payment_id
      where c.kind = 'CAPTURE' and c.amount > p.authorized_amount`,
  },
  {
    name: 'dispute_of_its_payment',
    sentence: 'A dispute and its payment belong to the same order.',
    query: `
      select d.id as "disputeId", d.order_id as "orderId", p.order_id as "paymentOrderId"
      from "commerce"."disputes" d left join "commerce"."payments" p on p.id = d.payment_id
      where d.order_id is distinct from p.order_id`,
  },
];
