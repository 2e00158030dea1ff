import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient } from '../refusal.ts';

const ATTEMPTS_MAX = 7;
const FIRST_WAIT_MS = 200;

/**
 * Tries again when the server could not be reached or had no room: seven times over six to twelve seconds, which
 * outlasts a restart. What the server has decided is thrown at once.
 */
export async function withRetries<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !isTransient(error)) throw error;
      // By chance down to half of it, so that many that failed together don't come back together.
      await sleep(FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
    }
  }
}
