import type { Database } from '@commerce-core/pg-pipeline';
import { oldestSessionEnd } from '../access/session-repository.ts';
import { oldestBodyFrom } from '../gateway-inbox/raw-body-repository.ts';
import { firstKeyExpiry } from '../idempotency/idempotency-repository.ts';
import { oldestMessageBodyFrom } from '../shipping/tracking-message-repository.ts';
import { oldestAttemptDayEnd } from '../webhooks/attempt-repository.ts';
import { oldestParkedFrom } from '../webhooks/delivery-repository.ts';
import { retentionRules, type Retention } from './retention-rule.ts';

/** How many seconds ago the oldest row of each rule should have gone, by the rule's name; 0 without such a row. */
export type RetentionLag = Record<string, number>;

// A key's row has the time at which it goes; the others count from a time.
const lag = `
  select name, coalesce(greatest(extract(epoch from clock_timestamp() - counted_from) - keep_ms / 1000.0, 0),
    0)::float8 as seconds
  from (values ($1::text, 0::bigint, ${firstKeyExpiry}), ($2, $3, ${oldestAttemptDayEnd}),
    ($4, $5, ${oldestParkedFrom}),
    ($6, $7, ${oldestBodyFrom}), ($8, $9, ${oldestMessageBodyFrom}),
    ($10, $11, ${oldestSessionEnd})) as rules (name, keep_ms, counted_from)`;

/** Reads how far retention is behind. Every part reads the first row of an index. */
export async function readRetentionLag({ pool }: Pick<Database, 'pool'>, retention: Retention): Promise<RetentionLag> {
  const {
    idempotencyKeys,
    webhookAttempts,
    parkedDeliveries,
    gatewayEventBodies,
    trackingMessageBodies,
    operatorSessions,
  } = retentionRules;
  const { rows } = await pool.query<{ name: string; seconds: number }>(lag, [
    idempotencyKeys.name,
    webhookAttempts.name,
    retention.webhookAttempts,
    parkedDeliveries.name,
    retention.parkedDeliveries,
    gatewayEventBodies.name,
    retention.gatewayEventBodies,
    trackingMessageBodies.name,
    retention.trackingMessageBodies,
    operatorSessions.name,
    retention.operatorSessions,
  ]);
  return Object.fromEntries(rows.map(({ name, seconds }) => [name, seconds]));
}
