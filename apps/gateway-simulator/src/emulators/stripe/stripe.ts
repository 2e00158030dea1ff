import { createHmac } from 'node:crypto';
import type { Change } from '../../bank/change.ts';
import type { Emulator, ErrorKind, ErrorResponse, Webhook } from '../emulator.ts';
import { stripeEventObjects } from './stripe-events.ts';
import { intentObject } from './stripe-objects.ts';
import { stripeRoutes } from './stripe-routes.ts';

export type StripeSettings = {
  /** Webhooks are signed with this text. Stripe's own secrets begin with `whsec_`. */
  webhookSecret: string;
  /** Calls must carry this key. Defaults to any key like `sk_…` or `rk_…`. */
  secretKey?: string | undefined;
};

/** Creates the emulator of Stripe: payment intents, refunds, disputes and events, as of API version 2026-10-28. */
export function stripeEmulator({ webhookSecret, secretKey }: StripeSettings): Emulator {
  return {
    provider: 'stripe',
    // Stripe's libraries accept a host but no path. They put this path before each address.
    path: '/v1',
    createdBy: 'shop',
    idPrefixes: { payment: 'pi_', refund: 're_', dispute: 'du_' },
    webhooksFor: (change) =>
      stripeEventObjects(change).map(([type, object], index) =>
        eventOf(change, index === 0 ? change.id : `${change.id}_${index}`, type, object),
      ),
    unknownTypeWebhook: (change) =>
      eventOf(change, change.id, 'payment_intent.of_tomorrow', intentObject(change.payment)),
    webhookHeaders: ({ body }, at) => {
      const timestamp = Math.floor(at.getTime() / 1000);
      const signature = createHmac('sha256', webhookSecret).update(`${timestamp}.${body}`).digest('hex');
      return { 'stripe-signature': `t=${timestamp},v1=${signature}` };
    },
    routes: (context) => stripeRoutes(context, secretKey),
    errorResponse: (kind) => errorResponses[kind],
    keyInUseResponse: {
      status: 409,
      body: { error: { type: 'idempotency_error', code: 'idempotency_key_in_use', message: keyInUse } },
    },
  };
}

function eventOf({ at }: Change, id: string, type: string, object: object): Webhook {
  const created = Math.floor(at.getTime() / 1000);
  const event = {
    id,
    object: 'event',
    api_version: '2026-10-28.endive',
    created,
    data: { object },
    livemode: false,
    pending_webhooks: 1,
    request: null,
    type,
  };
  return { id, body: JSON.stringify(event) };
}

const keyInUse = 'There is currently another in-progress request using this Idempotency Key.';
const errorResponses: Record<ErrorKind, ErrorResponse> = {
  internal_error: { status: 500, body: { error: { type: 'api_error', message: 'Caused by the hostile mode.' } } },
  rate_limited: {
    status: 429,
    body: { error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests.' } },
  },
  idempotency_key_reused: {
    status: 400,
    body: {
      error: {
        type: 'idempotency_error',
        message: 'Keys for idempotent requests can only be used with the same parameters they were first used with.',
      },
    },
  },
};
