import { setTimeout as sleep } from 'node:timers/promises';
import { WrongResult } from '../pair.ts';

const hangMs = 120_000;

/** Waits until a condition holds. @throws WrongResult when it doesn't within two minutes */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const limit = performance.now() + hangMs;
  while (!(await holds())) {
    if (performance.now() > limit) throw new WrongResult(`not within ${hangMs / 1_000} s: ${what}`);
    await sleep(1);
  }
}
