import { CommerceError, type Commerce, type ErrorCode } from '@commerce-core/core';
import { Hono } from 'hono';
import { headerOf } from './header-of.ts';
import { limitBody } from './body-limit.ts';
import { answerRefusal } from './rest.ts';
import { answerHeaders, type AppEnv } from './trace.ts';

const bodyBytesMax = 256 * 1024;

// What is wrong with the message itself. Whatever else happens is ours: the gateway shall come again, and must never be
// told of a conflict in the shop's business by a 4xx, which it would repeat for days or give up on.
const messageFaults: readonly ErrorCode[] = ['invalid_signature', 'malformed_event', 'provider_not_configured'];

/**
 * The gateways' way in. 200 `{ outcome, duplicate, effect, eventId }` once the message and what it did are committed;
 * 400, 404 and 413 for what is wrong with the message; 503 when it couldn't be stored.
 */
export function webhookRoutes(commerce: Commerce) {
  const limit = limitBody(bodyBytesMax, (c) =>
    answerRefusal(c, new CommerceError('payload_too_large', `a webhook has at most ${bodyBytesMax} bytes`)),
  );
  return new Hono<AppEnv>().post('/:provider', limit, async (c) => {
    const { provider } = c.req.param();
    const rawBody = Buffer.from(await c.req.arrayBuffer());
    try {
      const [received] = await commerce.receiveWebhook(provider, { rawBody, header: (name) => headerOf(c, name) });
      c.get('trace').facts = { provider, ...received };
      return c.json(received ?? null, 200, answerHeaders(c.get('trace')));
    } catch (error) {
      if (error instanceof CommerceError && messageFaults.includes(error.code)) return answerRefusal(c, error);
      return answerRefusal(c, error, 503);
    }
  });
}
