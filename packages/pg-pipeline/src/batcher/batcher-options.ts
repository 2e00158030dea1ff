import type { LockHolders } from './blocked-queue.ts';
import type { QueueLimits } from './queue.ts';

export type BatcherOptions<C, R> = Partial<QueueLimits> & {
  /** Names the queue in metrics. */
  name: string;
  /**
   * Runs a batch as one transaction; answers each command, in order. A rejection concerns the whole batch. An impatient one
   * rejects with the lock time-out soon after it met rows that somebody else holds.
   */
  run: (commands: C[], how: { waitsForLocks: boolean }) => Promise<R[]>;
  /**
   * Which of these keys' rows somebody else holds now, and who. Commands that need them are put aside, and the others run.
   * Without it all batches are patient.
   */
  lockHoldersOf?: (keys: readonly string[]) => Promise<LockHolders>;
  /** What a command counts against `weightMax`: its lines, say. At least 1. */
  weightOf?: (command: C) => number;
  /** What a command will lock, as far as it is known beforehand. Batches in flight at once never share any of it. */
  keysOf?: (command: C) => Iterable<string>;
  /** Batches at once, each on a connection of its own, 1 or more; 2 unless said: one works while the other waits for the disk. */
  lanes?: number;
  /** How long a command may wait; then it is refused instead of run. 5,000 ms unless said. */
  waitMaxMs?: number;
  /** Told of every batch that ended. */
  onBatch?: (batch: BatchReport) => void;
};

/** One batch: its commands, their weight, how long the first of them waited, and how long the transaction took. */
export type BatchReport = {
  queue: string;
  commands: number;
  weight: number;
  waitedMs: number;
  tookMs: number;
  failed: boolean;
};
