import { CommerceError } from '@commerce-core/core';
import type { Context, MiddlewareHandler } from 'hono';
import type { Caller } from '../auth/caller.ts';
import type { AppEnv } from './app-env.ts';
import { addressOf, networkOf } from './client-address.ts';
import { keyRateLimit } from './rate-limit.ts';

/** How many calls a second a caller may send to a process, over a window. 0 is no limit. */
export type CallLimits = {
  /** Of an API key, and of an operator who has signed in with it. */
  perKeyMax: number;
  /** Of a customer, and of a guest's order. */
  perCustomerMax: number;
  /** Of callers without a valid key or token, by IPv4 address or IPv6 /64. */
  perAddressMax: number;
  /** The window in seconds, 10 by default: so many calls may come at once as may come in this time. */
  windowS?: number;
  /** The header in which a proxy gives the client's address; the last address in it counts. Defaults to none. */
  addressHeader?: string | undefined;
};

/**
 * Calls of valid callers don't count for their address: a front end that renders pages on a server sends the calls of
 * all of its shoppers from there.
 */
export const callLimitsDefault: CallLimits = { perKeyMax: 2_000, perCustomerMax: 50, perAddressMax: 500 };

/** Who has sent too many calls, for the metric. */
export type LimitedBy = 'key' | 'customer' | 'address';

const windowDefaultS = 10;
const refusals = {
  key: 'this API key has sent too many calls; nothing was done',
  customer: 'too many calls with this token; nothing was done',
  address: 'too many calls without a valid token from this address; nothing was done',
} as const satisfies Record<LimitedBy, string>;

/** Counts the calls of a process. `onLimited` is called for each request that is refused. */
export function createCallLimits(
  { perKeyMax, perCustomerMax, perAddressMax, windowS = windowDefaultS, addressHeader }: CallLimits,
  onLimited: (by: LimitedBy) => void,
) {
  const limitOf = (max: number) => (max === 0 ? undefined : keyRateLimit(Math.ceil(max * windowS), windowS));
  const limits = { key: limitOf(perKeyMax), customer: limitOf(perCustomerMax), address: limitOf(perAddressMax) };

  const count = async (by: LimitedBy, key: () => string, calls: number): Promise<void> => {
    const retryAfterS = await limits[by]?.(key(), calls);
    if (retryAfterS === undefined) return;
    onLimited(by);
    throw new CommerceError('rate_limited', refusals[by], { retryAfterS });
  };
  const countAddress = async (c: Context<AppEnv>, calls: number): Promise<void> =>
    count('address', () => networkOf(addressOf(c, addressHeader)), calls);

  return {
    /**
     * Finds the caller of a request by `authenticate`, and counts its calls. Refused credentials count for the address.
     * @throws rate_limited when the caller has sent too many
     * @throws what `authenticate` throws
     */
    async identify(c: Context<AppEnv>, calls: number, authenticate: () => Promise<Caller>): Promise<Caller> {
      const caller = await authenticate().catch(async (error: unknown) => {
        if (error instanceof CommerceError && error.code === 'unauthenticated') await countAddress(c, calls);
        throw error;
      });
      if (caller.kind === 'operator') await count('key', () => caller.apiKeyId, calls);
      else if (caller.kind === 'customer') await count('customer', () => `customer ${caller.customerId}`, calls);
      else if (caller.kind === 'guest') await count('customer', () => `guest ${caller.orderId}`, calls);
      else await countAddress(c, calls);
      return caller;
    },

    /**
     * Counts requests to routes that know no caller, but for those whose paths begin with one of `others`.
     * @throws rate_limited when the address has sent too many
     */
    plainRoutes:
      (others: readonly string[]): MiddlewareHandler<AppEnv> =>
      async (c, next) => {
        if (!others.some((path) => c.req.path.startsWith(path))) await countAddress(c, 1);
        return next();
      },
  };
}

export type CountedCalls = ReturnType<typeof createCallLimits>;
