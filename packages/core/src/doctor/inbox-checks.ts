import { quoted } from '../database/schema.ts';
import type { EventEffect } from '../gateway-inbox/gateway-event.ts';
import { authorizationLost } from '../payment/payment.ts';
import type { Check } from './check.ts';

/** Effects that a payment can have once. */
const onceEffects: readonly EventEffect[] = [
  'order_paid',
  'payment_failed',
  'payment_in_review',
  'surplus',
  'payment_captured',
];

/** A payment `p` that paid for its order, lost its authorization, and was captured after another one had paid. */
export const hadLostAuthorization = `exists (
  select from "commerce"."gateway_events" l where l.payment_id = p.id and l.effect = '${authorizationLost}')`;

export const inboxChecks: readonly Check[] = [
  {
    name: 'inbox_first_message_once',
    sentence: 'A gateway event is stored once for each provider and event id; only rows in CONFLICT share its id.',
    query: `
      select provider, provider_event_id as "providerEventId", count(*) as rows from "commerce"."gateway_events"
      where outcome <> 'CONFLICT' group by provider, provider_event_id having count(*) > 1`,
  },
  {
    name: 'inbox_conflict_contradicts_the_first',
    sentence: 'A gateway event in CONFLICT has the id of an earlier one, and other content.',
    query: `
      select c.id as "gatewayEventId", c.provider, c.provider_event_id as "providerEventId"
      from "commerce"."gateway_events" c
      where c.outcome = 'CONFLICT' and not exists (
        select from "commerce"."gateway_events" f
        where f.provider = c.provider and f.provider_event_id = c.provider_event_id and f.outcome <> 'CONFLICT'
          and f.fingerprint <> c.fingerprint
      )`,
  },
  {
    name: 'inbox_nothing_overdue',
    sentence: 'No retry of a gateway event is overdue by more than an hour.',
    query: `
      select id as "gatewayEventId", provider, outcome, attempts, due_at as "dueAt" from "commerce"."gateway_events"
      where due_at < now() - interval '1 hour'`,
  },
  {
    name: 'inbox_applied_once',
    sentence: 'At most one gateway event has the same effect on a payment, for effects that happen once.',
    query: `
      select payment_id as "paymentId", effect, count(*) as messages from "commerce"."gateway_events"
      where outcome = 'APPLIED' and effect in (${quoted(onceEffects)}) group by payment_id, effect having count(*) > 1`,
  },
  {
    name: 'inbox_applied_shows',
    sentence: 'The effect of an applied gateway event is visible on its payment.',
    query: `
      select g.id as "gatewayEventId", g.type, g.effect, g.amount, g.currency, p.id as "paymentId", p.status,
        p.amount as "paymentAmount", p.currency as "paymentCurrency", p.reported_amount as "reportedAmount", p.surplus
      from "commerce"."gateway_events" g
      left join "commerce"."payments" p on p.id = g.payment_id and p.provider = g.provider
      where g.outcome = 'APPLIED' and case g.effect
        when 'order_paid' then g.type in ('AUTHORIZED', 'CAPTURED') and (g.amount, g.currency) = (p.amount, p.currency)
          and p.authorized_amount = p.amount and (not p.surplus or ${hadLostAuthorization})
        when 'payment_captured' then g.type = 'CAPTURED' and (g.amount, g.currency) = (p.captured_amount, p.currency)
        when 'payment_pending' then p.status <> 'CREATED'
        when 'payment_voided' then exists (
          select from "commerce"."refunds" r where r.payment_id = p.id and r.kind = 'VOID'
            and r.status in ('SUCCEEDED', 'FAILED'))
        when 'authorization_lost' then g.type = 'CANCELED' and p.status in ('CANCELED', 'AUTHORIZED', 'CAPTURED')
        when 'refund_succeeded' then exists (
          select from "commerce"."refunds" r where r.payment_id = p.id and r.status in ('SUCCEEDED', 'FAILED')
            and (r.amount = g.amount or r.kind = 'VOID' and g.amount between 1 and r.amount))
        when 'refund_recorded' then exists (
          select from "commerce"."refunds" r where r.payment_id = p.id and r.reason = 'gateway' and r.amount = g.amount)
        when 'refund_failed' then exists (
          select from "commerce"."refunds" r where r.payment_id = p.id and r.status in ('SUCCEEDED', 'FAILED'))
        when 'refund_pending' then exists (select from "commerce"."refunds" r where r.payment_id = p.id)
        when 'dispute_opened' then exists (select from "commerce"."disputes" d where d.payment_id = p.id)
        when 'dispute_closed' then exists (select from "commerce"."disputes" d
          where d.payment_id = p.id and d.status <> 'OPEN')
        when 'attempt_noted' then g.type = 'ATTEMPT_FAILED'
        when 'polls_gateway' then exists (select from "commerce"."gateway_calls" c
          where c.payment_id = p.id and c.kind = 'POLL')
        when 'surplus' then g.type in ('AUTHORIZED', 'CAPTURED') and p.surplus
          and (g.amount, g.currency) in ((p.amount, p.currency), (p.reported_amount, p.reported_currency))
        when 'payment_in_review' then g.type in ('AUTHORIZED', 'CAPTURED')
          and p.status not in ('CREATED', 'PENDING', 'FAILED')
          and ((g.amount, g.currency) = (p.reported_amount, p.reported_currency) or ${hadLostAuthorization})
        when 'payment_failed' then g.type in ('FAILED', 'CANCELED') and p.status not in ('CREATED', 'PENDING')
          and (p.status <> 'FAILED' or p.failure_code = case g.type
            when 'CANCELED' then 'canceled_by_gateway' else coalesce(g.failure_code, 'unspecified') end)
        else false end is not true`,
  },
];
