import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.ts';

/**
 * Why a URL can't be a receiver's, as the end of a sentence about it; undefined where it can. Host names are checked
 * when they are resolved, before each connection.
 */
export function urlProblem(text: string, { allowPrivate }: { allowPrivate: boolean }): string | undefined {
  if (!URL.canParse(text)) return 'must be a URL like https://shop.example/webhooks';
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:')) return 'must begin with https://';
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password';
  // URL has written every form of a literal address, like 0x7f.1, in the usual one.
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) && !allowPrivate && !isPublicAddress(literal)) return 'must lead to a public address';
  return undefined;
}
