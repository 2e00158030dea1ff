import { Batcher, type BatcherOptions, type Transaction } from '@commerce-core/pg-pipeline';
import { throwAsCommerceError, withBatchTransaction, withTransaction } from '../database/transaction.ts';
import { onlyOutcome, unwrap } from '../errors.ts';
import { idempotencyKey, type IdempotencyKey } from '../idempotency/idempotency-key.ts';
import type { Call, Context } from './context.ts';
import { oncePerKey, type Flow, type Keyed } from './once-per-key.ts';
import type { AnswerTable } from './replayed-answer.ts';

// How a flow is run. A flow knows neither batches nor keys: it gets a transaction and commands, and returns outcomes.
//   runAlone               transaction ∘ keys ∘ flow
//   runBatched             batch ∘ transaction ∘ keys ∘ flow
//   runBatchedWithoutKeys  batch ∘ transaction ∘ flow
// A call to a gateway can't stand inside a transaction: see run-leased.ts.

/** A mutation that callers may repeat with an idempotency key. */
export type Procedure<C, T> = {
  /** Part of a key's fingerprint, and the name of the queue where calls are batched. It must never change. */
  name: string;
  flow: Flow<C, T>;
  /** The table whose row the answer is. */
  answer: AnswerTable<NoInfer<T>>;
};

/** The rows that a command locks, by keys. Two batches that run at once never have a key in common. */
export type BatchLocks<C> = Pick<BatcherOptions<C, never>, 'weightOf'> &
  Required<Pick<BatcherOptions<C, never>, 'keysOf' | 'lockHoldersOf'>>;

/**
 * Runs one command. `input` is what the key's fingerprint covers: it leaves out ids that are new in each call, and
 * defaults to the command.
 */
type Run<C, T> = (command: C, call: Call | undefined, input?: unknown) => Promise<T>;

/** Runs each command in a transaction of its own. */
export function runAlone<C, T>(context: Context, { name, flow, answer }: Procedure<C, T>): Run<C, T> {
  const { database, keepKeysMs } = context;
  const keyedFlow = oncePerKey(flow, { answer, keepKeysMs });
  return async (command, call, input = command) => {
    const keyed = { command, key: keyOf(call, name, input) };
    return unwrap(onlyOutcome(await withTransaction(database, async (tx) => keyedFlow(tx, [keyed]))));
  };
}

/** Runs commands that arrive while another batch is running in one transaction. */
export function runBatched<C, T>(context: Context, procedure: Procedure<C, T>, locks: BatchLocks<C>): Run<C, T> {
  const { name, flow, answer } = procedure;
  const { weightOf, keysOf, lockHoldersOf } = locks;
  const batcher = newBatcher(context, name, oncePerKey(flow, { answer, keepKeysMs: context.keepKeysMs }), {
    ...(weightOf && { weightOf: ({ command }: Keyed<C>) => weightOf(command) }),
    keysOf: ({ command }) => keysOf(command),
    lockHoldersOf,
  });
  return async (command, call, input = command) => {
    const keyed = { command, key: keyOf(call, name, input) };
    return unwrap(await batcher.submit(keyed, call?.signal).catch(throwAsCommerceError));
  };
}

/** Like `runBatched`, for commands that never have a key, and whose flow never refuses one. */
export function runBatchedWithoutKeys<C, R>(
  context: Context,
  { name, flow }: { name: string; flow: (tx: Transaction, commands: C[]) => Promise<R[]> },
  locks: BatchLocks<C>,
): (command: C) => Promise<R> {
  const batcher = newBatcher(context, name, flow, locks);
  return async (command) => batcher.submit(command).catch(throwAsCommerceError);
}

/** The caller's key for a call of a procedure; undefined where the caller gave none. */
export const keyOf = (call: Call | undefined, procedure: string, input: unknown): IdempotencyKey | undefined =>
  call?.idempotency && idempotencyKey(call.idempotency, procedure, input);

function newBatcher<C, R>(
  { database, batching, batchers }: Context,
  name: string,
  flow: (tx: Transaction, commands: C[]) => Promise<R[]>,
  locks: BatchLocks<C>,
): Batcher<C, R> {
  const batcher = new Batcher<C, R>({
    ...batching,
    ...locks,
    name,
    run: async (commands, { waitsForLocks }) =>
      withBatchTransaction(database, async (tx) => flow(tx, commands), waitsForLocks ? 'flow' : 'flow_short_lock_wait'),
  });
  batchers.push(batcher);
  return batcher;
}
