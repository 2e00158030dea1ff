import { CommerceError, type Commerce, type ErrorCode, type WebhookMessage } from '@commerce-core/core';
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

/** Who receives the webhooks of one kind of provider. */
type Receiver = {
  /** Whether anyone can have sent a message of this provider. */
  isUnsigned: (provider: string) => boolean;
  /** Returns the response's status and body. */
  receive: (provider: string, message: WebhookMessage) => Promise<{ status: 200 | 202; result: object }>;
};

/**
 * The webhooks of payment gateways. The response is 200 `{ outcome, duplicate, effect, eventId }` once the message and
 * its effect are committed, or once the message is stored to be retried.
 */
export const gatewayWebhookRoutes = (commerce: Commerce, limits: UnsignedLimits) =>
  webhookRoutes(limits, {
    isUnsigned: (provider) => commerce.unsignedProviders().includes(provider),
    async receive(provider, message) {
      const [received] = await commerce.receiveWebhook(provider, message);
      return { status: 200, result: received ?? dropped };
    },
  });

/**
 * The webhooks of carriers, and of services that ask carriers. The response is 200 `{ outcome, duplicate, messageId }`
 * once the message is stored, and 202 when the message only says that parcels have changed, which are polled soon.
 */
export const trackingWebhookRoutes = (commerce: Commerce, limits: UnsignedLimits) =>
  webhookRoutes(limits, {
    isUnsigned: (provider) => commerce.unsignedTrackingProviders().includes(provider),
    async receive(provider, message) {
      const result = await commerce.receiveTrackingMessage(provider, message);
      return { status: result.outcome === 'POLLING' ? 202 : 200, result };
    },
  });

/**
 * `POST /:provider` receives a provider's webhook of at most 256 KiB. Besides the receiver's own response it returns
 * - 400 `invalid_signature` or `malformed_event`, 404 `provider_not_configured`, 413 `payload_too_large`,
 *   415 `unsupported_encoding`;
 * - 429 `rate_limited` when too many unsigned messages arrive;
 * - 503 when the message could not be stored, so that the provider sends it again.
 */
function webhookRoutes(limits: UnsignedLimits, { isUnsigned, receive }: Receiver) {
  const secondsToWait = unsignedLimit(limits);
  const limit = limitBody(bodyBytesMax, errorResponse);
  // Runs before the body is read: a message that cannot be verified must cost almost nothing.
  const limitUnsigned: MiddlewareHandler<AppEnv, '/:provider'> = async (c, next) => {
    const { provider } = c.req.param();
    if (!isUnsigned(provider)) return next();
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
      const { status, result } = await receive(provider, { rawBody, header: (name) => headerOf(c, name) });
      c.get('trace').facts = { provider, ...result };
      return jsonResponse(c.get('trace'), status, result);
    } catch (error) {
      if (error instanceof CommerceError && messageErrors.includes(error.code)) return errorResponse(c, error);
      return errorResponse(c, error, 503);
    }
  });
}
