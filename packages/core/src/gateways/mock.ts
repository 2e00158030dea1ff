import { z } from 'zod';
import { currency } from '../catalog/product-input.ts';
import { CommerceError } from '../errors.ts';
import { id } from '../ids.ts';
import { gatewayEventTypes } from '../payment/gateway-event.ts';
import { line } from '../text.ts';
import type { Gateway } from './gateway.ts';
import { parseSecret, verifyStandardWebhook } from './standard-webhooks.ts';

const body = z.object({
  type: z.enum(gatewayEventTypes),
  paymentId: id,
  amount: z.int().min(0),
  currency,
  failureCode: line(200).optional(),
});

const eventId = line(300);
// Not trimmed: it is compared to the letter.
const isEventId = (id: string): boolean => eventId.safeParse(id).success && id === id.trim();

/**
 * The gateway of the simulator: signs by Standard Webhooks, and `webhook-id` is the event's id.
 * @param secrets `whsec_…`, the current one and those that are being rotated out
 */
export function mockGateway(secrets: readonly string[]): Gateway {
  const keys = secrets.map(parseSecret);
  return {
    provider: 'mock',
    receive(message, now) {
      const providerEventId = verifyStandardWebhook(message, keys, now);
      const parsed = body.safeParse(parseJson(message.rawBody));
      if (!parsed.success || !isEventId(providerEventId)) {
        const where = parsed.error?.issues[0]?.path.join('.');
        throw new CommerceError('malformed_event', `the event is not one of this gateway's${where ? `: ${where}` : ''}`);
      }
      return [{ provider: 'mock', providerEventId, ...parsed.data, failureCode: parsed.data.failureCode ?? null }];
    },
  };
}

function parseJson(rawBody: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(rawBody));
  } catch {
    return undefined;
  }
}
