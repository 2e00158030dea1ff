import type { Database, Transaction } from '@commerce-core/pg-pipeline';
import { removeEndedSessions } from '../../access/session-repository.ts';
import { withTransaction } from '../../database/transaction.ts';
import { deleteExpiredIdempotencyKeys } from '../../idempotency/idempotency-repository.ts';
import { claimRetentionRule, finishRetentionRule } from '../../retention/retention-repository.ts';
import {
  retentionPauseMs,
  retentionRuleNames,
  retentionRules,
  type Retention,
  type RetentionReport,
  type RetentionRuleName,
} from '../../retention/retention-rule.ts';
import { clearTrackingMessageBodies } from '../../shipping/tracking-message-repository.ts';
import { dropOldAttemptPartitions } from '../../webhooks/attempt-repository.ts';
import { deleteOldParkedDeliveries } from '../../webhooks/delivery-repository.ts';
import type { Batch, BatchOptions } from './batch.ts';
import { removeGatewayEventBodies } from './remove-gateway-event-bodies.ts';

const removals: Record<RetentionRuleName, (tx: Transaction, options: BatchOptions) => Promise<Batch>> = {
  // A key's row has the time at which it goes.
  idempotencyKeys: async (tx, options) => batchOf(await deleteExpiredIdempotencyKeys(tx, options), options),
  webhookAttempts: async (tx, { keepMs }) => dropOldAttemptPartitions(tx, keepMs),
  parkedDeliveries: async (tx, options) => batchOf(await deleteOldParkedDeliveries(tx, options), options),
  gatewayEventBodies: removeGatewayEventBodies,
  trackingMessageBodies: async (tx, { keepMs, limit }) => {
    const removed = await clearTrackingMessageBodies(tx, keepMs, limit);
    return { removed, isFull: removed === limit };
  },
  operatorSessions: async (tx, { keepMs, limit }) => removeEndedSessions(tx, keepMs, limit),
};

/**
 * A batch of rows that were deleted in the order of `time`. After one that isn't full, a rule begins at the start
 * again.
 */
function batchOf(deleted: readonly { time: Date }[], { limit }: Pick<BatchOptions, 'limit'>): Batch {
  const isFull = deleted.length === limit;
  const last = Math.max(...deleted.map(({ time }) => time.getTime()));
  return { removed: deleted.length, isFull, walkedUntil: isFull ? new Date(last) : null };
}

/**
 * Runs one batch of each rule that is due, each in a transaction of its own: it locks the rule, removes up to `limit`
 * rows whose time is over, and says when the rule is due again. Any number of processes may call it. A rule that fails
 * doesn't keep the others from their turn.
 * @returns how many rows were removed, and whether there may be more
 * @throws the error of the first rule that failed
 */
export async function applyRetention(
  database: Database,
  retention: Retention,
  limit: number,
  report: (removed: RetentionReport) => void,
): Promise<{ removed: number; isFull: boolean }> {
  const total = { removed: 0, isFull: false };
  const errors: unknown[] = [];
  for (const name of retentionRuleNames) {
    try {
      const { removed, isFull } = await withTransaction(database, async (tx) =>
        runBatch(tx, name, { keepMs: retention[name], limit }),
      );
      if (removed > 0) report({ rule: retentionRules[name].name, removed });
      total.removed += removed;
      total.isFull ||= isFull;
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
  return total;
}

async function runBatch(
  tx: Transaction,
  rule: RetentionRuleName,
  { keepMs, limit }: Pick<BatchOptions, 'keepMs' | 'limit'>,
): Promise<Batch> {
  const { name } = retentionRules[rule];
  const claimed = await claimRetentionRule(tx, name);
  if (!claimed) return { removed: 0, isFull: false };
  const batch = await removals[rule](tx, { ...claimed, keepMs, limit });
  finishRetentionRule(tx, {
    name,
    keepMs,
    walkedTo: batch.walkedTo ?? claimed.walkedTo,
    walkedUntil: batch.walkedUntil ?? null,
    pauseMs: batch.isFull ? 0 : retentionPauseMs,
  });
  return batch;
}
