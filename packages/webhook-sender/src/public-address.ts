import ipaddr from 'ipaddr.js';

// The only block of IPv6 that IANA has given out for public addresses. ipaddr.js takes all the rest that has no special
// range for unicast, IPv4-compatible addresses like ::127.0.0.1 among it.
const publicIpv6 = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an IP address is public unicast. An address that carries an IPv4 address (mapped, NAT64, 6to4, Teredo) is
 * not: it may lead to any network.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return !(parsed instanceof ipaddr.IPv6) || parsed.match(publicIpv6);
}
