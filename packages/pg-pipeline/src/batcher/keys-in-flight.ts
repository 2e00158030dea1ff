/** What commands in flight lock, by how many of them. */
export class KeysInFlight {
  readonly #counts = new Map<string, number>();

  add(commands: Iterable<{ keys: readonly string[] }>): void {
    for (const { keys } of commands) for (const key of keys) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  remove(commands: Iterable<{ keys: readonly string[] }>): void {
    for (const { keys } of commands) {
      for (const key of keys) {
        const count = this.#counts.get(key)! - 1;
        if (count > 0) this.#counts.set(key, count);
        else this.#counts.delete(key);
      }
    }
  }

  has(key: string): boolean {
    return this.#counts.has(key);
  }

  all(): Set<string> {
    return new Set(this.#counts.keys());
  }
}
