import { createHmac } from 'node:crypto';
import type { Change } from '../bank.ts';
import type { Dialect, Fault, Message } from '../dialect.ts';
import { chargeObject, disputeObject, intentObject, refundObject, releaseObject } from './stripe-objects.ts';
import { stripeRoutes } from './stripe-routes.ts';

export type StripeSettings = {
  /** What webhooks are signed with. Stripe's own begin with `whsec_`, and count as text. */
  webhookSecret: string;
  /** The key that calls must carry; any `sk_…` unless given. */
  secretKey?: string | undefined;
};

/** Stripe: payment intents, refunds, disputes and events, as api.stripe.com answers them in 2026. */
export function stripeDialect({ webhookSecret, secretKey }: StripeSettings): Dialect {
  return {
    provider: 'stripe',
    // Stripe's libraries take a host and no path, and begin with this one.
    path: '/v1',
    opens: 'shop',
    ids: { payment: 'pi_', refund: 're_', dispute: 'du_' },
    messages: (change) =>
      objectsOf(change).map(([type, object], index) =>
        eventOf(change, index === 0 ? change.id : `${change.id}_${index}`, type, object),
      ),
    stray: (change) => eventOf(change, change.id, 'payment_intent.of_tomorrow', intentObject(change.payment)),
    headers: ({ body }, at) => {
      const timestamp = Math.floor(at.getTime() / 1000);
      const signature = createHmac('sha256', webhookSecret).update(`${timestamp}.${body}`).digest('hex');
      return { 'stripe-signature': `t=${timestamp},v1=${signature}` };
    },
    routes: (desk) => stripeRoutes(desk, secretKey),
    fault: (fault) => faults[fault],
    inFlight: {
      status: 409,
      body: { error: { type: 'idempotency_error', code: 'idempotency_key_in_use', message: inFlight } },
    },
  };
}

/** The events of a change, as an endpoint gets them that listens to payment intents, refunds and disputes. */
function objectsOf(change: Change): [type: string, object: object][] {
  const { type, payment, refund, dispute } = change;
  const released: [string, object][] =
    payment.releasedAmount > 0
      ? [
          ['refund.created', releaseObject(payment)],
          ['charge.refunded', chargeObject(payment)],
        ]
      : [];
  const refunded = refund && refundObject(payment, refund);
  const disputed = dispute && disputeObject(payment, dispute);
  switch (type) {
    case 'CREATED':
      return [];
    case 'PENDING':
      return [['payment_intent.requires_action', intentObject(payment)]];
    case 'AUTHORIZED':
      return [['payment_intent.amount_capturable_updated', intentObject(payment)]];
    case 'CAPTURED':
      return [['payment_intent.succeeded', intentObject(payment)], ...released];
    case 'FAILED':
    case 'ATTEMPT_FAILED':
      return [['payment_intent.payment_failed', intentObject(payment)]];
    case 'CANCELED':
      return [['payment_intent.canceled', intentObject(payment)], ...released];
    case 'REFUND_PENDING':
      return refunded
        ? [
            ['refund.created', refunded],
            ['charge.refunded', chargeObject(payment)],
          ]
        : [];
    case 'REFUNDED':
      return refunded
        ? [
            ['refund.updated', refunded],
            ['charge.refunded', chargeObject(payment)],
          ]
        : [];
    case 'REFUND_FAILED':
      return refunded
        ? [
            ['refund.failed', refunded],
            ['charge.refund.updated', refunded],
          ]
        : [];
    case 'DISPUTE_OPENED':
      return disputed
        ? [
            ['charge.dispute.created', disputed],
            ['charge.dispute.funds_withdrawn', disputed],
          ]
        : [];
    case 'DISPUTE_WON':
    case 'DISPUTE_LOST':
      return disputed ? [['charge.dispute.closed', disputed]] : [];
  }
}

function eventOf({ at }: Change, id: string, type: string, object: object): Message {
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

const inFlight = 'There is currently another in-progress request using this Idempotency Key.';
const faults = {
  internal_error: { status: 500, body: { error: { type: 'api_error', message: 'As the hostile mode wants it.' } } },
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
} as const satisfies Record<Fault, unknown>;
