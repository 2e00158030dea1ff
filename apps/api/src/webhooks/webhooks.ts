import { CommerceError, type Commerce, type ErrorCode } from '@commerce-core/core';
import { Hono, type MiddlewareHandler } from 'hono';
import { headerOf } from '../http/header-of.ts';
import { limitBody } from '../http/body-limit.ts';
import { jsonAnswer } from '../http/json-response.ts';
import { answerRefusal } from '../http/rest.ts';
import { unsignedLimit, type UnsignedLimits } from './unsigned-limit.ts';
import type { AppEnv } from '../http/app-env.ts';

const bodyBytesMax = 256 * 1024;

// What is wrong with the message itself. Whatever else happens is ours: the gateway shall come again, and must never be
// told of a conflict in the shop's business by a 4xx, which it would repeat for days or give up on.
const messageFaults: readonly ErrorCode[] = ['invalid_signature', 'malformed_event', 'provider_not_configured'];

/** The answer to an unsigned message about nothing that we know: it wasn't kept. */
const dropped = { eventId: null, outcome: 'DROPPED', effect: null, duplicate: false };

/**
 * The gateways' way in. 200 `{ outcome, duplicate, effect, eventId }` once the message and what it did are committed, or
 * the message is kept to be tried again; 400, 404 and 413 for what is wrong with the message; 429 where too many come
 * from nobody knows whom; 503 when it couldn't be stored.
 */
export function webhookRoutes(commerce: Commerce, limits: UnsignedLimits) {
  const tooMany = unsignedLimit(limits);
  const limit = limitBody(bodyBytesMax, (c) =>
    answerRefusal(c, new CommerceError('payload_too_large', `a webhook has at most ${bodyBytesMax} bytes`)),
  );
  // Before the body is read: what can't be verified must cost next to nothing.
  const guard: MiddlewareHandler<AppEnv, '/:provider'> = async (c, next) => {
    const { provider } = c.req.param();
    if (!commerce.unsignedProviders().includes(provider)) return next();
    const waitS = await tooMany(c);
    if (waitS === undefined) return next();
    const trace = c.get('trace');
    trace.retryAfterS = waitS;
    trace.facts = { provider };
    return answerRefusal(c, new CommerceError('rate_limited', 'too many unsigned messages; come again later'));
  };
  return new Hono<AppEnv>().post('/:provider', guard, limit, async (c) => {
    const { provider } = c.req.param();
    const rawBody = Buffer.from(await c.req.arrayBuffer());
    try {
      const [received] = await commerce.receiveWebhook(provider, { rawBody, header: (name) => headerOf(c, name) });
      const answer = received ?? dropped;
      c.get('trace').facts = { provider, ...answer };
      return jsonAnswer(c.get('trace'), 200, answer);
    } catch (error) {
      if (error instanceof CommerceError && messageFaults.includes(error.code)) return answerRefusal(c, error);
      return answerRefusal(c, error, 503);
    }
  });
}
