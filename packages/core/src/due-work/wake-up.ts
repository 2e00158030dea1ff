/**
 * Tells the running jobs of this process that a job has due rows, so that they don't wait for the next look into the
 * database. Rows of other processes are found by that look, so a wake-up may be lost without harm.
 */
export class WakeUp {
  readonly #listeners = new Set<(job: string) => void>();

  /** Wakes the job of this name, wherever it runs in this process. Call it after the commit that made a row due. */
  notify(job: string): void {
    for (const listener of this.#listeners) listener(job);
  }

  /** Calls `listener` for each wake-up, until the returned function is called. */
  listen(listener: (job: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
