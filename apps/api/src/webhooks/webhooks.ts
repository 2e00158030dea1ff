import { CommerceError, type Commerce, type ErrorCode } from '@commerce-core/core';
import { Hono, type MiddlewareHandler } from 'hono';
import { headerOf } from '../http/header-of.ts';
import { limitBody } from '../http/body-limit.ts';
import { jsonResponse } from '../http/json-response.ts';
import { errorResponse } from '../http/error-response.ts';
import { unsignedLimit, type UnsignedLimits } from './unsigned-limit.ts';
import type { AppEnv } from '../http/app-env.ts';

const bodyBytesMax = 256 * 1024;

// The errors of the message itself. After any other error the gateway has to send the message again, so it gets a 503.
// A 4xx for a conflict in the shop's data would make some gateways give up, and others repeat the message for days.
const messageErrors: readonly ErrorCode[] = ['invalid_signature', 'malformed_event', 'provider_not_configured'];

/** The response to an unsigned message about no payment of this shop. The message is not stored. */
const dropped = { eventId: null, outcome: 'DROPPED', effect: null, duplicate: false };

/**
 * `POST /:provider` receives a gateway's webhook of at most 256 KiB. It returns
 * - 200 `{ outcome, duplicate, effect, eventId }` once the message and its effect are committed, or once the message is
 *   stored to be retried;
 * - 400 `invalid_signature` or `malformed_event`, 404 `provider_not_configured`, 413 `payload_too_large`,
 *   415 for a compressed body;
 * - 429 `rate_limited` when too many unsigned messages arrive;
 * - 503 when the message could not be stored, so that the gateway sends it again.
 */
export function webhookRoutes(commerce: Commerce, limits: UnsignedLimits) {
  const secondsToWait = unsignedLimit(limits);
  const limit = limitBody(bodyBytesMax, errorResponse);
  // Runs before the body is read: a message that cannot be verified must cost almost nothing.
  const limitUnsigned: MiddlewareHandler<AppEnv, '/:provider'> = async (c, next) => {
    const { provider } = c.req.param();
    if (!commerce.unsignedProviders().includes(provider)) return next();
    const waitS = await secondsToWait(c);
    if (waitS === undefined) return next();
    c.get('trace').facts = { provider };
    const message = 'too many unsigned messages; send them later';
    return errorResponse(c, new CommerceError('rate_limited', message, { retryAfterS: waitS }));
  };
  return new Hono<AppEnv>().post('/:provider', limitUnsigned, limit, async (c) => {
    const { provider } = c.req.param();
    const rawBody = Buffer.from(await c.req.arrayBuffer());
    try {
      const [received] = await commerce.receiveWebhook(provider, { rawBody, header: (name) => headerOf(c, name) });
      const result = received ?? dropped;
      c.get('trace').facts = { provider, ...result };
      return jsonResponse(c.get('trace'), 200, result);
    } catch (error) {
      if (error instanceof CommerceError && messageErrors.includes(error.code)) return errorResponse(c, error);
      return errorResponse(c, error, 503);
    }
  });
}
