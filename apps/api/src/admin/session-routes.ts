import { createHash } from 'node:crypto';
import { CommerceError, signInInput, type Commerce } from '@commerce-core/core';
import { Hono } from 'hono';
import type { AppEnv } from '../http/app-env.ts';
import { limitBody } from '../http/body-limit.ts';
import { addressOf, networkOf } from '../http/client-address.ts';
import { errorResponse } from '../http/error-response.ts';
import { rateLimit } from '../http/rate-limit.ts';
import { noSessionCookie, requireOwnPage, sessionCookie, sessionTokenOf } from '../auth/session-cookie.ts';

/** Limits of sign-ins per minute and process. */
export type SignInLimits = {
  /** For one key or link, and for one network. */
  perKeyMax: number;
  inAllMax: number;
  /** The header in which a proxy gives the client's address. */
  addressHeader?: string | undefined;
};

export const signInLimitsDefault: SignInLimits = { perKeyMax: 10, inAllMax: 300 };

const bodyBytesMax = 4_096;

/**
 * Signs operators in and out of the page. The page itself sends these requests.
 * - `POST /session` with `{ key }` or `{ link }` sets the cookie of a new session: 204, 401 for a key or link that is
 * not
 *   valid, 429 with `Retry-After` after too many tries.
 * - `DELETE /session` ends the session and removes the cookie: 204.
 */
export function sessionRoutes(commerce: Commerce, { perKeyMax, inAllMax, addressHeader }: SignInLimits) {
  const perNetwork = rateLimit({ perKeyMax, inAllMax });
  const perCredential = rateLimit({ perKeyMax, inAllMax });
  return new Hono<AppEnv>()
    .post('/session', limitBody(bodyBytesMax, errorResponse), async (c) => {
      requireOwnPage(c);
      refuseBeyond(await perNetwork(networkOf(addressOf(c, addressHeader))));
      const given = parseSignIn(await c.req.text());
      refuseBeyond(await perCredential(createHash('sha256').update(JSON.stringify(given)).digest('base64')));
      const { token } = await commerce.signIn(given);
      return c.body(null, 204, { 'set-cookie': sessionCookie(c, token) });
    })
    .delete('/session', async (c) => {
      requireOwnPage(c);
      const token = sessionTokenOf(c);
      if (token !== undefined) await commerce.signOut(token);
      return c.body(null, 204, { 'set-cookie': noSessionCookie(c) });
    });
}

function parseSignIn(body: string) {
  try {
    return signInInput.parse(JSON.parse(body));
  } catch {
    const message = 'the body must be { "key": … } or { "link": … }';
    throw new CommerceError('validation_failed', message, { issues: [{ path: '', message }] });
  }
}

function refuseBeyond(retryAfterS: number | undefined): void {
  if (retryAfterS === undefined) return;
  throw new CommerceError('rate_limited', 'too many sign-ins; wait and try again', { retryAfterS });
}
