import { anyAmount, CommerceError, gatewayFact, type Gateway, type GatewayFact } from '@commerce-core/core';

export type FakeGateway = {
  gateway: Gateway;
  /** The calls it received, in order: `initiate <payment id>`, `confirm <payment id> <token>`. */
  calls: string[];
  /** Runs `hook` before each further response; the hook may wait or throw. */
  beforeResponse: (hook: () => Promise<void>) => void;
};

/** A payment gateway in memory that the shop initiates attempts at, and that needs a confirmation. */
export function createFakeGateway(provider: string, { signs = true } = {}): FakeGateway {
  const calls: string[] = [];
  let hook = async (): Promise<void> => {};
  const receiveCall = async (call: string): Promise<void> => {
    calls.push(call);
    await hook();
  };
  const gateway: Gateway = {
    provider,
    captures: ['AUTOMATIC', 'MANUAL'],
    amountRule: anyAmount,
    signs,
    receive({ rawBody, header }) {
      const providerEventId = header('event-id');
      const named = JSON.parse(rawBody.toString()) as Partial<GatewayFact>;
      if (providerEventId === undefined) throw new CommerceError('malformed_event', 'the event has no id');
      return [{ providerEventId, ...gatewayFact({ type: 'CHANGED', ...named }) }];
    },
    initiation: {
      by: 'server',
      async initiate({ id }) {
        await receiveCall(`initiate ${id}`);
        return {
          gatewayPaymentId: `pi_${id}`,
          next: { provider: 'stripe', clientSecret: `client-secret-of-${id}`, publishableKey: null },
        };
      },
    },
    async confirm({ id, amount, currency }, token) {
      await receiveCall(`confirm ${id} ${token}`);
      return [gatewayFact({ type: 'CAPTURED', amount, currency })];
    },
    retrieve: async () => [],
    capture: async ({ currency }, amount) => [gatewayFact({ type: 'CAPTURED', amount, currency })],
    cancel: async () => [gatewayFact({ type: 'CANCELED' })],
    refund: async ({ id: refundId, amount, currency }) => [
      gatewayFact({ type: 'REFUNDED', amount, currency, refundId, gatewayObjectId: `re_${refundId}` }),
    ],
  };
  return {
    gateway,
    calls,
    beforeResponse: (next) => {
      hook = next;
    },
  };
}
