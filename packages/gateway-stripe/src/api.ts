import Stripe from 'stripe';
import { z } from 'zod';
import { callPolicy, type CallPolicy, type GatewayPayment } from '@commerce-core/core/gateway';
import { toStripe } from './amounts.ts';
import { ask } from './calls.ts';
import { statedTypes } from './events.ts';
import { dispute, openedIntent, paymentIntent, refund, type StripeRefund } from './objects.ts';

export type StripeApiOptions = {
  /** `sk_…`, or a restricted `rk_…` that may write payment intents and refunds, and read disputes and events. */
  secretKey: string;
  /** Without a path; Stripe's own unless said. */
  url?: string | undefined;
  policy?: CallPolicy;
};

/** The calls of Stripe's API that the adapter makes. Each throws as `ask` does. */
export function stripeApi({ secretKey, url = 'https://api.stripe.com', policy = callPolicy }: StripeApiOptions) {
  const { protocol, hostname, port } = new URL(url);
  const stripe = new Stripe(secretKey, {
    timeout: policy.timeoutMs,
    maxNetworkRetries: policy.triesMax - 1,
    telemetry: false,
    protocol: protocol === 'http:' ? 'http' : 'https',
    host: hostname,
    port: port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port),
  });
  const ofIntent = (id: string) => ({ payment_intent: id, limit: 100 });

  return {
    create: ({ id, orderId, amount, currency, capture, method }: GatewayPayment) => {
      const asked: Stripe.PaymentIntentCreateParams = {
        amount: toStripe(amount, currency),
        currency: currency.toLowerCase(),
        capture_method: capture === 'MANUAL' ? 'manual' : 'automatic',
        ...(method === null ? { automatic_payment_methods: { enabled: true } } : { payment_method_types: [method] }),
        metadata: { payment_id: id, order_id: orderId },
      };
      return ask(openedIntent, () => stripe.paymentIntents.create(asked, { idempotencyKey: id }));
    },
    reopen: (id: string) => ask(openedIntent, () => stripe.paymentIntents.retrieve(id)),
    intent: (id: string) => ask(paymentIntent, () => stripe.paymentIntents.retrieve(id)),
    // No keys of ours for these two: an intent is canceled or captured once, however often that is asked. Under a key
    // Stripe would repeat a no for a day, although the intent has changed meanwhile.
    cancel: (id: string) => ask(paymentIntent, () => stripe.paymentIntents.cancel(id)),
    capture: (id: string, amount: number) =>
      ask(paymentIntent, () => stripe.paymentIntents.capture(id, { amount_to_capture: amount })),
    /** Without an amount, all that is left. */
    refund: (id: string, ids: { refund_id: string; payment_id: string }, amount?: number): Promise<StripeRefund> => {
      const asked = { payment_intent: id, metadata: ids, ...(amount === undefined ? {} : { amount }) };
      return ask(refund, () => stripe.refunds.create(asked, { idempotencyKey: ids.refund_id }));
    },
    refunds: (id: string) => ask(z.array(refund), () => oldestFirst(stripe.refunds.list(ofIntent(id)))),
    disputes: (id: string) => ask(z.array(dispute), () => oldestFirst(stripe.disputes.list(ofIntent(id)))),
    /** Stripe keeps them for 30 days. */
    eventsSince: (since: Date) => {
      const created = { gte: Math.floor(since.getTime() / 1000) };
      return ask(z.array(z.unknown()), () =>
        oldestFirst(stripe.events.list({ created, types: [...statedTypes], limit: 100 })),
      );
    },
  };
}

/** All pages of a list, which Stripe tells from the newest on. */
async function oldestFirst<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of pages) all.push(one);
  return all.toReversed();
}
