import type { Transaction } from '@commerce-core/pg-pipeline';
import type { Outcome } from '../errors.ts';
import { keyInProgress, keyReused, storedAnswer, type IdempotencyKey } from '../idempotency/idempotency-key.ts';
import { insertIdempotencyKeys, readIdempotencyKeys } from '../idempotency/idempotency-repository.ts';
import { outcomeOfStoredKey, type AnswerTable } from './replayed-answer.ts';

/** A use case for many commands in one transaction: one outcome a command, in the order of the commands. */
export type Flow<C, T> = (tx: Transaction, commands: C[]) => Promise<Outcome<T>[]>;

/** A command with its caller's idempotency key, if the caller gave one. */
export type Keyed<C> = { command: C; key: IdempotencyKey | undefined };

type KeyPolicy<T> = {
  answer: AnswerTable<T>;
  /** How long a key and its answer are kept. */
  keepKeysMs: number;
};

/** Where a command's outcome comes from: it is known already, or it is that of the command that runs at this index. */
type Source<T> = { known: Outcome<T> } | { index: number };

/**
 * The flow for commands with keys: a command runs once for its key. A command whose key was used before gets the stored
 * outcome, or idempotency_key_reused when its input is another one. Outcomes are stored in the flow's own transaction.
 */
export function oncePerKey<C, T>(flow: Flow<C, T>, { answer, keepKeysMs }: KeyPolicy<T>): Flow<Keyed<C>, T> {
  return async (tx, commands) => {
    const keys = commands.flatMap(({ key }) => key ?? []);
    const stored = new Map(
      (keys.length > 0 ? await readIdempotencyKeys(tx, keys) : []).map((row) => [nameOf(row), row]),
    );
    const running: Keyed<C>[] = [];
    // Of equal keys in one batch the first command runs, and the others get its outcome.
    const firsts = new Map<string, { key: IdempotencyKey; index: number }>();

    const sourceOf = (keyed: Keyed<C>): Source<T> => {
      const { key } = keyed;
      if (!key) return { index: running.push(keyed) - 1 };
      const name = nameOf(key);
      const row = stored.get(name);
      if (row) return { known: outcomeOfStoredKey(key, row, answer) ?? keyInProgress() };
      const first = firsts.get(name);
      if (first) return key.fingerprint.equals(first.key.fingerprint) ? { index: first.index } : { known: keyReused() };
      const index = running.push(keyed) - 1;
      firsts.set(name, { key, index });
      return { index };
    };
    const sources = commands.map(sourceOf);
    const outcomes =
      running.length > 0
        ? await flow(
            tx,
            running.map(({ command }) => command),
          )
        : [];
    storeOutcomes(tx, running, outcomes, keepKeysMs);
    return sources.map((source) => ('known' in source ? source.known : outcomeAt(outcomes, source.index)));
  };
}

function storeOutcomes<C, T>(tx: Transaction, ran: Keyed<C>[], outcomes: Outcome<T>[], keepKeysMs: number): void {
  const rows = ran.flatMap(({ key }, index) => {
    const answer = key && storedAnswer(outcomeAt(outcomes, index));
    return answer ? [{ ...key, answer, expiresAt: new Date(tx.now.getTime() + keepKeysMs) }] : [];
  });
  insertIdempotencyKeys(tx, rows);
}

function outcomeAt<T>(outcomes: readonly Outcome<T>[], index: number): Outcome<T> {
  const outcome = outcomes[index];
  if (outcome) return outcome;
  throw new Error('a flow returned fewer outcomes than it was given commands');
}

const nameOf = ({ scope, key }: { scope: string; key: string }): string => JSON.stringify([scope, key]);
