import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Calls `read` every 20 ms until it returns neither undefined nor false, and returns that value.
 * @throws Error after `waitMaxMs`
 */
export async function until<T>(read: () => T | Promise<T>, waitMaxMs = 60_000): Promise<Exclude<T, undefined | false>> {
  const giveUpAt = performance.now() + waitMaxMs;
  while (performance.now() < giveUpAt) {
    const value = await read();
    // TypeScript does not narrow a type parameter.
    if (value !== undefined && value !== false) return value as Exclude<T, undefined | false>;
    await sleep(20);
  }
  throw new Error(`the condition did not become true within ${waitMaxMs} ms`);
}
