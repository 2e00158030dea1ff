import {
  anyAmount,
  callGateway,
  CommerceError,
  gatewayFact,
  GatewayRefusal,
  id,
  parseBody,
  parseSecret,
  verifyStandardWebhook,
  type Gateway,
  type GatewayFact,
} from '@commerce-core/core/gateway';
import { z } from 'zod';

declare module '@commerce-core/core/gateway' {
  interface NextSteps {
    /** The page at which the shopper pays. */
    acme: { checkoutUrl: string };
  }
}

export type AcmeOptions = { url: string; apiKey: string; webhookSecret: string };

/** Acme's checkout; `reference` is our id of the payment. Amounts are minor units, as ours. */
const checkout = z.object({
  id: z.string().min(1).max(200),
  reference: id,
  state: z.enum(['open', 'authorized', 'captured', 'canceled']),
  amount: z.int().min(0),
  currency: z.string().regex(/^[A-Z]{3}$/),
});
type Checkout = z.output<typeof checkout>;
const createdCheckout = checkout.extend({ pageUrl: z.url() });
const acmeRefund = z.object({ id: z.string().min(1).max(300) });

const types = { open: 'PENDING', authorized: 'AUTHORIZED', captured: 'CAPTURED', canceled: 'CANCELED' } as const;
const factOf = ({ id: gatewayPaymentId, reference: paymentId, state, amount, currency }: Checkout): GatewayFact =>
  gatewayFact({ type: types[state], paymentId, gatewayPaymentId, amount, currency });

/** An adapter for Acme: its page asks the shopper, its webhooks are signed by Standard Webhooks. */
export function acmeGateway({ url, apiKey, webhookSecret }: AcmeOptions): Gateway {
  const keys = [parseSecret(webhookSecret)];

  /** Acme does nothing twice under one key. 400 to 422 are final; all else leaves open what it did. */
  async function post<S extends z.ZodType>(schema: S, path: string, key: string, body: object): Promise<z.output<S>> {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', 'idempotency-key': key };
    const answer = await callGateway(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (answer.status === 401) throw new Error('Acme does not accept the API key');
    if (answer.status >= 400) throw new GatewayRefusal(`acme_${answer.status}`, 'Acme refuses the call');
    return schema.parse(answer.body);
  }

  return {
    provider: 'acme',
    captures: ['MANUAL'],
    // Acme counts in minor units and has no bounds. A gateway that takes KWD in steps of 10 returns `step: 10` for it.
    amountRule: anyAmount,
    signs: true,
    initiation: {
      by: 'server',
      async initiate({ id: reference, amount, currency }) {
        const created = await post(createdCheckout, '/checkouts', reference, { reference, amount, currency });
        return { gatewayPaymentId: created.id, next: { provider: 'acme', checkoutUrl: created.pageUrl } };
      },
    },
    receive(message, now) {
      const providerEventId = verifyStandardWebhook(message, keys, now);
      const { data } = checkout.safeParse(parseBody(message.rawBody));
      if (!data) throw new CommerceError('malformed_event', 'the message is none of Acme');
      return [{ providerEventId, ...factOf(data) }];
    },
    capture: async ({ id, gatewayPaymentId }, amount) => [
      factOf(await post(checkout, `/checkouts/${gatewayPaymentId}/capture`, `capture-${id}`, { amount })),
    ],
    cancel: async ({ id, gatewayPaymentId }) => [
      factOf(await post(checkout, `/checkouts/${gatewayPaymentId}/cancel`, `cancel-${id}`, {})),
    ],
    async refund({ id: refundId, amount, currency }, { gatewayPaymentId }) {
      const made = await post(acmeRefund, `/checkouts/${gatewayPaymentId}/refunds`, refundId, { amount });
      return [gatewayFact({ type: 'REFUNDED', amount, currency, refundId, gatewayObjectId: made.id })];
    },
  };
}
