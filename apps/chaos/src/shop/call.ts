import { setTimeout as sleep } from 'node:timers/promises';
import { commerceErrorOf, type ErrorCode } from '@commerce-core/api/client';

/** What a call was answered in the end. `no_answer`: it never was. */
export type Answer<O> = { ok: true; value: O } | { ok: false; code: ErrorCode | 'no_answer' };

/** A call that the shop was asked for, with its key, and what it answered. */
export type Entry = {
  key: string;
  procedure: string;
  input: unknown;
  answer: Answer<unknown>;
  /** Sends the same once more, with the same key. */
  again: () => Promise<Answer<unknown>>;
};

/** All that shoppers and operators asked for, by their keys. */
export type Ledger = Map<string, Entry>;

type Mutation<I, O> = { mutate: (input: I, options: { context: { idempotencyKey: string } }) => Promise<O> };

// Past the time that a key of a process that was killed stays taken.
const patienceMs = 75_000;
const comesAgain: readonly (ErrorCode | 'no_answer')[] = [
  'no_answer',
  'idempotency_in_progress',
  'gateway_unavailable',
  'outcome_unknown',
  'overloaded',
  'database_unavailable',
];

/** Asks the shop for something once, however often that has to be said: with the same key, until there is an answer. */
export async function call<I, O>(
  ledger: Ledger,
  procedure: string,
  mutation: Mutation<I, O>,
  input: I,
  key: string,
): Promise<Answer<O>> {
  // In a header there are no spaces.
  const again = () => persist(mutation, input, key.replaceAll(' ', '-'));
  const entry: Entry = { key, procedure, input, answer: { ok: false, code: 'no_answer' }, again };
  if (ledger.has(key)) throw new Error(`the key ${key} was used before`);
  ledger.set(key, entry);
  const answer = await again();
  entry.answer = answer;
  return answer;
}

async function persist<I, O>(mutation: Mutation<I, O>, input: I, idempotencyKey: string): Promise<Answer<O>> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const answer = await once(mutation, input, idempotencyKey);
    if (answer.ok || !comesAgain.includes(answer.code) || performance.now() > giveUpAt) return answer;
    await sleep(500);
  }
}

async function once<I, O>(mutation: Mutation<I, O>, input: I, idempotencyKey: string): Promise<Answer<O>> {
  try {
    return { ok: true, value: await mutation.mutate(input, { context: { idempotencyKey } }) };
  } catch (error) {
    return { ok: false, code: commerceErrorOf(error)?.code ?? 'no_answer' };
  }
}
