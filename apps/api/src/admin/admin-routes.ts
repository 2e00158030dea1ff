import { CommerceError, type Commerce } from '@commerce-core/core';
import { Hono, type Context } from 'hono';
import type { AppEnv } from '../http/app-env.ts';
import { headerOf } from '../http/header-of.ts';
import { responseHeaders } from '../http/trace.ts';
import { readPageFiles, type PageFile } from './page-files.ts';
import { sessionRoutes, signInLimitsDefault, type SignInLimits } from './session-routes.ts';

/** The operators' page. */
export type AdminOptions = {
  /** The folder with the page's built files. */
  folder: string;
  limits?: SignInLimits | undefined;
};

// Scripts and styles are files of this server. Styles that scripts set on elements are not subject to it.
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Serves the operators' page: sign-in and sign-out, the files whose names have a hash for a year, and for every other
 * address the page itself.
 */
export function adminRoutes(commerce: Commerce, { folder, limits = signInLimitsDefault }: AdminOptions) {
  const { page, assets } = readPageFiles(folder);
  return new Hono<AppEnv>()
    .route('/', sessionRoutes(commerce, limits))
    .get('/assets/:name', (c) => {
      const file = assets.get(c.req.param('name'));
      if (file) return respond(c, file, 'public, max-age=31536000, immutable');
      throw new CommerceError('not_found', 'this address does not exist');
    })
    .get('/*', (c) => respond(c, page, 'no-cache'));
}

function respond(c: Context<AppEnv>, file: PageFile, cacheControl: string): Response {
  const isGzip = /\bgzip\b/.test(headerOf(c, 'accept-encoding') ?? '');
  return new Response(isGzip ? file.gzipped : file.body, {
    headers: {
      ...responseHeaders(c.get('trace')),
      'content-security-policy': contentSecurityPolicy,
      'content-type': file.type,
      'cache-control': cacheControl,
      vary: 'accept-encoding',
      ...(isGzip && { 'content-encoding': 'gzip' }),
    },
  });
}
