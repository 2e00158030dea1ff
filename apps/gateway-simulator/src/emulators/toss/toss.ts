import type { Emulator, ErrorKind } from '../emulator.ts';
import { tossRoutes } from './toss-routes.ts';
import { tossWebhook } from './toss-webhook.ts';

/**
 * Creates the emulator of Toss Payments. The shopper agrees at `POST /pay`, and the shop confirms. Its webhooks have
 * no signature. https://docs.tosspayments.com/reference
 *
 * @param settings `secretKey`: calls must carry this key
 */
export function tossEmulator({ secretKey }: { secretKey: string }): Emulator {
  return {
    provider: 'toss',
    path: '/toss',
    createdBy: 'shopper',
    confirmedByShop: true,
    idPrefixes: { payment: 'tviva', refund: 'trx', dispute: 'dsp' },
    webhooksFor: (change) => {
      const webhook = tossWebhook(change);
      return webhook ? [{ id: change.id, body: JSON.stringify(webhook) }] : [];
    },
    unknownTypeWebhook: ({ id, at }) => {
      const data = { customerKey: 'simulated', methodKey: 'simulated', status: 'ENABLED' };
      const createdAt = at.toISOString().slice(0, 23);
      return { id, body: JSON.stringify({ eventType: 'METHOD_UPDATED', createdAt, data }) };
    },
    webhookHeaders: ({ id }, at) => ({
      'tosspayments-webhook-transmission-id': id,
      'tosspayments-webhook-transmission-time': at.toISOString(),
      'tosspayments-webhook-transmission-retried-count': '0',
    }),
    routes: (context) => tossRoutes(context, `Basic ${Buffer.from(`${secretKey}:`).toString('base64')}`),
    errorResponse: (kind) => {
      const [status, code] = errorResponses[kind];
      return { status, body: { code, message: '시뮬레이터의 오류입니다.' } };
    },
  };
}

const errorResponses = {
  internal_error: [500, 'FAILED_INTERNAL_SYSTEM_PROCESSING'],
  rate_limited: [429, 'TOO_MANY_REQUESTS'],
  idempotency_key_reused: [400, 'INVALID_IDEMPOTENCY_KEY'],
} as const satisfies Record<ErrorKind, [number, string]>;
