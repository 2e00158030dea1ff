/** The keys that running batches lock, each with the number of commands that need it. */
export class KeysInUse {
  readonly #counts = new Map<string, number>();

  /** Counts the keys of a batch that starts. */
  add(commands: Iterable<{ keys: readonly string[] }>): void {
    for (const { keys } of commands) for (const key of keys) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** Counts down the keys of a batch that ended; `add` got the same commands before. */
  remove(commands: Iterable<{ keys: readonly string[] }>): void {
    for (const { keys } of commands) {
      for (const key of keys) {
        const count = (this.#counts.get(key) ?? 1) - 1;
        if (count > 0) this.#counts.set(key, count);
        else this.#counts.delete(key);
      }
    }
  }

  /** Returns a copy that the caller may add keys to. */
  all(): Set<string> {
    return new Set(this.#counts.keys());
  }
}
