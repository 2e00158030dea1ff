import { portoneGateway } from '@commerce-core/gateway-portone';
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { startSimulator, webhookSecret } from '../../simulator.testing.ts';
import { portoneEmulator } from './portone.ts';

export const settings = { apiSecret: 'secret-1', webhookSecret, storeId: 'store-1' };

const defaultPolicy = { timeoutMs: 5_000, triesMax: 3 };

/** Starts the simulator with PortOne's emulator, and the shop's adapter that calls it. */
export async function startEmulator({
  theirs = settings,
  amount = 1000,
  currency = 'KRW',
  policy = defaultPolicy,
} = {}) {
  const simulator = await startSimulator({ emulators: [portoneEmulator(theirs)] });
  const gateway = createAdapter(simulator.url, policy);
  const { payment, refundOf } = createPayment(amount, currency);
  const initiate = async (opened = payment) => {
    if (gateway.initiation.by !== 'server') throw new Error('the adapter initiates no payments');
    return gateway.initiation.initiate(opened);
  };
  /** The facts that the adapter reads from the webhooks. */
  const receivedFacts = () =>
    simulator.shop.received.flatMap(({ headers, body }) =>
      gateway.receive({ rawBody: Buffer.from(body), header: (name) => headers[name]?.toString() }, new Date()),
    );
  const pay = (outcome: string, more: object = {}) =>
    simulator.pay({ provider: 'portone', paymentId: payment.id, outcome, ...more });
  return {
    ...simulator,
    simulator,
    gateway,
    payment,
    refundOf,
    initiate,
    receivedFacts,
    pay,
    entry: () => simulator.book(payment.id),
  };
}

function createAdapter(url: string, policy: typeof defaultPolicy) {
  const { apiSecret, storeId } = settings;
  const webhookSecrets = [webhookSecret];
  return portoneGateway({ apiSecret, storeId, channelKey: 'channel-1', webhookSecrets, url, policy });
}

function createPayment(amount: number, currency: string) {
  const payment = {
    id: randomUUID(),
    orderId: randomUUID(),
    currency,
    amount,
    authorizedAmount: 0,
    capturedAmount: 0,
    capture: 'AUTOMATIC' as const,
    method: null,
    gatewayPaymentId: null,
  };
  const refundOf = (part: number, kind: 'REFUND' | 'VOID' = 'REFUND') => ({
    id: randomUUID(),
    kind,
    amount: part,
    currency,
    reason: 'requested' as const,
    gatewayRefundId: null,
  });
  return { payment, refundOf };
}

/** Starts the emulator with a payment that the shopper has paid. */
export async function startWithPaidPayment() {
  const started = await startEmulator();
  await started.initiate();
  await started.pay('CAPTURED');
  return started;
}
/** Returns each fact's type. */
export const types = (facts: { type: string }[]) => facts.map(({ type }) => type);

/** Matches a GatewayRefusal with this code. */
export const refusal = (code: string) => expect.objectContaining({ name: 'GatewayRefusal', code });
