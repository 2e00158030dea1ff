// oxlint-disable-next-line typescript/triple-slash-reference -- packages that import this one check this file, too
/// <reference path="../partial-imports.d.ts" />
import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js';
import RateLimiterRes from 'rate-limiter-flexible/lib/RateLimiterRes.js';

/** Bounds of calls per minute and process. */
export type RateLimits = {
  /** For one key, such as an address. */
  perKeyMax: number;
  /** For all keys together. */
  inAllMax: number;
};

const windowS = 60;

/**
 * Returns a function that counts a call of a key against the limits. It returns the seconds to wait when a limit is
 * exceeded, else undefined.
 */
export function rateLimit({ perKeyMax, inAllMax }: RateLimits): (key: string) => Promise<number | undefined> {
  const inAll = new RateLimiterMemory({ points: inAllMax, duration: windowS });
  const perKey = new RateLimiterMemory({ points: perKeyMax, duration: windowS });
  return async (key) => {
    // The total is counted first, which bounds the number of remembered keys. A call that exceeds its own key's limit is
    // given back to the total, so that it takes nothing from other keys.
    const waitMs = await consume(inAll, '');
    if (waitMs !== undefined) return seconds(waitMs);
    const ownWaitMs = await consume(perKey, key);
    if (ownWaitMs === undefined) return undefined;
    await inAll.reward('', 1);
    return seconds(ownWaitMs);
  };
}

const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1_000));

async function consume(limiter: RateLimiterMemory, key: string): Promise<number | undefined> {
  try {
    await limiter.consume(key);
    return undefined;
  } catch (error) {
    if (error instanceof RateLimiterRes) return error.msBeforeNext;
    throw error;
  }
}
