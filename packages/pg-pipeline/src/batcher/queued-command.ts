/** A command that was submitted and has no result yet. */
export type QueuedCommand<C, R> = {
  command: C;
  /** The queue that it was submitted to. */
  queue: CommandSource<C, R>;
  /** What the command counts against `weightMax`. */
  weight: number;
  /** The keys of the rows that the command will lock. */
  keys: readonly string[];
  /** When the command was submitted, on the clock of `performance.now()`. */
  since: number;
  /** `slow` for a heavy command, and for one that waits for a row lock in PostgreSQL. */
  speed: 'fast' | 'slow';
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

/** What a batch knows of the queue that a command came from. */
export type CommandSource<C, R> = {
  readonly name: string;
  /** Returns which of these commands' keys are locked now, each with its lock holder. */
  readLockHolders: (commands: readonly QueuedCommand<C, R>[]) => Promise<ReadonlyMap<string, string>>;
  /** Receives commands that need a locked row, with the lock holders. */
  block: (commands: QueuedCommand<C, R>[], holders: ReadonlyMap<string, string>) => void;
};
