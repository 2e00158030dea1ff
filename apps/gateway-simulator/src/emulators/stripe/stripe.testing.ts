import { stripeGateway } from '@commerce-core/gateway-stripe';
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { startSimulator } from '../../simulator.testing.ts';
import { stripeEmulator } from './stripe.ts';

const secretKey = 'sk_test_1';
const webhookSecret = 'whsec_current';

/** The shop's adapter before the simulator, and what its webhooks say as the adapter understands them. */
export async function play(theirKey = secretKey) {
  const simulator = await startSimulator({ emulators: [stripeEmulator({ webhookSecret, secretKey: theirKey })] });
  const gateway = stripeGateway({ secretKey, webhookSecrets: ['whsec_next', webhookSecret], url: simulator.url });
  const heard = () =>
    simulator.shop.received.flatMap(({ headers, body }) =>
      gateway.receive({ rawBody: Buffer.from(body), header: (name) => headers[name]?.toString() }, new Date()),
    );
  if (gateway.initiation.by !== 'server') throw new Error('it tells nobody');
  return { ...simulator, gateway, heard, open: gateway.initiation.initiate };
}

export const anAttempt = {
  id: '',
  orderId: '',
  currency: 'EUR',
  amount: 5000,
  authorizedAmount: 0,
  capturedAmount: 0,
  capture: 'AUTOMATIC' as const,
  method: null,
  gatewayPaymentId: null,
};

/** An attempt that was opened at Stripe. */
export async function opened(given: { capture?: 'AUTOMATIC' | 'MANUAL'; amount?: number; currency?: string } = {}) {
  const played = await play();
  const { open, url } = played;
  const attempt = {
    ...anAttempt,
    id: randomUUID(),
    orderId: randomUUID(),
    ...given,
  };
  const { gatewayPaymentId, next } = await open(attempt);
  const payment = { ...attempt, gatewayPaymentId };
  const refundOf = (amount: number, kind: 'REFUND' | 'VOID' = 'REFUND') => ({
    id: randomUUID(),
    kind,
    amount,
    currency: attempt.currency,
    reason: 'requested' as const,
    gatewayRefundId: null,
  });
  const paid = (outcome: string, more: object = {}) =>
    played.pay({ provider: 'stripe', paymentId: payment.id, outcome, ...more });
  /** Something that is done without the shop: in Stripe's dashboard. */
  const elsewhere = async (path: string, form: Record<string, string> = {}) => {
    const init = { method: 'POST', headers: { authorization: `Bearer ${secretKey}` }, body: new URLSearchParams(form) };
    return (await (await fetch(url + path, init)).json()) as any;
  };
  return { ...played, attempt, payment, next, refundOf, paid, elsewhere };
}
export const types = (facts: { type: string; amount: number }[]) =>
  facts.map(({ type, amount }) => `${type} ${amount}`);
export const refusal = (code: string) => expect.objectContaining({ name: 'GatewayRefusal', code });
