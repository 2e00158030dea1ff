import { signWebhook, webhookKey } from '../../delivery/sign-webhook.ts';
import type { Emulator, ErrorKind } from '../emulator.ts';
import { factOf } from './mock-facts.ts';
import { mockRoutes } from './mock-routes.ts';

/**
 * Creates the emulator of the provider `mock`: JSON in the shop's own words, signed by Standard Webhooks.
 *
 * @param secret `whsec_<base64>`, shared with the shop
 * @throws Error when the secret is not a `whsec_` secret
 */
export function mockEmulator(secret: string): Emulator {
  const key = webhookKey(secret);
  return {
    provider: 'mock',
    path: '/mock',
    createdBy: 'shopper',
    idPrefixes: { payment: 'mp_', refund: 'mr_', dispute: 'md_' },
    webhooksFor: (change) => {
      const fact = factOf(change);
      return fact ? [{ id: change.id, body: JSON.stringify(fact) }] : [];
    },
    unknownTypeWebhook: ({ id, payment }) => ({
      id,
      body: JSON.stringify({ type: 'PAYOUT_ANNOUNCED', paymentId: payment.shopPaymentId }),
    }),
    webhookHeaders: ({ id, body }, at) => signWebhook(key, id, body, at),
    routes: mockRoutes,
    errorResponse: (kind) => ({ status: statusOf[kind], body: { code: kind, message: 'Caused by the hostile mode.' } }),
  };
}

const statusOf = { internal_error: 500, rate_limited: 429, idempotency_key_reused: 422 } as const satisfies Record<
  ErrorKind,
  number
>;
