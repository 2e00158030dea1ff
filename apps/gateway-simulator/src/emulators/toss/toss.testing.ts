import { tossGateway } from '@commerce-core/gateway-toss';
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { startSimulator } from '../../simulator.testing.ts';
import { tossEmulator } from './toss.ts';

export const secretKey = 'test_sk_1';

/** Starts the simulator with Toss's emulator, and the shop's adapter that calls it. */
export async function startEmulator(theirKey = secretKey, policy?: { timeoutMs: number; triesMax: number }) {
  const simulator = await startSimulator({ emulators: [tossEmulator({ secretKey: theirKey })] });
  const gateway = tossGateway({
    secretKey,
    clientKey: 'test_ck_1',
    url: `${simulator.url}/toss`,
    ...(policy ? { policy } : {}),
  });
  /** The facts that the adapter reads from the webhooks. */
  const receivedFacts = () =>
    simulator.shop.received.flatMap(({ headers, body }) =>
      gateway.receive({ rawBody: Buffer.from(body), header: (name) => headers[name]?.toString() }, new Date()),
    );
  return {
    ...simulator,
    gateway,
    receivedFacts,
    pay: (paying: object) => simulator.pay({ provider: 'toss', ...paying }),
  };
}

/** Creates a payment of 1,000 won, its refunds, and what its shopper agrees to at the gateway. */
export function createAttempt() {
  const payment = {
    id: randomUUID(),
    orderId: randomUUID(),
    currency: 'KRW',
    amount: 1000,
    authorizedAmount: 0,
    capturedAmount: 0,
    capture: 'AUTOMATIC' as const,
    method: null,
    gatewayPaymentId: null,
  };
  const refundOf = (amount: number, kind: 'REFUND' | 'VOID' = 'REFUND') => ({
    id: randomUUID(),
    kind,
    amount,
    currency: 'KRW',
    reason: 'requested' as const,
    gatewayRefundId: null,
  });
  const agreed = (outcome = 'CAPTURED') => ({ paymentId: payment.id, outcome, amount: 1000, currency: 'KRW' });
  return { payment, refundOf, agreed };
}

/** Returns each fact's type. */
export const types = (facts: { type: string }[]) => facts.map(({ type }) => type);

/** Matches a GatewayRefusal with this code. */
export const refusal = (code: string) => expect.objectContaining({ name: 'GatewayRefusal', code });

/** Starts the emulator with a payment by card that the shop has confirmed. */
export async function startWithPaidPayment() {
  const { payment, refundOf, agreed } = createAttempt();
  const started = await startEmulator();
  const { gatewayPaymentId } = (await started.pay(agreed())).body;
  const facts = await started.gateway.confirm!(payment, gatewayPaymentId);
  return { ...started, payment: { ...payment, gatewayPaymentId }, refundOf, facts };
}
