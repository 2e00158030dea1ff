import {
  CommerceError,
  type Gateway,
  parseBody,
  type ServerInitiation,
  type SignedEvent,
} from '@commerce-core/core/gateway';
import { stripeAmountRule } from './amounts.ts';
import { stripeApi, type StripeApiOptions } from './api.ts';
import { stripeEvent } from './events.ts';
import { cancelPayment, capturePayment, refundPayment, retrievePayment } from './payment-calls.ts';
import { reservationMsOf } from './reservation.ts';
import { verifyStripeSignature } from './signature.ts';

export type StripeOptions = StripeApiOptions & {
  /** `whsec_…` of the webhook endpoint: the current one, and those that are being rotated out. */
  webhookSecrets: readonly string[];
  /** `pk_…`, returned to the front end with the client secret. */
  publishableKey?: string | undefined;
  /** The capture modes; the first one is the default. Defaults to AUTOMATIC, MANUAL. */
  captures?: Gateway['captures'];
};

// Seven days for cards; some other methods have longer, so that their warning comes early.
// https://docs.stripe.com/payments/place-a-hold-on-a-payment-method
const authorizationMs = 7 * 24 * 60 * 60_000;

type StripeGateway = Gateway &
  Required<Pick<Gateway, 'retrieve' | 'listEvents' | 'reservationMsOf'>> & { initiation: ServerInitiation };

/**
 * The adapter for Stripe's payment intents. https://docs.stripe.com/api/payment_intents
 *
 * When the answer to an intent's creation is lost, its id isn't known. The client secret was in the same answer, so no
 * shopper can pay that intent, and the adapter doesn't look for it. (Only Stripe's search finds an intent by our id. It
 * lags by a minute, and isn't available in every country.)
 * @throws Error when a key or a secret doesn't have the form of one
 */
export function stripeGateway({
  webhookSecrets,
  publishableKey = '',
  captures = ['AUTOMATIC', 'MANUAL'],
  ...options
}: StripeOptions): StripeGateway {
  if (!/^[sr]k_\w+$/.test(options.secretKey)) throw new Error("Stripe's secret key is sk_… or rk_…");
  if (!/^(pk_\w+)?$/.test(publishableKey)) throw new Error("Stripe's publishable key is pk_…");
  if (!webhookSecrets.every((secret) => /^whsec_\w+$/.test(secret)))
    throw new Error("Stripe's webhook secret is whsec_…");
  const api = stripeApi(options);
  return {
    provider: 'stripe',
    captures,
    amountRule: stripeAmountRule,
    signs: true,
    reservationMsOf,
    authorizationMsOf: () => authorizationMs,
    receive(message, now) {
      verifyStripeSignature(message, webhookSecrets, now);
      return [stripeEvent(parseBody(message.rawBody))];
    },
    initiation: {
      by: 'server',
      async initiate(payment) {
        const { gatewayPaymentId } = payment;
        const intent = await (gatewayPaymentId === null ? api.create(payment) : api.initiated(gatewayPaymentId));
        return {
          gatewayPaymentId: intent.id,
          next: {
            provider: 'stripe',
            clientSecret: intent.client_secret,
            publishableKey: publishableKey || null,
          },
        };
      },
    },
    retrieve: (payment) => retrievePayment(api, payment),
    capture: (payment, amount) => capturePayment(api, payment, amount),
    cancel: (payment) => cancelPayment(api, payment),
    refund: (refund, payment) => refundPayment(api, refund, payment),
    listEvents: async (since) => (await api.eventsSince(since)).flatMap(readableEvent),
  };
}

/** Leaves out an event that can't be read, so that the others are found. Its webhook is refused as well. */
function readableEvent(event: unknown): SignedEvent[] {
  try {
    return [stripeEvent(event)];
  } catch (error) {
    if (error instanceof CommerceError) return [];
    throw error;
  }
}
