import { retentionRules, type RetentionRuleName } from '../retention/retention-rule.ts';
import type { Check } from './check.ts';

/**
 * SQL that is true when a row should have gone more than a day ago, as the last worker's configuration says. A rule
 * that is due now may be removing a backlog, so it isn't judged until it has been due for an hour.
 */
const isLongOver = (rule: RetentionRuleName, countsFrom: string): string =>
  `${countsFrom} < now() - interval '1 day' - interval '1 millisecond' * (
          select keep_ms from "commerce"."retention_rules" where name = '${retentionRules[rule].name}'
            and due_at not between now() - interval '1 hour' and now())`;

const dayEnd = `((to_date(right(c.relname, 8), 'YYYYMMDD') + 1)::timestamp at time zone 'UTC')`;

export const retentionChecks: readonly Check[] = [
  {
    name: 'retention_nothing_overdue',
    sentence: 'Nothing is kept for more than a day longer than retention says, unless a backlog is being removed.',
    query: `
      select '${retentionRules.gatewayEventBodies.name}' as rule, id::text as row, decided_at as "countsFrom"
      from "commerce"."gateway_events"
      where raw_body is not null and ${isLongOver('gatewayEventBodies', 'decided_at')}
      union all
      select '${retentionRules.trackingMessageBodies.name}', id::text, decided_at from "commerce"."tracking_messages"
      where raw_body is not null and ${isLongOver('trackingMessageBodies', 'decided_at')}
      union all
      select '${retentionRules.operatorSessions.name}', id::text, expires_at from "commerce"."operator_sessions"
      where ${isLongOver('operatorSessions', 'expires_at')}
      union all
      select '${retentionRules.parkedDeliveries.name}', event_id::text, updated_at from "commerce"."webhook_deliveries"
      where status = 'PARKED' and ${isLongOver('parkedDeliveries', 'updated_at')}
      union all
      select '${retentionRules.webhookAttempts.name}', c.relname::text, ${dayEnd}
      from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
      where i.inhparent = '"commerce"."webhook_attempts"'::regclass and c.relname ~ '^webhook_attempts_\\d{8}$'
        and ${isLongOver('webhookAttempts', dayEnd)}`,
  },
];
