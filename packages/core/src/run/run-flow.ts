import { Batcher, type QueueOptions, type Transaction } from '@commerce-core/pg-pipeline';
import { throwAsCommerceError, withBatchTransaction, withTransaction } from '../database/transaction.ts';
import { currentActor, runAs } from '../events/actor.ts';
import { onlyOutcome, unwrap, type Outcome } from '../errors.ts';
import { idempotencyKey, type IdempotencyKey } from '../idempotency/idempotency-key.ts';
import type { SharedFlow } from '../unit-of-work/shared-flow.ts';
import type { Call, Context } from './context.ts';
import { readKeys, splitByKey, storeOutcomes } from './once-per-key.ts';
import type { AnswerTable } from './replayed-answer.ts';
import { runSharedCalls, type SharedCall } from './shared-transaction.ts';
import { traceBatches, traceCalls } from './traced-batches.ts';

// How a flow is run. A flow knows neither batches nor keys: it gets a transaction and commands, and returns outcomes.
//   runAlone               transaction ∘ keys ∘ flow
//   runBatched             batch ∘ transaction ∘ keys ∘ flows of all kinds
//   runBatchedWithoutKeys  the same, for commands that never have a key
// A call to a gateway can't stand inside a transaction: see run-leased.ts.

/** A use case for many commands in one transaction: one outcome a command, in the order of the commands. */
export type Flow<C, T> = (tx: Transaction, commands: C[]) => Promise<Outcome<T>[]>;

/** A mutation that callers may repeat with an idempotency key. */
export type Procedure<F, T> = {
  /** Part of a key's fingerprint, and the name of the queue where calls are batched. It must never change. */
  name: string;
  flow: F;
  /** The table whose row the answer is. */
  answer: AnswerTable<NoInfer<T>>;
};

/** The rows that a command locks, by keys. Two batches that run at once never have a key in common. */
export type BatchLocks<C> = Pick<QueueOptions<C>, 'weightOf'> &
  Required<Pick<QueueOptions<C>, 'keysOf' | 'lockHoldersOf'>>;

/**
 * Runs one command. `input` is what the key's fingerprint covers: it leaves out ids that are new in each call, and
 * defaults to the command.
 */
type Run<C, T> = (command: C, call: Call | undefined, input?: unknown) => Promise<T>;

/** Runs each command in a transaction of its own. */
export function runAlone<C, T>(context: Context, { name, flow, answer }: Procedure<Flow<C, T>, T>): Run<C, T> {
  const { database, keepMs } = context;
  return async (command, call, input = command) => {
    const calls = [{ command, key: keyOf(call, name, input), answer }];
    const outcomes = await withTransaction(database, async (tx) => {
      const { running, outcomesOfAll } = splitByKey(calls, await readKeys(tx, calls));
      if (running.length === 0) return outcomesOfAll<Outcome<T>>([]);
      const ran = await flow(tx, [command]);
      storeOutcomes(tx, running, ran, keepMs.idempotencyKeys);
      return outcomesOfAll(ran);
    });
    return unwrap(onlyOutcome<T>(outcomes));
  };
}

/** Runs commands that arrive while another batch is running in one transaction, together with those of other flows. */
export function runBatched<C, T>(
  context: Context,
  { name, flow, answer }: Procedure<SharedFlow<C, Outcome<T>>, T>,
  locks: BatchLocks<C>,
): Run<C, T> {
  const queue = addQueue(context, name, locks);
  return async (command, call, input = command) => {
    const shared = { flow, command: withActor(command), answer, key: keyOf(call, name, input) };
    const outcome = await queue.submit(shared, call?.signal).catch(throwAsCommerceError);
    // The flow's own outcome, or one that the key was stored with.
    return unwrap(outcome as Outcome<T>);
  };
}

/** Like `runBatched`, for commands that never have a key, and whose flow never refuses one. */
export function runBatchedWithoutKeys<C, R>(
  context: Context,
  { name, flow }: { name: string; flow: SharedFlow<C, R> },
  locks: BatchLocks<C>,
): (command: C) => Promise<R> {
  const queue = addQueue(context, name, locks);
  return async (command) => {
    const result = await queue.submit({ flow, command, answer: undefined, key: undefined }).catch(throwAsCommerceError);
    // Without a key the result is the flow's own.
    return result as R;
  };
}

/** The command of an operator has the operator. Those of shoppers are the many, and their events need no actor. */
function withActor<C>(command: C): C {
  const actor = currentActor();
  return actor?.kind === 'operator' ? { ...command, actor } : command;
}

/** The caller's key for a call of a procedure; undefined where the caller gave none. */
export const keyOf = (call: Call | undefined, procedure: string, input: unknown): IdempotencyKey | undefined =>
  call?.idempotency && idempotencyKey(call.idempotency, procedure, input);

/** The batcher of a shop. Calls of all kinds share its transactions. */
export function createBatcher({
  database,
  batching,
  keepMs,
  tracing,
}: Pick<Context, 'database' | 'batching' | 'keepMs' | 'tracing'>) {
  const run = async (calls: readonly SharedCall[], { waitsForLocks }: { waitsForLocks: boolean }) =>
    withBatchTransaction(
      database,
      // A batch runs for the actor of each of its commands, not for the caller that has begun it.
      async (tx) => runAs(undefined, async () => runSharedCalls(tx, calls, keepMs.idempotencyKeys)),
      waitsForLocks ? 'flow' : 'flow_short_lock_wait',
    );
  return new Batcher<SharedCall, unknown>({ ...batching, run: tracing ? traceBatches(run, tracing) : run });
}

function addQueue<C>({ batcher, batching, tracing }: Context, name: string, locks: BatchLocks<C>) {
  const { weightOf, keysOf, lockHoldersOf } = locks;
  // This queue holds commands of one flow only.
  const commandOf = ({ command }: SharedCall): C => command as C;
  const queue = batcher.addQueue({
    ...batching,
    name,
    lockHoldersOf,
    keysOf: (call) => keysOf(commandOf(call)),
    ...(weightOf && { weightOf: (call: SharedCall) => weightOf(commandOf(call)) }),
  });
  return tracing ? traceCalls(queue, tracing) : queue;
}
