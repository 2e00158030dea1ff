/** A command that was submitted and has no result yet. */
export type QueuedCommand<C, R> = {
  command: C;
  /** What the command counts against `weightMax`. */
  weight: number;
  /** The keys of the rows that the command will lock. */
  keys: readonly string[];
  /** When the command was submitted, on the clock of `performance.now()`. */
  since: number;
  /**
   * Whether the command's batch waits for row locks as long as a transaction may. False: the batch gives up soon, and
   * its blocked commands move to the blocked queue.
   */
  waitsForLocks: boolean;
  /** Aborts when the caller has closed its connection. */
  signal: AbortSignal | undefined;
  resolve: (result: R) => void;
  reject: (error: unknown) => void;
};
