/**
 * Tells this process which topics its committed transactions have named, see `Transaction.notify`. Other processes hear
 * nothing, and a commit whose answer got lost may be told or not: a listener must also find the rows by itself.
 */
export class CommitNotices {
  readonly #listeners = new Set<(topic: string) => void>();

  /** Called after a commit, with the topics of its transaction. */
  publish(topics: ReadonlySet<string>): void {
    for (const topic of topics) for (const listener of this.#listeners) listener(topic);
  }

  /** Calls `listener` for each topic from now on, until the returned function is called. */
  listen(listener: (topic: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
