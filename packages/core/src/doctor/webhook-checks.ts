import type { Check } from './check.ts';

/** Webhooks to merchants. */
export const webhookChecks: readonly Check[] = [
  {
    name: 'endpoint_versions_unbroken',
    sentence:
      "The versions of the events of each webhook endpoint run from 1 to the endpoint's own version without a gap.",
    query: `
      select coalesce(w.id, e.aggregateid) as "endpointId", w.version, e.events,
        e.first as "firstVersion", e.last as "lastVersion"
      from "commerce"."webhook_endpoints" w
      full join (
        select aggregateid, count(*) as events, min(version) as first, max(version) as last
        from "commerce"."events" where aggregatetype = 'endpoint' group by aggregateid
      ) e on e.aggregateid = w.id
      where (coalesce(e.first, 1), coalesce(e.last, 0)) is distinct from (1, coalesce(e.events, 0))
        or w.version <> coalesce(e.events, 0)`,
  },
  {
    name: 'webhook_cursor_within_log',
    sentence: 'No webhook endpoint is further than the last event.',
    query: `
      select w.id as "endpointId", w.position, w.batch_until as "batchUntil", l.last
      from "commerce"."webhook_endpoints" w
      cross join (select coalesce(max(position), 0) as last from "commerce"."event_positions") l
      where greatest(w.position, w.batch_until) > l.last`,
  },
  {
    name: 'webhook_delivery_of_its_event',
    sentence: 'Each failed delivery has the position, aggregate, version and type of its event.',
    query: `
      select d.endpoint_id as "endpointId", d.position, d.event_id as "eventId"
      from "commerce"."webhook_deliveries" d left join "commerce"."event_positions" p on p.position = d.position
      where (d.event_id, d.aggregateid, d.version, d.type)
        is distinct from (p.event_id, p.aggregateid, p.version, p.type)`,
  },
  {
    name: 'webhook_delivery_not_acknowledged',
    sentence: 'No failed delivery was acknowledged after its last change.',
    query: `
      select d.endpoint_id as "endpointId", d.position, d.event_id as "eventId", a.created_at as "acknowledgedAt"
      from "commerce"."webhook_deliveries" d
      join "commerce"."webhook_attempts" a on a.endpoint_id = d.endpoint_id and a.event_id = d.event_id and a.events = 1
      where a.status = 'DELIVERED' and a.created_at > d.updated_at`,
  },
  {
    name: 'webhook_nothing_overdue',
    sentence: 'No failed delivery of an ACTIVE webhook endpoint is overdue by more than an hour.',
    query: `
      select d.endpoint_id as "endpointId", d.position, d.due_at as "dueAt"
      from "commerce"."webhook_deliveries" d join "commerce"."webhook_endpoints" w on w.id = d.endpoint_id
      where w.status = 'ACTIVE' and greatest(d.due_at, w.not_before, w.updated_at) < now() - interval '1 hour'`,
  },
];
