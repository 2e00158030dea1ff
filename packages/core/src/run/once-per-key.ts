import type { Transaction } from '@commerce-core/pg-pipeline';
import type { Outcome } from '../errors.ts';
import { keyInProgress, keyReused, storedAnswer, type IdempotencyKey } from '../idempotency/idempotency-key.ts';
import { insertIdempotencyKeys, readIdempotencyKeys } from '../idempotency/idempotency-repository.ts';
import { outcomeOfStoredKey, type AnswerTable } from './replayed-answer.ts';

/** A call with its caller's idempotency key, if the caller gave one. */
export type KeyedCall = {
  key: IdempotencyKey | undefined;
  /** The table whose row the answer is; only calls without a key have none. */
  answer: AnswerTable<never> | undefined;
};

/** The stored keys of these calls. */
export async function readKeys(tx: Transaction, calls: readonly KeyedCall[]) {
  const keys = calls.flatMap(({ key }) => key ?? []);
  return keys.length > 0 ? readIdempotencyKeys(tx, keys) : [];
}

type StoredKeys = Awaited<ReturnType<typeof readKeys>>;

/** Where a call's outcome comes from: it is known already, or it is that of the call that runs at this index. */
type Source = { known: Outcome<never> } | { index: number };

/**
 * Finds the calls that must run, so that each key runs once. A call whose key was used before gets the stored outcome,
 * or idempotency_key_reused when its input is another one. Of equal keys among the calls the first call runs, and the
 * others get its outcome.
 * @returns the calls that must run, and a function that makes the outcomes of all calls from theirs
 */
export function splitByKey<K extends KeyedCall>(calls: readonly K[], stored: StoredKeys) {
  const storedByName = new Map(stored.map((row) => [nameOf(row), row]));
  const running: K[] = [];
  const firsts = new Map<string, { key: IdempotencyKey; index: number }>();
  const sources = calls.map((call): Source => {
    const { key, answer } = call;
    if (!key || !answer) return { index: running.push(call) - 1 };
    const name = nameOf(key);
    const row = storedByName.get(name);
    if (row) return { known: outcomeOfStoredKey(key, row, answer) ?? keyInProgress() };
    const first = firsts.get(name);
    if (first) return key.fingerprint.equals(first.key.fingerprint) ? { index: first.index } : { known: keyReused() };
    const index = running.push(call) - 1;
    firsts.set(name, { key, index });
    return { index };
  });
  const outcomesOfAll = <R>(outcomes: readonly R[]) =>
    sources.map((source) => ('known' in source ? source.known : at(outcomes, source.index)));
  return { running, outcomesOfAll };
}

/** Stores the outcomes of calls that ran, each with its key. */
export function storeOutcomes(
  tx: Transaction,
  ran: readonly KeyedCall[],
  outcomes: readonly unknown[],
  keepKeysMs: number,
): void {
  const rows = ran.flatMap(({ key }, index) => {
    // A call with a key has an outcome; the result of others may be anything.
    const answer = key && storedAnswer(at(outcomes, index) as Outcome<unknown>);
    return answer ? [{ ...key, answer, expiresAt: new Date(tx.now.getTime() + keepKeysMs) }] : [];
  });
  insertIdempotencyKeys(tx, rows);
}

function at<R>(outcomes: readonly R[], index: number): R {
  const outcome = outcomes[index];
  if (outcome !== undefined) return outcome;
  throw new Error('a flow returned fewer outcomes than it was given commands');
}

const nameOf = ({ scope, key }: { scope: string; key: string }): string => JSON.stringify([scope, key]);
