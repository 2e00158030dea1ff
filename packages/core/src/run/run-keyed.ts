import type { Transaction } from '@commerce-core/pg-pipeline';
import type { Outcome } from '../errors.ts';
import { keyReused, replayed, storedAnswer, type IdempotencyKey } from '../idempotency/idempotency-key.ts';
import { insertIdempotencyKeys, readIdempotencyKeys } from '../idempotency/idempotency-repository.ts';

/** A command that its caller may have sent before. */
export type Keyed<C> = { command: C; idempotency?: IdempotencyKey | undefined };

export type KeyPolicy = {
  /** The fields of an answer that are dates. */
  dates: readonly string[];
  /** How long a key and its answer are kept. */
  keepMs: number;
};

/**
 * Runs a flow over commands, those with a key once for good: a key that was used already answers what it answered then, or
 * is refused when it came with another input. The answers are stored in the flow's own transaction.
 */
export async function runKeyed<C, T>(
  tx: Transaction,
  commands: readonly Keyed<C>[],
  flow: (tx: Transaction, commands: C[]) => Promise<Outcome<T>[]>,
  { dates, keepMs }: KeyPolicy,
): Promise<Outcome<T>[]> {
  const keys = commands.flatMap(({ idempotency }) => idempotency ?? []);
  const stored = new Map((keys.length > 0 ? await readIdempotencyKeys(tx, keys) : []).map((row) => [nameOf(row), row]));
  // Of equal keys in one batch the first one runs; the others get its answer.
  const firsts = new Map<string, Keyed<C>>();
  for (const keyed of commands) {
    if (keyed.idempotency && !firsts.has(nameOf(keyed.idempotency))) firsts.set(nameOf(keyed.idempotency), keyed);
  }
  const isFresh = (keyed: Keyed<C>) =>
    !keyed.idempotency || (!stored.has(nameOf(keyed.idempotency)) && firsts.get(nameOf(keyed.idempotency)) === keyed);
  const fresh = commands.filter(isFresh);
  const answers =
    fresh.length > 0
      ? await flow(
          tx,
          fresh.map(({ command }) => command),
        )
      : [];
  const outcomes = new Map(fresh.map((keyed, index) => [keyed, answers[index]!]));
  insertIdempotencyKeys(
    tx,
    fresh.flatMap((keyed) => {
      const answer = storedAnswer(outcomes.get(keyed)!);
      return keyed.idempotency && answer
        ? [{ ...keyed.idempotency, answer, expiresAt: new Date(tx.now.getTime() + keepMs) }]
        : [];
    }),
  );
  return commands.map((keyed) => {
    const own = outcomes.get(keyed);
    if (own) return own;
    const key = keyed.idempotency!;
    const row = stored.get(nameOf(key));
    const first = firsts.get(nameOf(key))!;
    if (!key.fingerprint.equals(row?.fingerprint ?? first.idempotency!.fingerprint)) return keyReused();
    return row ? replayed<T>(row.answer!, dates) : outcomes.get(first)!;
  });
}

const nameOf = ({ scope, key }: { scope: string; key: string }): string => JSON.stringify([scope, key]);
