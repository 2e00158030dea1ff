import type { QueueLimits } from './command-queue.ts';

/** The keys whose rows another transaction has locked, each with an id of that transaction. */
export type LockHolders = ReadonlyMap<string, string>;

/** What a batcher runs, and its limits: see `Batcher`. */
export type BatcherOptions<C, R> = {
  /**
   * Runs a batch as one transaction and returns one result for each command, in order. A rejection concerns the whole
   * batch. With `waitsForLocks` false it rejects with a lock time-out soon after it met a locked row.
   */
  run: (commands: C[], how: { waitsForLocks: boolean }) => Promise<R[]>;
  /** Batches of light commands that may run at once, and as many slow batches beside them: 1 or more. Defaults to 2. */
  lanes?: number;
  /**
   * A further lane opens for so many queued commands: 1 or more. Fewer wait up to 50 ms for the batch that runs,
   * because a transaction of their own would cost them more than the wait. Defaults to 16.
   */
  furtherLaneMin?: number;
  /** How long a command may wait in milliseconds before it expires. Defaults to 5,000 ms. */
  waitMaxMs?: number;
  /** Called after every batch, once for each queue that had commands in it. An error that it throws is ignored. */
  onBatch?: (batch: BatchReport) => void;
};

/** The commands of one kind, and their limits. */
export type QueueOptions<C> = Partial<QueueLimits> & {
  /** The queue's name in metrics. */
  name: string;
  /**
   * Returns which of these keys' rows another transaction has locked now, and which transaction. Commands that need
   * these rows move to the blocked queue, and the others run. Without this option the queue's batches wait for row
   * locks.
   */
  lockHoldersOf?: (keys: readonly string[]) => Promise<LockHolders>;
  /** What a command counts against `weightMax`, for example its lines: 1 or more. Defaults to 1. */
  weightOf?: (command: C) => number;
  /**
   * The keys of the rows that a command will lock, as far as they are known. Batches that run at once share no key, so
   * two queues that lock the same kind of rows use the same keys for them.
   */
  keysOf?: (command: C) => Iterable<string>;
};

/** How the commands of one queue in one batch went. */
export type BatchReport = {
  /** The queue's name. */
  queue: string;
  /** Number of the queue's commands in the batch. */
  commands: number;
  /** Sum of these commands' weights. */
  weight: number;
  /** How long the first of these commands had waited before the transaction started, in milliseconds. */
  waitedMs: number;
  /** How long the transaction took, its retries and splits included, in milliseconds. */
  tookMs: number;
  /** Whether the transaction failed, even if its parts succeeded afterwards. */
  failed: boolean;
};
