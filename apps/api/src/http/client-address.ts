import { isIP, isIPv6 } from 'node:net';
import type { Context } from 'hono';
import type { AppEnv } from './app-env.ts';
import { headerOf } from './header-of.ts';

/**
 * Returns the address that a request comes from. Behind a proxy, `header` names the header with the client's address;
 * the last address in it counts, because the client itself may have written those before.
 */
export function addressOf(c: Context<AppEnv>, header: string | undefined): string {
  const forwarded = header === undefined ? undefined : headerOf(c, header)?.split(',').at(-1)?.trim();
  return forwarded !== undefined && isIP(forwarded) > 0 ? forwarded : (c.env?.incoming?.socket.remoteAddress ?? '');
}

/**
 * Returns an IPv4 address unchanged (an IPv4-mapped IPv6 address as IPv4), and the first 64 bits of an IPv6 address,
 * the smallest network that a provider gives to one customer.
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
