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
    // The total is counted first, which bounds the number of remembered keys. A call that exceeds its own key's limit
    // is given back to the total, so that it takes nothing from other keys.
    const waitS = await consume(inAll, '', 1);
    if (waitS !== undefined) return waitS;
    const ownWaitS = await consume(perKey, key, 1);
    if (ownWaitS !== undefined) await inAll.reward('', 1);
    return ownWaitS;
  };
}

/**
 * Returns a function that counts calls of a key in windows of `seconds`. It returns the seconds to wait when the key
 * has sent more than `callsMax`, else undefined. A count takes less than a microsecond.
 */
export function keyRateLimit(
  callsMax: number,
  seconds: number,
): (key: string, calls: number) => Promise<number | undefined> {
  const perKey = new RateLimiterMemory({ points: callsMax, duration: seconds });
  return async (key, calls) => consume(perKey, key, calls);
}

async function consume(limiter: RateLimiterMemory, key: string, points: number): Promise<number | undefined> {
  try {
    await limiter.consume(key, points);
    return undefined;
  } catch (error) {
    if (error instanceof RateLimiterRes) return Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
    throw error;
  }
}
