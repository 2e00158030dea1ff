import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again until the answer is neither undefined nor false. @throws Error after `patienceMs` */
export async function until<T>(ask: () => T | Promise<T>, patienceMs = 60_000): Promise<Exclude<T, undefined | false>> {
  const giveUpAt = performance.now() + patienceMs;
  while (performance.now() < giveUpAt) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
    await sleep(20);
  }
  throw new Error(`it did not come true within ${patienceMs} ms`);
}
