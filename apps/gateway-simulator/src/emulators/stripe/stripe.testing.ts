import { stripeGateway } from '@commerce-core/gateway-stripe';
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { startSimulator } from '../../simulator.testing.ts';
import { stripeEmulator } from './stripe.ts';

const secretKey = 'sk_test_1';
const webhookSecret = 'whsec_current';

/** Starts the simulator with Stripe's emulator, and the shop's adapter that calls it. */
export async function startStripe(theirKey = secretKey) {
  const simulator = await startSimulator({ emulators: [stripeEmulator({ webhookSecret, secretKey: theirKey })] });
  const gateway = stripeGateway({ secretKey, webhookSecrets: ['whsec_next', webhookSecret], url: simulator.url });
  const receivedFacts = () =>
    simulator.shop.received.flatMap(({ headers, body }) =>
      gateway.receive({ rawBody: Buffer.from(body), header: (name) => headers[name]?.toString() }, new Date()),
    );
  if (gateway.initiation.by !== 'server') throw new Error('the adapter initiates no payments');
  return { ...simulator, gateway, receivedFacts, initiate: gateway.initiation.initiate };
}

export const testAttempt = {
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

/** Starts the simulator and creates an attempt with its payment intent. */
export async function startWithPayment(
  given: { capture?: 'AUTOMATIC' | 'MANUAL'; amount?: number; currency?: string } = {},
) {
  const started = await startStripe();
  const { initiate, url } = started;
  const attempt = {
    ...testAttempt,
    id: randomUUID(),
    orderId: randomUUID(),
    ...given,
  };
  const { gatewayPaymentId, next } = await initiate(attempt);
  const payment = { ...attempt, gatewayPaymentId };
  const refundOf = (amount: number, kind: 'REFUND' | 'VOID' = 'REFUND') => ({
    id: randomUUID(),
    kind,
    amount,
    currency: attempt.currency,
    reason: 'requested' as const,
    gatewayRefundId: null,
  });
  const payAs = (outcome: string, more: object = {}) =>
    started.pay({ provider: 'stripe', paymentId: payment.id, outcome, ...more });
  /** Calls Stripe's API without the shop's adapter. */
  const callStripe = async (path: string, form: Record<string, string> = {}) => {
    const init = { method: 'POST', headers: { authorization: `Bearer ${secretKey}` }, body: new URLSearchParams(form) };
    return (await (await fetch(url + path, init)).json()) as any;
  };
  return { ...started, attempt, payment, next, refundOf, payAs, callStripe };
}
/** Returns each fact's type and amount. */
export const types = (facts: { type: string; amount: number }[]) =>
  facts.map(({ type, amount }) => `${type} ${amount}`);

/** Matches a GatewayRefusal with this code. */
export const refusal = (code: string) => expect.objectContaining({ name: 'GatewayRefusal', code });
