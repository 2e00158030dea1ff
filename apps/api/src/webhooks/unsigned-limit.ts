// oxlint-disable-next-line typescript/triple-slash-reference -- packages that import this one check this file, too
/// <reference path="../partial-imports.d.ts" />
import { isIP, isIPv6 } from 'node:net';
import type { Context } from 'hono';
import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js';
import RateLimiterRes from 'rate-limiter-flexible/lib/RateLimiterRes.js';
import { headerOf } from '../http/header-of.ts';
import type { AppEnv } from '../http/app-env.ts';

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

const windowS = 60;

/**
 * Returns a function that counts an unsigned request against the limits. It returns the seconds to wait when a limit is
 * exceeded, else undefined.
 */
export function unsignedLimit({ perAddressMax, inAllMax, addressHeader }: UnsignedLimits) {
  const inAll = new RateLimiterMemory({ points: inAllMax, duration: windowS });
  const perAddress = new RateLimiterMemory({ points: perAddressMax, duration: windowS });
  return async (c: Context<AppEnv>): Promise<number | undefined> => {
    // The total is counted first, which bounds the number of remembered addresses. A request that exceeds its own
    // address's limit is given back to the total, so that it takes nothing from other addresses.
    const waitMs = await consume(inAll, '');
    if (waitMs !== undefined) return seconds(waitMs);
    const ownWaitMs = await consume(perAddress, networkOf(addressOf(c, addressHeader)));
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

function addressOf(c: Context<AppEnv>, header: string | undefined): string {
  const forwarded = header === undefined ? undefined : headerOf(c, header)?.split(',').at(-1)?.trim();
  return forwarded !== undefined && isIP(forwarded) > 0 ? forwarded : (c.env?.incoming?.socket.remoteAddress ?? '');
}

/**
 * Returns an IPv4 address unchanged (an IPv4-mapped IPv6 address as IPv4), and the first 64 bits of an IPv6 address.
 */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const whole =
    tail === undefined ? groups : [...groups, ...Array<string>(8 - groups.length - after.length).fill('0'), ...after];
  return whole
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
