import type { QueueLimits } from './command-queue.ts';

/** The keys whose rows another transaction has locked, each with an id of that transaction. */
export type LockHolders = ReadonlyMap<string, string>;

/** What a batcher runs, and its limits: see `Batcher`. */
export type BatcherOptions<C, R> = Partial<QueueLimits> & {
  /** The queue's name in metrics. */
  name: string;
  /**
   * Runs a batch as one transaction and returns one result for each command, in order. A rejection concerns the whole
   * batch. With `waitsForLocks` false it rejects with a lock time-out soon after it met a locked row.
   */
  run: (commands: C[], how: { waitsForLocks: boolean }) => Promise<R[]>;
  /**
   * Returns which of these keys' rows another transaction has locked now, and which transaction. Commands that need
   * these rows move to the blocked queue, and the others run. Without this option every batch waits for row locks.
   */
  lockHoldersOf?: (keys: readonly string[]) => Promise<LockHolders>;
  /** What a command counts against `weightMax`, for example its lines: 1 or more. Defaults to 1. */
  weightOf?: (command: C) => number;
  /** The keys of the rows that a command will lock, as far as they are known. Batches that run at once share no key. */
  keysOf?: (command: C) => Iterable<string>;
  /**
   * Batches that may run at once, each on its own connection: 1 or more. Defaults to 2: one works while one commits.
   */
  lanes?: number;
  /** How long a command may wait in milliseconds before it expires. Defaults to 5,000 ms. */
  waitMaxMs?: number;
  /** Called after every batch. An error that it throws is ignored. */
  onBatch?: (batch: BatchReport) => void;
};

/** How one batch went. */
export type BatchReport = {
  /** The batcher's name. */
  queue: string;
  /** Number of commands. */
  commands: number;
  /** Sum of the commands' weights. */
  weight: number;
  /** How long the batch's first command had waited before the transaction started, in milliseconds. */
  waitedMs: number;
  /** How long the transaction took, its retries and splits included, in milliseconds. */
  tookMs: number;
  /** Whether the transaction failed, even if its parts succeeded afterwards. */
  failed: boolean;
};
