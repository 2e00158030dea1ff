/** Runs `work` for every item, `width` at a time, until the first failure or until `signal` aborts. */
export async function atOnce<T>(
  items: Iterable<T>,
  width: number,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let failed = false;
  async function worker(): Promise<void> {
    for (let next = iterator.next(); !next.done && !failed && !signal.aborted; next = iterator.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  }
  await Promise.all(Array.from({ length: width }, worker));
}
