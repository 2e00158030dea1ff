import { CommerceError } from '../errors.ts';
import { gatewayFact } from '../gateway-inbox/gateway-event.ts';
import { anyAmount } from './amount-rule.ts';
import type { CallPolicy } from './call-gateway.ts';
import { isEventId } from './event-id.ts';
import type { Gateway } from './gateway.ts';
import { mockApi } from './mock-api.ts';
import { mockFact } from './mock-fact.ts';
import { parseBody } from './parse-body.ts';
import { parseSecret, verifyStandardWebhook } from './standard-webhooks.ts';

export type MockOptions = {
  /** Where the simulator's API for this provider begins, like `http://127.0.0.1:3001/mock`. */
  url?: string;
  policy?: CallPolicy;
};

/**
 * The simulator's gateway. Its webhooks are signed by Standard Webhooks; `webhook-id` is the event's id. Without a
 * `url` the adapter makes no calls: captures, cancels and refunds succeed at once.
 * @param secrets `whsec_…`: the current one, and those that are being rotated out
 * @throws Error when a secret isn't one
 */
export function mockGateway(secrets: readonly string[], { url, policy }: MockOptions = {}): Gateway {
  const keys = secrets.map(parseSecret);
  return {
    provider: 'mock',
    captures: ['MANUAL', 'AUTOMATIC'],
    amountRule: anyAmount,
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
    ...(url === undefined ? succeedingCalls : mockApi(url, policy)),
  };
}

const succeedingCalls: Pick<Gateway, 'capture' | 'cancel' | 'refund'> = {
  capture: async ({ id, currency }, amount) => [gatewayFact({ type: 'CAPTURED', paymentId: id, amount, currency })],
  cancel: async ({ id, currency }) => [gatewayFact({ type: 'CANCELED', paymentId: id, currency })],
  refund: async ({ id, amount, currency }, payment) => [
    gatewayFact({ type: 'REFUNDED', paymentId: payment.id, amount, currency, refundId: id, gatewayObjectId: id }),
  ],
};
