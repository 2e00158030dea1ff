import type { Context } from 'hono';
import type { AppEnv } from '../http/app-env.ts';
import { headerOf } from '../http/header-of.ts';
import { forbidden, type Credentials } from './caller.ts';

/**
 * The header that only the page's own scripts send. A page of another origin may send neither the header nor, because
 * of SameSite=Strict, the cookie.
 */
export const pageHeader = 'x-commerce-page';

const plainName = 'commerce_session';
// A browser takes a cookie of this name only over https, for this host alone and for all paths.
const secureName = `__Host-${plainName}`;

/**
 * The credentials of a request: its `Authorization` header, else the session of the page's cookie. The cookie counts
 * only with the page's header: without it, the caller has no credentials.
 * @throws forbidden when the request has the header and comes from another origin
 */
export function credentialsOf(c: Context<AppEnv>): Credentials {
  const authorization = headerOf(c, 'authorization');
  if (authorization !== undefined || headerOf(c, pageHeader) === undefined) return { authorization };
  const session = sessionTokenOf(c);
  if (session !== undefined) requireOwnPage(c);
  return { authorization, session };
}

/** The token of the page's cookie; undefined without one. */
export function sessionTokenOf(c: Context<AppEnv>): string | undefined {
  const cookies = headerOf(c, 'cookie');
  if (cookies === undefined) return undefined;
  const found = new Map(cookies.split(';').map((cookie) => splitOnce(cookie.trim())));
  return found.get(secureName) ?? found.get(plainName);
}

const splitOnce = (text: string): [string, string] => {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
};

/**
 * Refuses a request that another page may have had the browser send.
 * @throws forbidden when the request has no header of the page, or comes from another origin
 */
export function requireOwnPage(c: Context<AppEnv>): void {
  if (headerOf(c, pageHeader) === undefined) throw forbidden(`this needs the header ${pageHeader}`);
  const site = headerOf(c, 'sec-fetch-site');
  const origin = headerOf(c, 'origin');
  const isOwn =
    site === undefined ? origin === undefined || hostOf(origin) === hostOfRequest(c) : site === 'same-origin';
  if (!isOwn) throw forbidden('a call with the cookie of the page must come from the page');
}

const hostOf = (origin: string): string | undefined => (URL.canParse(origin) ? new URL(origin).host : undefined);
const hostOfRequest = (c: Context<AppEnv>): string | undefined => headerOf(c, 'host') ?? hostOf(c.req.url);

/** Whether the browser has the page over https. A proxy that ends TLS says so, and the browser names its origin. */
const isSecure = (c: Context<AppEnv>): boolean =>
  headerOf(c, 'origin')?.startsWith('https:') === true || headerOf(c, 'x-forwarded-proto') === 'https';

/** The `Set-Cookie` header of a session. The cookie ends with the browser at the latest. */
export const sessionCookie = (c: Context<AppEnv>, token: string): string => cookie(c, token, '');

/** The `Set-Cookie` header that removes the cookie. */
export const noSessionCookie = (c: Context<AppEnv>): string => cookie(c, '', '; Max-Age=0');

const cookie = (c: Context<AppEnv>, value: string, more: string): string =>
  isSecure(c)
    ? `${secureName}=${value}; Path=/; HttpOnly; SameSite=Strict; Secure${more}`
    : `${plainName}=${value}; Path=/; HttpOnly; SameSite=Strict${more}`;
