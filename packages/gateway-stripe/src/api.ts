import Stripe from 'stripe';
import { z } from 'zod';
import { callPolicy, type CallPolicy, type GatewayPayment } from '@commerce-core/core/gateway';
import { toStripe } from './amounts.ts';
import { callStripe } from './call.ts';
import { statedTypes } from './events.ts';
import { dispute, initiatedIntent, paymentIntent, refund, type StripeRefund } from './objects.ts';

export type StripeApiOptions = {
  /** `sk_…`; or a restricted `rk_…` that may write payment intents and refunds, and read disputes and events. */
  secretKey: string;
  /** An origin without a path; defaults to `https://api.stripe.com`. */
  url?: string | undefined;
  policy?: CallPolicy;
};

/** The calls of Stripe's API that the adapter makes, by intent id. Each throws as `callStripe` does. */
export function stripeApi(options: StripeApiOptions) {
  const stripe = clientOf(options);
  const ofIntent = (id: string) => ({ payment_intent: id, limit: 100 });
  return {
    /** Creates the intent of a payment. The payment's id is the idempotency key. */
    create: (payment: GatewayPayment) => {
      const request = intentRequest(payment);
      return callStripe(initiatedIntent, () => stripe.paymentIntents.create(request, { idempotencyKey: payment.id }));
    },
    /** Returns an intent with its client secret. */
    initiated: (id: string) => callStripe(initiatedIntent, () => stripe.paymentIntents.retrieve(id)),
    intent: (id: string) => callStripe(paymentIntent, () => stripe.paymentIntents.retrieve(id)),
    // `cancel` and `capture` have no idempotency key of ours, because Stripe does each once for an intent anyway. Under
    // a key Stripe would repeat a refusal for a day, although the intent has changed since.
    cancel: (id: string) => callStripe(paymentIntent, () => stripe.paymentIntents.cancel(id)),
    capture: (id: string, amount: number) =>
      callStripe(paymentIntent, () => stripe.paymentIntents.capture(id, { amount_to_capture: amount })),
    /** Refunds `amount` as Stripe counts it; without an amount, all that is left. */
    refund: (id: string, ids: { refund_id: string; payment_id: string }, amount?: number): Promise<StripeRefund> => {
      const request = { payment_intent: id, metadata: ids, ...(amount === undefined ? {} : { amount }) };
      return callStripe(refund, () => stripe.refunds.create(request, { idempotencyKey: ids.refund_id }));
    },
    refunds: (id: string) => callStripe(z.array(refund), () => oldestFirst(stripe.refunds.list(ofIntent(id)))),
    disputes: (id: string) => callStripe(z.array(dispute), () => oldestFirst(stripe.disputes.list(ofIntent(id)))),
    /** Returns the events since `since`. Stripe lists those of the last 30 days. */
    eventsSince: (since: Date) => {
      const created = { gte: Math.floor(since.getTime() / 1000) };
      return callStripe(z.array(z.unknown()), () =>
        oldestFirst(stripe.events.list({ created, types: [...statedTypes], limit: 100 })),
      );
    },
  };
}
export type StripeApi = ReturnType<typeof stripeApi>;

function clientOf({ secretKey, url = 'https://api.stripe.com', policy = callPolicy }: StripeApiOptions): Stripe {
  const { protocol, hostname, port } = new URL(url);
  return new Stripe(secretKey, {
    timeout: policy.timeoutMs,
    maxNetworkRetries: policy.triesMax - 1,
    telemetry: false,
    protocol: protocol === 'http:' ? 'http' : 'https',
    host: hostname,
    port: port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port),
  });
}

const intentRequest = ({
  id,
  orderId,
  amount,
  currency,
  capture,
  method,
}: GatewayPayment): Stripe.PaymentIntentCreateParams => ({
  amount: toStripe(amount, currency),
  currency: currency.toLowerCase(),
  capture_method: capture === 'MANUAL' ? 'manual' : 'automatic',
  ...(method === null ? { automatic_payment_methods: { enabled: true } } : { payment_method_types: [method] }),
  metadata: { payment_id: id, order_id: orderId },
});

/** Reads all pages of a list, which Stripe begins with the newest entry. */
async function oldestFirst<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of pages) all.push(one);
  return all.toReversed();
}
