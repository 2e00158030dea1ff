import { statement, type Transaction } from '@commerce-core/pg-pipeline';

/** SQL that is true when a rule is due. */
export const someRetentionRuleIsDue = `(select min("due_at") <= now() from "commerce"."retention_rules")`;

/**
 * SQL of the settings of a batch. Without them the planner, which takes a range of unknown ends for a few rows, reads
 * the whole backlog by a bitmap scan and sorts it, for each batch.
 */
export const inOrderOfAnIndex = `set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true)`;

const claim = statement(
  'claim_retention_rule',
  `
  select "walked_to" as "walkedTo", "walked_until" as "walkedUntil", ${inOrderOfAnIndex}
    from "commerce"."retention_rules"
  where "name" = $1 and "due_at" <= clock_timestamp() for update skip locked`,
);

/** How far a rule's batches have got. */
export type Progress = { walkedTo: string | null; walkedUntil: Date | null };

/**
 * Locks a rule that is due, until the transaction ends. Returns undefined when another worker has it or it isn't due.
 */
export async function claimRetentionRule(tx: Transaction, name: string): Promise<Progress | undefined> {
  return (await tx.query<Progress>(claim, [name]))[0];
}

const finish = statement(
  'finish_retention_rule',
  `
  update "commerce"."retention_rules" set "keep_ms" = $2::bigint, "walked_to" = $3::uuid,
    "walked_until" = $4::timestamptz,
    "due_at" = clock_timestamp() + $5::integer * interval '1 millisecond'
  where "name" = $1`,
);

/** Ends a batch of a claimed rule. The rule is due again after `pauseMs`. */
export function finishRetentionRule(
  tx: Transaction,
  { name, keepMs, walkedTo, walkedUntil, pauseMs }: Progress & { name: string; keepMs: number; pauseMs: number },
): void {
  tx.send(finish, [name, keepMs, walkedTo, walkedUntil?.toISOString() ?? null, pauseMs]);
}
