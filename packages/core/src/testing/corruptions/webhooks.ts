import type { Corruption } from './corruption.ts';

/** One way to break each invariant of webhooks to merchants, by the name of its check. */
export const webhookCorruptions: Record<string, Corruption> = {
  endpoint_versions_unbroken: { statements: [`update commerce.webhook_endpoints set version = version + 1`] },
  webhook_cursor_within_log: { statements: [`update commerce.webhook_endpoints set position = position + 1000000`] },
  webhook_delivery_of_its_event: { statements: [`update commerce.webhook_deliveries set version = version + 1`] },
  webhook_delivery_not_acknowledged: {
    statements: [
      `insert into commerce.webhook_attempts
      select id, endpoint_id, d.position, d.event_id, a.type, a.aggregateid, a.version, 1, 9, 'DELIVERED', 204, null,
        1, '',
        null, now() + interval '1 minute'
      from (select overlay(id::text placing 'ffff' from 20)::uuid as id, endpoint_id, type, aggregateid, version
        from commerce.webhook_attempts limit 1) a
      join commerce.webhook_deliveries d using (endpoint_id) limit 1`,
    ],
  },
  webhook_nothing_overdue: {
    statements: [
      `update commerce.webhook_deliveries set due_at = now() - interval '61 minutes' where status = 'RETRYING'`,
      `update commerce.webhook_endpoints set updated_at = now() - interval '61 minutes', not_before = null`,
    ],
  },
};
