import { setTimeout as sleep } from 'node:timers/promises';
import { commerceErrorOf, type ErrorCode } from '@commerce-core/client';

/** The result of a call. `no_answer` means that no final response ever arrived. */
export type Answer<O> = { ok: true; value: O } | { ok: false; code: ErrorCode | 'no_answer' };

/** A call with its key and its answer. */
export type Entry = {
  key: string;
  procedure: string;
  input: unknown;
  answer: Answer<unknown>;
  /** Sends the call again with the same key. */
  again: () => Promise<Answer<unknown>>;
};

/** All calls of shoppers and operators, by key. */
export type Ledger = Map<string, Entry>;

type Mutation<I, O> = { mutate: (input: I, options: { context: { idempotencyKey: string } }) => Promise<O> };

// Ends calls that hang. A busy machine may need more than the lease of a key whose process was killed.
const retryMaxMs = 5 * 60_000;
const retryPauseMs = 500;
const retriedCodes: readonly (ErrorCode | 'no_answer')[] = [
  'no_answer',
  'idempotency_in_progress',
  'gateway_unavailable',
  'quote_unavailable',
  'outcome_unknown',
  'overloaded',
  'database_unavailable',
];

/** Makes a call, retried with the same key until it has a final answer, and adds it to the ledger. */
export async function call<I, O>(
  ledger: Ledger,
  procedure: string,
  mutation: Mutation<I, O>,
  input: I,
  key: string,
): Promise<Answer<O>> {
  // A header value for a key must not have spaces.
  const again = () => callUntilAnswered(mutation, input, key.replaceAll(' ', '-'));
  const entry: Entry = { key, procedure, input, answer: { ok: false, code: 'no_answer' }, again };
  if (ledger.has(key)) throw new Error(`the key ${key} was used before`);
  ledger.set(key, entry);
  const answer = await again();
  entry.answer = answer;
  return answer;
}

async function callUntilAnswered<I, O>(mutation: Mutation<I, O>, input: I, idempotencyKey: string): Promise<Answer<O>> {
  const giveUpAt = performance.now() + retryMaxMs;
  for (;;) {
    const answer = await callOnce(mutation, input, idempotencyKey);
    if (answer.ok || !retriedCodes.includes(answer.code)) return answer;
    // A refusal that a retry could change is no final response either.
    if (performance.now() > giveUpAt) return { ok: false, code: 'no_answer' };
    await sleep(retryPauseMs);
  }
}

/** Reads from the shop, retried until there is an answer. */
export async function readUntilAnswered<O>(read: () => Promise<O>): Promise<O> {
  const giveUpAt = performance.now() + retryMaxMs;
  for (;;) {
    try {
      return await read();
    } catch (error) {
      const code = commerceErrorOf(error)?.code ?? 'no_answer';
      if (!retriedCodes.includes(code) || performance.now() > giveUpAt) throw error;
      await sleep(retryPauseMs);
    }
  }
}

async function callOnce<I, O>(mutation: Mutation<I, O>, input: I, idempotencyKey: string): Promise<Answer<O>> {
  try {
    return { ok: true, value: await mutation.mutate(input, { context: { idempotencyKey } }) };
  } catch (error) {
    return { ok: false, code: commerceErrorOf(error)?.code ?? 'no_answer' };
  }
}
