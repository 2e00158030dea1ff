import type { Change } from '../../bank/change.ts';
import { signWebhook, webhookKey } from '../../delivery/sign-webhook.ts';
import type { Emulator, ErrorKind, Webhook } from '../emulator.ts';
import { portoneEventType } from './portone-payment.ts';
import { portoneRoutes } from './portone-routes.ts';

export type PortoneSettings = {
  apiSecret: string;
  /** `whsec_<base64>`. */
  webhookSecret: string;
  storeId: string;
};

/**
 * Creates the emulator of PortOne V2. The shop registers a payment, and the shopper pays at `POST /pay`. Webhooks are
 * signed by Standard Webhooks and only name the payment that changed. https://developers.portone.io/api/rest-v2
 *
 * @throws Error when the webhook secret is not a `whsec_` secret
 */
export function portoneEmulator(settings: PortoneSettings): Emulator {
  const key = webhookKey(settings.webhookSecret);
  return {
    provider: 'portone',
    // PortOne's library accepts no path. All calls that are emulated here begin with this one.
    path: '/payments',
    createdBy: 'shop',
    idPrefixes: { payment: 'tx-', refund: 'cancellation-', dispute: 'PP-' },
    webhooksFor: (change) => webhooksFor(change, settings.storeId),
    unknownTypeWebhook: ({ id, at }) => {
      const data = { storeId: settings.storeId, billingKey: `billing-key-${id}` };
      return { id, body: JSON.stringify({ type: 'BillingKey.Issued', timestamp: at.toISOString(), data }) };
    },
    webhookHeaders: ({ id, body }, at) => signWebhook(key, id, body, at),
    routes: (context) => portoneRoutes(context, settings),
    errorResponse: (kind) => {
      const [status, type] = errorResponses[kind];
      return { status, body: { type, message: 'Caused by the hostile mode.' } };
    },
  };
}

function webhooksFor(change: Change, storeId: string): Webhook[] {
  const { id, at, payment, refund } = change;
  const type = portoneEventType(change);
  if (!type) return [];
  const data = {
    storeId,
    paymentId: payment.shopPaymentId,
    transactionId: payment.id,
    ...(refund ? { cancellationId: refund.id } : {}),
  };
  return [{ id, body: JSON.stringify({ type, timestamp: at.toISOString(), data }) }];
}

const errorResponses = {
  internal_error: [500, 'INTERNAL_SERVER_ERROR'],
  rate_limited: [429, 'TOO_MANY_REQUESTS'],
  idempotency_key_reused: [422, 'IDEMPOTENCY_KEY_ALREADY_USED'],
} as const satisfies Record<ErrorKind, [number, string]>;
