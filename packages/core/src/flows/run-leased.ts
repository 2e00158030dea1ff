import type { Database } from '../database/connect.ts';
import { withTransaction, type Transaction } from '../database/transaction.ts';
import { accepted, CommerceError, refused, unwrap, type Outcome } from '../errors.ts';
import { keyReused, replayed, storedAnswer, type IdempotencyKey } from '../idempotency/idempotency-key.ts';
import {
  completeIdempotencyKey, insertIdempotencyKeys, readIdempotencyKeys, releaseIdempotencyLease, renewIdempotencyLease,
} from '../idempotency/idempotency-repository.ts';

export type LeasedCall<T> = {
  key: IdempotencyKey | undefined;
  keepMs: number;
  /** How long it has for its way to the gateway before another call with the same key may go on with it. */
  leaseMs: number;
  dates: readonly string[];
  /** What is written before the gateway is called; answers the id of the row that the call is about. */
  begin: (tx: Transaction) => Promise<Outcome<string>>;
  /** Calls the gateway about that row, outside of any transaction. May run again for the same row, later or elsewhere. */
  run: (rowId: string) => Promise<T>;
};

type Begun<T> = { rowId: string } | { outcome: Outcome<T> };

/**
 * Runs a call that goes to a gateway, once for its key. Its row and the key are committed first; then the gateway is
 * called, and the answer is stored. A call whose process died, or that got no answer, is gone on with by the next one of
 * the same key: with the same row, so with the same id at the gateway.
 * @throws what `begin` refuses and `run` throws · idempotency_in_progress while another call of the key is at it
 */
export async function runLeased<T>(database: Database, call: LeasedCall<T>): Promise<{ value: T; replayed: boolean }> {
  const { key, run } = call;
  const begun = await withTransaction(database, async (tx) => begin(tx, call));
  if ('outcome' in begun) return { value: unwrap(begun.outcome), replayed: true };
  let outcome: Outcome<T>;
  try {
    outcome = accepted(await run(begun.rowId));
  } catch (error) {
    if (!(error instanceof CommerceError) || !storedAnswer(refused(error))) {
      if (key) await withTransaction(database, async (tx) => { await tx.began; releaseIdempotencyLease(tx, key); });
      throw error;
    }
    outcome = refused(error);
  }
  const answer = storedAnswer(outcome);
  if (key && answer) await withTransaction(database, async (tx) => { await tx.began; completeIdempotencyKey(tx, key, answer); });
  return { value: unwrap(outcome), replayed: false };
}

async function begin<T>(tx: Transaction, call: LeasedCall<T>): Promise<Begun<T>> {
  const { key, leaseMs } = call;
  if (!key) return first(tx, call);
  const [stored] = await readIdempotencyKeys(tx, [key]);
  if (!stored) return first(tx, call);
  if (!key.fingerprint.equals(stored.fingerprint)) return { outcome: keyReused() };
  if (stored.answer) return { outcome: replayed<T>(stored.answer, call.dates) };
  const rowId = await renewIdempotencyLease(tx, key, leaseMs);
  return rowId === undefined ? { outcome: inProgress() } : { rowId };
}

async function first<T>(tx: Transaction, { key, keepMs, leaseMs, begin }: LeasedCall<T>): Promise<Begun<T>> {
  const outcome = await begin(tx);
  const expiresAt = new Date(tx.now.getTime() + keepMs);
  if (key && outcome.ok) {
    insertIdempotencyKeys(tx, [{ ...key, rowId: outcome.value, leaseUntil: new Date(tx.now.getTime() + leaseMs), expiresAt }]);
  }
  if (outcome.ok) return { rowId: outcome.value };
  const answer = storedAnswer(outcome);
  if (key && answer) insertIdempotencyKeys(tx, [{ ...key, answer, expiresAt }]);
  return { outcome };
}

const inProgress = () =>
  refused(new CommerceError('idempotency_in_progress', 'the first call with this Idempotency-Key is still under way; ask again shortly'));
