import { CommerceError } from '../errors.ts';
import { gatewayFact, type GatewayFact } from '../gateway-inbox/gateway-event.ts';
import type { CallPolicy } from './call-gateway.ts';
import type { Gateway } from './gateway.ts';
import { mockApi } from './mock-api.ts';
import { isEventId, mockFact } from './mock-fact.ts';
import { parseBody } from './parse-body.ts';
import { parseSecret, verifyStandardWebhook } from './standard-webhooks.ts';

export type MockOptions = {
  /** Where the simulator's API for this provider begins: `http://127.0.0.1:3001/mock`. */
  url?: string;
  policy?: CallPolicy;
};

/**
 * The gateway of the simulator: signs by Standard Webhooks, and `webhook-id` is the event's id. Without a `url` there is
 * no API to call: what it is asked to do is done at once.
 * @param secrets `whsec_…`, the current one and those that are being rotated out
 */
export function mockGateway(secrets: readonly string[], { url, policy }: MockOptions = {}): Gateway {
  const keys = secrets.map(parseSecret);
  return {
    provider: 'mock',
    captures: ['MANUAL', 'AUTOMATIC'],
    signs: true,
    receive(message, now) {
      const providerEventId = verifyStandardWebhook(message, keys, now);
      const fact = mockFact(parseBody(message.rawBody));
      if (typeof fact === 'string' || !isEventId(providerEventId)) {
        const where = typeof fact === 'string' && fact !== '' ? `: ${fact}` : '';
        throw new CommerceError('malformed_event', `the event is not one of this gateway's${where}`);
      }
      return [{ providerEventId, ...fact }];
    },
    initiation: { by: 'client', initiate: () => ({ provider: 'mock' }) },
    ...(url === undefined ? obedient : mockApi(url, policy)),
  };
}

const obedient = {
  capture: async ({ id, currency }, amount) => [gatewayFact({ type: 'CAPTURED', paymentId: id, amount, currency })],
  cancel: async ({ id, currency }) => [gatewayFact({ type: 'CANCELED', paymentId: id, currency })],
  refund: async ({ id, amount, currency }, payment): Promise<GatewayFact[]> => [
    gatewayFact({ type: 'REFUNDED', paymentId: payment.id, amount, currency, refundId: id, gatewayObjectId: id }),
  ],
} as const satisfies Pick<Gateway, 'capture' | 'cancel' | 'refund'>;
