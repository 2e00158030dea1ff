import { throwAsCommerceError, withBatchTransaction, withTransaction } from '../database/transaction.ts';
import { Batcher, type BatcherOptions, type Database, type Transaction } from '@commerce-core/pg-pipeline';
import { unwrap, type Outcome } from '../errors.ts';
import type { GatewayCallReport } from '../flows/gateway-outbox/call-gateways.ts';
import { runKeyed, type Keyed, type KeyPolicy } from './run-keyed.ts';
import { idempotencyKey, type IdempotencyKey } from '../idempotency/idempotency-key.ts';

/** What a caller may say about a call besides its input. */
export type Call = {
  /** The same scope, key and input again answers what the first call answered, and does nothing. */
  idempotency?: { scope: string; key: string } | undefined;
  /** A call whose caller has gone before its turn came isn't run. */
  signal?: AbortSignal | undefined;
};

export type BatchingOptions = Pick<
  BatcherOptions<never, never>,
  'lanes' | 'commandsMax' | 'weightMax' | 'queueMax' | 'waitMaxMs' | 'onBatch'
>;

/** What use cases share. */
export type Context = {
  database: Database;
  reservationMs: number;
  keepKeysMs: number;
  /** How long a call has for its way to a gateway before another one with its key may go on with it. */
  leaseMs: number;
  /** How long a gateway may say nothing about a payment before it is asked. */
  pollAfterMs: number;
  batching: BatchingOptions;
  /** Told of faults that no caller sees, because what failed is tried again by itself. */
  onFault?: ((error: unknown) => void) | undefined;
  onGatewayCall?: ((report: GatewayCallReport) => void) | undefined;
};

type Flow<C, T> = (tx: Transaction, commands: C[]) => Promise<Outcome<T>[]>;

/** The caller's key for a call of a procedure, if one was given. */
export const keyOf = (call: Call | undefined, procedure: string, input: unknown): IdempotencyKey | undefined =>
  call?.idempotency && idempotencyKey(call.idempotency, procedure, input);

/** A mutation that runs by itself, in a transaction of its own. */
export function mutation<C, T>(
  { database, keepKeysMs: keepMs }: Context,
  procedure: string,
  flow: Flow<C, T>,
  dates: readonly string[],
): <I>(input: I, toCommand: (input: I) => C, call?: Call) => Promise<T> {
  return async (input, toCommand, call) => {
    const keyed = [{ command: toCommand(input), idempotency: keyOf(call, procedure, input) }];
    const run = async (tx: Transaction) => runKeyed(tx, keyed, flow, { dates, keepMs });
    return unwrap((await withTransaction(database, run))[0]);
  };
}

/** A mutation that shares a transaction with the calls that come while another batch is under way. */
export function batched<C, T>(
  { database, keepKeysMs: keepMs, batching }: Context,
  options: {
    name: string;
    flow: Flow<C, T>;
    dates: KeyPolicy['dates'];
    weightOf?: (command: C) => number;
    keysOf: (command: C) => Iterable<string>;
    /** Which of these keys' rows another transaction holds now, and who that is. */
    lockHoldersOf: (keys: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  },
) {
  const { name, flow, dates, weightOf, keysOf, lockHoldersOf } = options;
  const batcher = new Batcher<Keyed<C>, Outcome<T>>({
    ...batching,
    name,
    ...(weightOf ? { weightOf: ({ command }) => weightOf(command) } : {}),
    keysOf: ({ command }) => keysOf(command),
    lockHoldersOf,
    run: async (commands, { waitsForLocks }) =>
      withBatchTransaction(
        database,
        async (tx) => runKeyed(tx, commands, flow, { dates, keepMs }),
        waitsForLocks ? 'flow' : 'flow_short_lock_wait',
      ),
  });
  const submit = async (command: C, input: unknown, call?: Call): Promise<T> => {
    const keyed = { command, idempotency: keyOf(call, name, input) };
    return unwrap(await batcher.submit(keyed, call?.signal).catch(throwAsCommerceError));
  };
  return { submit, batcher };
}
