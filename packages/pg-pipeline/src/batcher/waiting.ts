/** A command that was taken and has no answer yet. */
export type Waiting<C, R> = {
  command: C;
  weight: number;
  keys: readonly string[];
  /** Since when, on the clock of `performance.now()`. */
  since: number;
  /** Whether its batch waits for rows that somebody holds, as long as a transaction may: they are handed on, just slowly. */
  waitsForLocks: boolean;
  signal: AbortSignal | undefined;
  resolve: (answer: R) => void;
  reject: (error: unknown) => void;
};
