import {
  CommerceError,
  gatewayFact,
  type GatewayFact,
  type SignedEvent,
  GatewayRefusal,
  type PollableGateway,
  type Gateway,
  type GatewayPayment,
  type GatewayRefund,
  parseBody,
} from '@commerce-core/core/gateway';
import { toStripe } from './amounts.ts';
import { stripeApi, type StripeApiOptions } from './api.ts';
import { stripeEvent } from './events.ts';
import { disputeFact, intentFacts, isRelease, refundFact } from './facts.ts';
import type { PaymentIntent } from './objects.ts';
import { verifyStripeSignature } from './signature.ts';

export type StripeOptions = StripeApiOptions & {
  /** `whsec_…`, the current one and those that are being rotated out. */
  webhookSecrets: readonly string[];
  /** `pk_…`, handed to the front end beside the client secret. */
  publishableKey?: string | undefined;
  /** What it can do about capturing, the usual one first. */
  captures?: Gateway['captures'];
};

// How long Stripe may take to say whether the money came: https://docs.stripe.com/payments/payment-methods
const reservationDays: Record<string, number> = {
  acss_debit: 7,
  au_becs_debit: 7,
  bacs_debit: 9,
  boleto: 7,
  customer_balance: 14,
  konbini: 4,
  multibanco: 8,
  oxxo: 5,
  sepa_debit: 16,
  us_bank_account: 7,
};
const broughtMoney: readonly string[] = ['requires_capture', 'succeeded'];
const dayMs = 24 * 60 * 60 * 1000;

/**
 * Stripe, by payment intents. An attempt whose intent's id never came back has none that anybody could pay, because the
 * same answer told the client secret: so it isn't looked for. (By our id only Stripe's search could find it, which lags
 * by a minute and isn't offered in every country.)
 * @throws Error when a key or secret hasn't the form of one
 */
export function stripeGateway({
  webhookSecrets,
  publishableKey = '',
  captures = ['AUTOMATIC', 'MANUAL'],
  ...options
}: StripeOptions): PollableGateway {
  if (!/^[sr]k_\w+$/.test(options.secretKey)) throw new Error("Stripe's secret key is sk_… or rk_…");
  if (!/^(pk_\w+)?$/.test(publishableKey)) throw new Error("Stripe's publishable key is pk_…");
  if (!webhookSecrets.every((secret) => /^whsec_\w+$/.test(secret)))
    throw new Error("Stripe's webhook secret is whsec_…");
  const api = stripeApi(options);

  /** All that Stripe knows of an intent's payment. Before money was taken there are neither refunds nor disputes. */
  async function factsOf(intent: PaymentIntent, { id: paymentId }: GatewayPayment): Promise<GatewayFact[]> {
    const [refunds, disputes] =
      intent.amount_received > 0 ? await Promise.all([api.refunds(intent.id), api.disputes(intent.id)]) : [[], []];
    const facts = [
      ...intentFacts(intent),
      ...refunds.filter((one) => !isRelease(one)).map(refundFact),
      ...disputes.map(disputeFact),
    ];
    return facts.map((fact) => ({ ...fact, paymentId }));
  }

  type Ids = { refundId: string; paymentId: string; intentId: string };

  /** Keys are forgotten after a day, and a refund may be asked for again later than that: so it is looked for first. */
  async function sendBack({ refundId, paymentId, intentId }: Ids, amount?: number): Promise<GatewayFact[]> {
    const known = (await api.refunds(intentId)).find(({ metadata }) => metadata.refund_id === refundId);
    const refund = known ?? (await api.refund(intentId, { refund_id: refundId, payment_id: paymentId }, amount));
    return [{ ...refundFact(refund), paymentId, refundId }];
  }

  async function letGo({ amount, currency }: GatewayRefund, ids: Ids): Promise<GatewayFact[]> {
    const { refundId, paymentId, intentId } = ids;
    const { intent } = await changed(intentId, () => api.cancel(intentId));
    const undone = { amount, currency };
    // In whole, also if only a part of it was captured: the rest was let go of then.
    if (intent.status === 'succeeded') return (await sendBack(ids)).map((fact) => ({ ...fact, ...undone }));
    if (intent.status !== 'canceled')
      throw new Error(`Stripe lets nobody cancel the payment now: it is ${intent.status}`);
    return [gatewayFact({ type: 'REFUNDED', paymentId, gatewayPaymentId: intentId, ...undone, refundId })];
  }

  /** An intent after a change; as it is, if its state doesn't allow the change, with what Stripe says to that. */
  async function changed(
    id: string,
    change: () => Promise<PaymentIntent>,
  ): Promise<{ intent: PaymentIntent; refusal?: GatewayRefusal }> {
    try {
      return { intent: await change() };
    } catch (error) {
      if (!isRefusal(error, 'payment_intent_unexpected_state')) throw error;
      return { intent: await api.intent(id), refusal: error };
    }
  }

  return {
    provider: 'stripe',
    captures,
    signs: true,
    reservationMsOf: (method) =>
      Object.hasOwn(reservationDays, method ?? '') ? reservationDays[method ?? '']! * dayMs : undefined,

    receive(message, now) {
      verifyStripeSignature(message, webhookSecrets, now);
      return [stripeEvent(parseBody(message.rawBody))];
    },

    initiation: {
      by: 'server',
      async initiate(payment) {
        const { id, client_secret } = await (payment.gatewayPaymentId === null
          ? api.create(payment)
          : api.reopen(payment.gatewayPaymentId));
        return {
          gatewayPaymentId: id,
          next: { provider: 'stripe', clientSecret: client_secret, publishableKey: publishableKey || null },
        };
      },
    },

    async retrieve(payment) {
      const intent = await intentOf(payment);
      return intent ? factsOf(intent, payment) : [];
    },

    async capture(payment, amount) {
      const id = idOf(payment);
      const { intent, refusal } = await changed(id, () => api.capture(id, toStripe(amount, payment.currency)));
      const isOver = intent.status === 'succeeded' || intent.status === 'canceled';
      if (refusal && !isOver) throw refusal;
      return factsOf(intent, payment);
    },

    async cancel(payment) {
      const intent = await intentOf(payment);
      if (!intent) return [];
      // Stripe would let go of an authorization, too.
      if (broughtMoney.includes(intent.status)) return factsOf(intent, payment);
      return factsOf((await changed(intent.id, () => api.cancel(intent.id))).intent, payment);
    },

    async refund(refund, payment) {
      const ids = { refundId: refund.id, paymentId: payment.id, intentId: idOf(payment) };
      if (refund.kind === 'VOID') return letGo(refund, ids);
      return sendBack(ids, toStripe(refund.amount, refund.currency));
    },

    async listEvents(since) {
      return (await api.eventsSince(since)).flatMap(eventIfUnderstood);
    },
  };

  async function intentOf({ gatewayPaymentId }: GatewayPayment): Promise<PaymentIntent | undefined> {
    if (gatewayPaymentId === null) return undefined;
    try {
      return await api.intent(gatewayPaymentId);
    } catch (error) {
      if (isRefusal(error, 'resource_missing')) return undefined;
      throw error;
    }
  }
}

const isRefusal = (error: unknown, code: string): error is GatewayRefusal =>
  error instanceof GatewayRefusal && error.code === code;

function idOf({ gatewayPaymentId }: GatewayPayment): string {
  if (gatewayPaymentId !== null) return gatewayPaymentId;
  throw new GatewayRefusal('no_such_payment', 'Stripe has never answered with an id for this payment');
}

/** One that can't be used must not keep the others from being found; its webhook is refused for all to see. */
function eventIfUnderstood(event: unknown): SignedEvent[] {
  try {
    return [stripeEvent(event)];
  } catch (error) {
    if (error instanceof CommerceError) return [];
    throw error;
  }
}
