import type { Client } from '@commerce-core/client';
import { emulatorOf, type Secret } from './gateways.testing.ts';
import type { Provider } from './providers.testing.ts';

/** Returns how a test sends a gateway's messages to the shop, and reads the messages that the shop has stored. */
export function inboxActions(operator: Client, webhookUrl: (provider: Provider) => string) {
  return {
    /** Sends a message to the shop, signed with `secret` at the time `at`. Returns the shop's response. */
    async sendMessage(
      provider: Provider,
      message: { id: string; body: string },
      { secret = 'current', at = new Date() }: { secret?: Secret; at?: Date } = {},
    ) {
      const headers = {
        'content-type': 'application/json',
        ...emulatorOf(provider, secret).webhookHeaders(message, at),
      };
      const response = await fetch(webhookUrl(provider), { method: 'POST', headers, body: message.body });
      return { status: response.status, body: (await response.json()) as any };
    },
    /** Reads the webhooks that the shop has stored for a payment, the oldest first, with their outcomes. */
    async readInbox(paymentId: string) {
      const { items } = await operator.gatewayEvent.list.query({ paymentId, limit: 100 });
      return items.filter(({ source }) => source === 'WEBHOOK').toSorted((a, b) => (a.id < b.id ? -1 : 1));
    },
    /** Reads the id and body of a stored message, byte for byte. */
    async readMessage(gatewayEventId: string): Promise<{ id: string; body: string }> {
      const { providerEventId, rawBody } = await operator.gatewayEvent.get.query({ gatewayEventId });
      return { id: providerEventId, body: (rawBody as { text: string }).text };
    },
  };
}
