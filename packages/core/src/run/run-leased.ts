import { withTransaction } from '../database/transaction.ts';
import { type Database, type Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, refused, unwrap, type Outcome } from '../errors.ts';
import { keyReused, replayed, storedAnswer, type IdempotencyKey } from '../idempotency/idempotency-key.ts';
import {
  completeIdempotencyKey,
  insertIdempotencyKeys,
  readIdempotencyKeys,
  releaseIdempotencyLease,
  renewIdempotencyLease,
  type Lease,
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

type Begun<T> = { lease: Lease } | { outcome: Outcome<T> };

/**
 * Runs a call that goes to a gateway, once for its key. Its row and the key are committed first; then the gateway is
 * called, and the answer is stored. A call whose process died, or that got no answer, is gone on with by the next one of
 * the same key: with the same row, so with the same id at the gateway. One that outlived its lease meanwhile answers what
 * counts in the end, like any other call of the key.
 * @throws what `begin` refuses and `run` throws · idempotency_in_progress while another call of the key is at it
 */
export async function runLeased<T>(database: Database, call: LeasedCall<T>): Promise<{ value: T; replayed: boolean }> {
  const { key, run } = call;
  const begun = await withTransaction(database, async (tx) => begin(tx, call));
  if ('outcome' in begun) return { value: unwrap(begun.outcome), replayed: true };
  const { lease } = begun;
  let outcome: Outcome<T>;
  try {
    outcome = accepted(await run(lease.rowId));
  } catch (error) {
    if (!(error instanceof CommerceError) || !storedAnswer(refused(error))) {
      if (key)
        await withTransaction(database, async (tx) => {
          await tx.began;
          releaseIdempotencyLease(tx, key, lease);
        });
      throw error;
    }
    outcome = refused(error);
  }
  const instead = key && (await withTransaction(database, async (tx) => finish(tx, key, call, lease, outcome)));
  return instead ? { value: unwrap(instead), replayed: true } : { value: unwrap(outcome), replayed: false };
}

async function begin<T>(tx: Transaction, call: LeasedCall<T>): Promise<Begun<T>> {
  const { key, leaseMs } = call;
  if (!key) return first(tx, call);
  const [stored] = await readIdempotencyKeys(tx, [key]);
  if (!stored) return first(tx, call);
  if (!key.fingerprint.equals(stored.fingerprint)) return { outcome: keyReused() };
  if (stored.answer) return { outcome: replayed<T>(stored.answer, call.dates) };
  const lease = await renewIdempotencyLease(tx, key, leaseMs);
  return lease ? { lease } : { outcome: inProgress() };
}

async function first<T>(tx: Transaction, { key, keepMs, leaseMs, begin }: LeasedCall<T>): Promise<Begun<T>> {
  const outcome = await begin(tx);
  const expiresAt = new Date(tx.now.getTime() + keepMs);
  if (outcome.ok) {
    const lease = { rowId: outcome.value, leaseUntil: new Date(tx.now.getTime() + leaseMs) };
    if (key) insertIdempotencyKeys(tx, [{ ...key, ...lease, expiresAt }]);
    return { lease };
  }
  const answer = storedAnswer(outcome);
  if (key && answer) insertIdempotencyKeys(tx, [{ ...key, answer, expiresAt }]);
  return { outcome };
}

/** Stores the outcome; where it doesn't count, because the lease is somebody else's by now, answers what does instead. */
async function finish<T>(
  tx: Transaction,
  key: IdempotencyKey,
  { dates }: LeasedCall<T>,
  lease: Lease,
  outcome: Outcome<T>,
): Promise<Outcome<T> | undefined> {
  const answer = storedAnswer(outcome);
  if (!answer || (await completeIdempotencyKey(tx, key, lease, answer))) return undefined;
  const [stored] = await readIdempotencyKeys(tx, [key]);
  // Nothing is left of a key that expired meanwhile.
  if (!stored) return undefined;
  return stored.answer ? replayed<T>(stored.answer, dates) : inProgress();
}

const inProgress = () =>
  refused(
    new CommerceError(
      'idempotency_in_progress',
      'the first call with this Idempotency-Key is still under way; ask again shortly',
    ),
  );
