import { withTransaction } from '../database/transaction.ts';
import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, refused, unwrap, type Outcome } from '../errors.ts';
import { keyInProgress, storedAnswer, type IdempotencyKey } from '../idempotency/idempotency-key.ts';
import {
  completeIdempotencyKey,
  insertIdempotencyKeys,
  readIdempotencyKeys,
  releaseIdempotencyLease,
  renewIdempotencyLease,
  type Lease,
} from '../idempotency/idempotency-repository.ts';
import type { Context } from './context.ts';
import { outcomeOfStoredKey, replayedAnswer, type AnswerTable } from './replayed-answer.ts';

export type LeasedCall<T, R extends T> = {
  key: IdempotencyKey | undefined;
  /** The table whose row the stored answer is. */
  answer: AnswerTable<T>;
  /** Writes what must be committed before the gateway is called. Returns the id of the row that the call is about. */
  begin: (tx: Transaction) => Promise<Outcome<string>>;
  /** Calls the gateway about that row, outside of any transaction. May run again for the same row, in any process. */
  run: (rowId: string) => Promise<R>;
  /** The part of the result that is stored with the key; what is secret is left out. */
  answerOf: (result: R) => T;
};

/** What `run` returned in this call, or the answer that was stored by another call of the key. */
type LeasedResult<T, R> = { ran: R } | { replayed: T };
type Begun<T> = { lease: Lease } | { outcome: Outcome<T> };
type Policy = Pick<Context, 'database' | 'leaseMs'> & { keepMs: { idempotencyKeys: number } };

/**
 * Runs a call to a gateway once for its key. The row and the key are committed first; then the gateway is called, and
 * the answer is stored. The next call of the key continues a call whose process died or that got no answer, with the
 * same row and so with the same id at the gateway. A call that took longer than its lease returns what counts in the
 * end.
 * @throws idempotency_in_progress when another call of the key is running
 * @throws idempotency_key_reused when the key was used with another input
 * @throws what `begin` refuses and what `run` throws
 */
export async function runLeased<T, R extends T>(policy: Policy, call: LeasedCall<T, R>): Promise<LeasedResult<T, R>> {
  const { database } = policy;
  const { key } = call;
  const begun = await withTransaction(database, async (tx) => begin(tx, policy, call));
  if ('outcome' in begun) return { replayed: unwrap(begun.outcome) };
  const { lease } = begun;
  const outcome = await outcomeOf(policy, call, lease);
  if (!key) return { ran: unwrap(outcome) };
  const stored: Outcome<T> = outcome.ok ? accepted(call.answerOf(outcome.value)) : outcome;
  const instead = await withTransaction(database, async (tx) => finish(tx, key, call.answer, lease, stored));
  return instead ? { replayed: unwrap(instead) } : { ran: unwrap(outcome) };
}

/** Stores an answer, or renews the lease of a call that was begun before, or begins a new call. */
async function begin<T, R extends T>(tx: Transaction, policy: Policy, call: LeasedCall<T, R>): Promise<Begun<T>> {
  const { key } = call;
  const [stored] = key ? await readIdempotencyKeys(tx, [key]) : [];
  if (!key || !stored) return beginFirst(tx, policy, call);
  const outcome = outcomeOfStoredKey(key, stored, call.answer);
  if (outcome) return { outcome };
  const lease = await renewIdempotencyLease(tx, key, policy.leaseMs);
  return lease ? { lease } : { outcome: keyInProgress() };
}

async function beginFirst<T, R extends T>(
  tx: Transaction,
  { keepMs, leaseMs }: Policy,
  { key, begin }: LeasedCall<T, R>,
): Promise<Begun<T>> {
  const outcome = await begin(tx);
  const expiresAt = new Date(tx.now.getTime() + keepMs.idempotencyKeys);
  if (outcome.ok) {
    const lease = { rowId: outcome.value, leaseUntil: new Date(tx.now.getTime() + leaseMs) };
    if (key) insertIdempotencyKeys(tx, [{ ...key, ...lease, expiresAt }]);
    return { lease };
  }
  const answer = storedAnswer(outcome);
  if (key && answer) insertIdempotencyKeys(tx, [{ ...key, answer, expiresAt }]);
  return { outcome };
}

/** Runs the call. An error that isn't stored ends the lease, so the next call of the key continues at once. */
async function outcomeOf<T, R extends T>(
  { database }: Policy,
  { key, run }: LeasedCall<T, R>,
  lease: Lease,
): Promise<Outcome<R>> {
  try {
    return accepted(await run(lease.rowId));
  } catch (error) {
    if (error instanceof CommerceError && storedAnswer(refused(error))) return refused(error);
    if (key) {
      await withTransaction(database, async (tx) => {
        await tx.began;
        releaseIdempotencyLease(tx, key, lease);
      });
    }
    throw error;
  }
}

/** Stores the outcome. Where it doesn't count because another call holds the lease, returns the one that does. */
async function finish<T>(
  tx: Transaction,
  key: IdempotencyKey,
  table: AnswerTable<T>,
  lease: Lease,
  outcome: Outcome<T>,
): Promise<Outcome<T> | undefined> {
  const answer = storedAnswer(outcome);
  if (!answer || (await completeIdempotencyKey(tx, key, lease, answer))) return undefined;
  const [stored] = await readIdempotencyKeys(tx, [key]);
  // The key expired and was deleted while the call ran.
  if (!stored) return undefined;
  return stored.answer ? replayedAnswer(stored.answer, table) : keyInProgress();
}
