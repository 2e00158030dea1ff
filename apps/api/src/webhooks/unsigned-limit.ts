import type { Context } from 'hono';
import type { AppEnv } from '../http/app-env.ts';
import { addressOf, networkOf } from '../http/client-address.ts';
import { rateLimit } from '../http/rate-limit.ts';

/** Rate limits for messages that anyone may have sent, in messages per minute and process. */
export type UnsignedLimits = {
  /** Per IPv4 address or IPv6 /64, the smallest network that a provider gives to one customer. */
  perAddressMax: number;
  /** For all addresses together. */
  inAllMax: number;
  /** The header in which a proxy gives the client's address; the last address in it counts. Defaults to none. */
  addressHeader?: string | undefined;
};

/** The limits of an API without its own. */
export const unsignedLimitsDefault: UnsignedLimits = { perAddressMax: 600, inAllMax: 3_000 };

/**
 * Returns a function that counts an unsigned request against the limits. It returns the seconds to wait when a limit is
 * exceeded, else undefined.
 */
export function unsignedLimit({ perAddressMax, inAllMax, addressHeader }: UnsignedLimits) {
  const secondsToWait = rateLimit({ perKeyMax: perAddressMax, inAllMax });
  return async (c: Context<AppEnv>): Promise<number | undefined> =>
    secondsToWait(networkOf(addressOf(c, addressHeader)));
}
