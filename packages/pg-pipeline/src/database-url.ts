/** A server that a database's URL names. */
export type HostOfUrl = {
  /** The URL with this host alone. */
  url: string;
  /** The host and the port, like `db.example:5432`. */
  name: string;
};

/**
 * Returns the hosts of a database's URL, in its order. As in libpq, commas separate them:
 * `postgres://user:password@a:5432,b:5432/shop`.
 * @throws TypeError when a host is empty, or what is left of the URL with one host is no URL
 */
export function hostsOfUrl(url: string): [HostOfUrl, ...HostOfUrl[]] {
  const [, before = '', hosts = '', after = ''] = /^(\w+:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/s.exec(url) ?? [];
  const [first = '', ...others] = hosts.split(',');
  if (others.length > 0 && [first, ...others].includes('')) throw new TypeError('a host of the URL is empty');
  const hostOf = (host: string): HostOfUrl => {
    const one = hosts === '' ? url : before + host + after;
    const { hostname, port, searchParams } = new URL(one);
    return { url: one, name: `${hostname || searchParams.get('host') || 'localhost'}:${port || '5432'}` };
  };
  return [hostOf(first), ...others.map(hostOf)];
}
