import type { LookupAddress } from 'node:dns';
import { lookup as lookupOfSystem, Resolver } from 'node:dns/promises';
import { isIPv6, type LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import { isPublicAddress } from './public-address.ts';

/** Returns the addresses of a host name; at least one. @throws Error when the name has none */
export type Resolve = (hostname: string) => Promise<string[]>;

/** The name of a receiver leads to an address that is not public. */
export class AddressNotPublic extends Error {
  readonly code = 'ERR_ADDRESS_NOT_PUBLIC';
}

/**
 * Asks DNS servers only. The system's own lookup occupies one of four threads, which files and cryptography need, too:
 * a few names whose servers don't reply would stop the process.
 */
export function dnsResolve(): Resolve {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  return async (hostname) => {
    const found = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    const addresses = found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
    if (addresses.length > 0) return addresses;
    const [failed] = found.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    throw new Error(`${hostname} has no address`, { cause: failed });
  };
}

/** Asks the system, which also knows names like `localhost`. */
export const systemResolve: Resolve = async (hostname) =>
  (await lookupOfSystem(hostname, { all: true })).map(({ address }) => address);

/**
 * A lookup for sockets: resolves the name, checks every address, and returns the addresses that were checked. The
 * socket connects to one of them, so a name that changes its address after the check gains nothing.
 */
export function checkedLookup(resolve: Resolve, isAllowed = isPublicAddress): LookupFunction {
  const lookup = callbackify(async (hostname: string): Promise<[LookupAddress, ...LookupAddress[]]> => {
    const addresses = await resolve(hostname);
    const refused = addresses.find((address) => !isAllowed(address));
    if (refused !== undefined) throw new AddressNotPublic(`${hostname} leads to ${refused}, which is not public`);
    const [first, ...others] = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
    if (first) return [first, ...others];
    throw new Error(`${hostname} has no address`);
  });
  return (hostname, { all }, callback) => {
    lookup(hostname, (error, found) => {
      if (error) callback(error, '');
      else if (all) callback(null, found);
      else callback(null, found[0].address, found[0].family);
    });
  };
}
