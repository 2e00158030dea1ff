import { CommerceError, gatewayFact, type Gateway, type GatewayFact } from '@commerce-core/core';

export type GatewayDouble = {
  gateway: Gateway;
  /** What it was asked, one after the other: `open <payment id>`, `confirm <payment id> <token>`. */
  asked: string[];
  /** What it does with the next calls before it answers: waits, or throws; at once with its answer unless said. */
  before: (does: () => Promise<void>) => void;
};

/** A payment gateway at the port, in place of a network: the shop tells it of each attempt, and the shopper's is confirmed. */
export function gatewayDouble(provider: string, { signs = true } = {}): GatewayDouble {
  const asked: string[] = [];
  let does = async (): Promise<void> => {};
  const hear = async (call: string): Promise<void> => {
    asked.push(call);
    await does();
  };
  const gateway: Gateway = {
    provider,
    captures: ['AUTOMATIC', 'MANUAL'],
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
        await hear(`open ${id}`);
        return {
          gatewayPaymentId: `pi_${id}`,
          next: { provider: 'stripe', clientSecret: `client-secret-of-${id}`, publishableKey: null },
        };
      },
    },
    async confirm({ id, amount, currency }, token) {
      await hear(`confirm ${id} ${token}`);
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
    asked,
    before: (next) => {
      does = next;
    },
  };
}
