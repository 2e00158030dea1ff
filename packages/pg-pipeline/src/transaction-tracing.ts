/** Follows the transactions of a database, for traces. A database without it does nothing for them. */
export type TransactionTracing = {
  /** Runs a transaction with its retries. Returns or throws what `run` does. */
  transaction: <T>(mode: string, run: () => Promise<T>) => Promise<T>;
  /**
   * Called when statements are sent together, with their names. `answered` settles when the last one is; it rejects
   * with the error of the statement that failed.
   */
  roundTrip: (statements: readonly string[], answered: Promise<unknown>) => void;
  /** The W3C trace context of what runs now; null where there is none. */
  traceparent: () => string | null;
};
