import { isIP, isIPv6 } from 'node:net';
import type { Context } from 'hono';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { headerOf } from '../http/header-of.ts';
import type { AppEnv } from '../http/app-env.ts';

/** How much is listened to of what anybody may have sent, in messages a minute and process. */
export type UnsignedLimits = {
  /** From one address; of IPv6 from one /64, which is what one customer of a network has at least. */
  perAddressMax: number;
  inAllMax: number;
  /** The header in which the proxy in front says whose request it is; its last address counts. None unless said. */
  addressHeader?: string | undefined;
};

export const unsignedLimitsDefault: UnsignedLimits = { perAddressMax: 600, inAllMax: 3_000 };

const windowS = 60;

/** Counts a request that can't be told from a stranger's: the seconds to wait where there were too many, else undefined. */
export function unsignedLimit({ perAddressMax, inAllMax, addressHeader }: UnsignedLimits) {
  const inAll = new RateLimiterMemory({ points: inAllMax, duration: windowS });
  const perAddress = new RateLimiterMemory({ points: perAddressMax, duration: windowS });
  return async (c: Context<AppEnv>): Promise<number | undefined> => {
    // All first: so no more addresses are remembered than this. Who sends too much takes nothing of the others' share.
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
  const told = header === undefined ? undefined : headerOf(c, header)?.split(',').at(-1)?.trim();
  return told !== undefined && isIP(told) > 0 ? told : (c.env?.incoming?.socket.remoteAddress ?? '');
}

/** An IPv4 address as it is, also one in IPv6's clothes; of an IPv6 address the first 64 bits. */
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
