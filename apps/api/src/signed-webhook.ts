import {
  cloudEvent,
  cloudEventType,
  newSigningKeys,
  publicKeysOf,
  signedRequest,
  signerOf,
  type NumberedEvent,
} from '@commerce-core/core/webhooks';
import type { RouterOutputs } from './client.ts';

type ListedEvent = RouterOutputs['event']['list']['items'][number];

/** A request that delivers an event. */
export type SignedWebhook = { url: string; headers: Readonly<Record<string, string>>; body: string };

/**
 * Makes the requests that an endpoint at `url` would get, for events that were read with `event.list`: with a new
 * secret (`whsec_…`), and the bytes and headers of the shop's own webhooks.
 */
export function webhookSigner(url: string): { secret: string; sign: (event: ListedEvent) => SignedWebhook } {
  const current = newSigningKeys({ ed25519: false });
  const sign = signerOf({ current }, Date.now);
  return {
    secret: publicKeysOf(current).secret,
    sign(event) {
      const numbered: NumberedEvent = { ...event, time: new Date(event.time), data: event.data };
      const body = JSON.stringify(cloudEvent(numbered));
      return signedRequest({ url, id: event.id, body, contentType: cloudEventType, sign, now: Date.now() });
    },
  };
}
