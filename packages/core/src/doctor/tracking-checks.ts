import { isSameNumberSql } from '../shipping/tables.ts';
import type { Check } from './check.ts';

export const trackingChecks: readonly Check[] = [
  {
    name: 'tracking_event_once',
    sentence: "A carrier's checkpoint is recorded at most once for each parcel.",
    query: `
      select provider, checkpoint_id as "checkpointId", parcel_id as "parcelId", count(*) as rows
      from "commerce"."tracking_events" group by provider, checkpoint_id, parcel_id having count(*) > 1`,
  },
  {
    name: 'tracking_delivered_wins',
    sentence:
      'A parcel whose carrier has reported its delivery is DELIVERED, unless its shipment was lost or returned.',
    query: `
      select p.id as "parcelId", p.order_id as "orderId", p.tracking, s.status from "commerce"."parcels" p
      join "commerce"."shipments" s on s.id = p.shipment_id and s.status not in ('LOST', 'RETURNED')
      where p.tracking <> 'DELIVERED' and exists (
        select from "commerce"."tracking_events" e
        where e.parcel_id = p.id and e.tracking = 'DELIVERED' and e.effect <> 'former_user'
          and ${isSameNumberSql('e', 'p')})`,
  },
  {
    name: 'tracking_never_behind',
    sentence: 'No recorded checkpoint of a live parcel is later than where its carrier has it.',
    query: `
      select distinct p.id as "parcelId", p.order_id as "orderId", p.tracking, p.checkpoint_at as "checkpointAt"
      from "commerce"."parcels" p
      join "commerce"."tracking_events" e on e.parcel_id = p.id and e.tracking <> 'LABEL'
        and e.effect in ('moved', 'recorded')
        and ${isSameNumberSql('e', 'p')}
      where p.live and coalesce(e.occurred_at, e.received_at) > p.checkpoint_at`,
  },
  {
    name: 'tracking_attention_shows_trouble',
    sentence: 'An order with the attention `parcel_problem` has a parcel that is in trouble.',
    query: `
      select o.id as "orderId" from "commerce"."orders" o
      where o.attention_reasons @> '["parcel_problem"]'
        and not exists (select from "commerce"."parcels" p where p.order_id = o.id and p.troubled)`,
  },
  {
    name: 'tracking_message_first_once',
    sentence: "A carrier's message is stored once for each provider and id; only rows in CONFLICT share its id.",
    query: `
      select provider, event_id as "eventId", count(*) as rows from "commerce"."tracking_messages"
      where outcome <> 'CONFLICT' group by provider, event_id having count(*) > 1`,
  },
  {
    name: 'tracking_message_conflict_contradicts_the_first',
    sentence: "A carrier's message in CONFLICT has the id of an earlier one, and other content.",
    query: `
      select c.id as "messageId", c.provider, c.event_id as "eventId" from "commerce"."tracking_messages" c
      where c.outcome = 'CONFLICT' and not exists (
        select from "commerce"."tracking_messages" f
        where f.provider = c.provider and f.event_id = c.event_id and f.outcome <> 'CONFLICT'
          and f.fingerprint <> c.fingerprint)`,
  },
  {
    name: 'tracking_message_applied_is_recorded',
    sentence: "Each checkpoint of a carrier's message that was applied is recorded.",
    query: `
      select m.id as "messageId", m.provider, c.value ->> 'checkpointId' as "checkpointId"
      from "commerce"."tracking_messages" m, jsonb_array_elements(m.reports) r,
        jsonb_array_elements(r.value -> 'checkpoints') c
      where m.outcome = 'APPLIED' and not exists (
        select from "commerce"."tracking_events" e
        where e.provider = m.provider and e.checkpoint_id = c.value ->> 'checkpointId')`,
  },
  {
    name: 'tracking_nothing_overdue',
    sentence: "No retry of a carrier's message is overdue by more than an hour.",
    query: `
      select id as "messageId", provider, outcome, attempts, due_at as "dueAt" from "commerce"."tracking_messages"
      where due_at < now() - interval '1 hour'`,
  },
  {
    name: 'tracking_parcel_is_due',
    sentence:
      'A live parcel that a provider tracks is due some time, unless the provider has refused its registration.',
    query: `
      select id as "parcelId", order_id as "orderId", provider, tracking from "commerce"."parcels"
      where live and provider is not null and due_at is null
        and not (failure_code is not null and registered_at is null)`,
  },
];
