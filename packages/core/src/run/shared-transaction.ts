import type { Transaction } from '@commerce-core/pg-pipeline';
import type { Span } from '@opentelemetry/api';
import type { SharedFlow } from '../unit-of-work/shared-flow.ts';
import { UnitOfWork } from '../unit-of-work/unit-of-work.ts';
import { readKeys, splitByKey, storeOutcomes, type KeyedCall } from './once-per-key.ts';

/** A call that shares a transaction with calls of other kinds. */
export type SharedCall = KeyedCall & {
  /** The call's flow; its command is one of this flow's commands. */
  flow: SharedFlow<never, unknown>;
  command: unknown;
  /** The span that waits for the result; only with tracing. */
  caller?: Span | undefined;
};

/**
 * Runs calls of several kinds in one transaction of two round trips: all locks and reads, then all writes. Rows are
 * locked class by class over all kinds, so that the order of locks is the same in every transaction. Then the kinds
 * decide one after the other, each in the order of its calls, and every table is written by one statement.
 * @returns one result a call, in the order of the calls
 */
export async function runSharedCalls(
  tx: Transaction,
  calls: readonly SharedCall[],
  keepKeysMs: number,
): Promise<unknown[]> {
  const kinds = [...Map.groupBy(calls, ({ flow }) => flow)];
  const plans = await Promise.all(kinds.map(async ([flow, own]) => flow(tx, commandsOf(own))));
  // These are sent in one tick, so they share a round trip. What is sent after the locks is read after them.
  const [work, stored, ...decisions] = await Promise.all([
    UnitOfWork.lock(tx, ...plans.map(({ locks }) => locks)),
    readKeys(tx, calls),
    ...plans.map(async ({ read }) => read()),
  ]);
  for (const { lockMore } of plans) await lockMore?.(work);
  const { running, outcomesOfAll } = splitByKey(calls, stored);
  const results = new Map<SharedCall, unknown>();
  kinds.forEach(([flow], kind) => {
    const own = running.filter((call) => call.flow === flow);
    const decided = decisions[kind]?.(work, commandsOf(own)) ?? [];
    own.forEach((call, index) => results.set(call, decided[index]));
  });
  const outcomes = running.map((call) => results.get(call));
  work.write();
  storeOutcomes(tx, running, outcomes, keepKeysMs);
  return outcomesOfAll(outcomes);
}

/** Runs commands of one shared flow in the caller's transaction: locks, decides and writes. */
export async function runSharedFlow<C, R>(
  tx: Transaction,
  flow: SharedFlow<C, R>,
  commands: readonly C[],
): Promise<R[]> {
  const { locks, read, lockMore } = await flow(tx, commands);
  const [work, decide] = await Promise.all([UnitOfWork.lock(tx, locks), read()]);
  await lockMore?.(work);
  const results = decide(work, commands);
  work.write();
  return results;
}

// `runBatched` puts a flow and one of its own commands into each call.
const commandsOf = (calls: readonly SharedCall[]) => calls.map(({ command }) => command as never);
