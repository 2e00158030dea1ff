import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { present, startTestApi, until } from '@commerce-core/api/testing';
import { createSimulator, type Simulator } from '@commerce-core/gateway-simulator';
import { serve } from '@hono/node-server';
import { afterAll } from 'vitest';
import { emulatorOf, gatewaysAt, otherProviders, secrets, type Secret } from './gateways.testing.ts';
import type { Provider } from './providers.testing.ts';

// Long enough for a busy machine, and short enough for tests of time-outs.
const policy = { timeoutMs: 2_000, triesMax: 1 };

export type World = Awaited<ReturnType<typeof startWorld>>;
export type Faults = Record<string, number>;

/**
 * Starts a shop and its gateways, which talk over HTTP. No background jobs run: only the gateways' messages arrive
 * without a call of the test. Ends with the test file.
 */
export async function startWorld() {
  let simulator: Simulator | undefined;
  const server = serve({
    fetch: (request, env) => present(simulator).app.fetch(request, env),
    port: 0,
    hostname: '127.0.0.1',
  });
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const api = await startTestApi({ gateways: gatewaysAt(url, policy) });
  const webhookUrl = (provider: Provider) => `${api.url}/api/v1/payments/webhooks/${provider}`;
  simulator = createSimulator({
    webhookUrl: webhookUrl('mock'),
    secret: secrets.current,
    providers: otherProviders.map((provider) => ({ emulator: emulatorOf(provider), webhookUrl: webhookUrl(provider) })),
    delivery: { timeoutMs: 10_000, attemptsMax: 4, backoffMs: 1, backoffMaxMs: 4 },
  });
  afterAll(async () => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
    await simulator?.stop();
    await api.close();
  });

  const operator = await api.operatorClient();
  const { commerce, database } = api;

  async function callSimulator(path: string, body?: object): Promise<any> {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(url + path, init);
    const result: unknown = await response.json();
    if (response.ok) return result;
    throw new Error(`${path}: ${response.status} ${JSON.stringify(result)}`);
  }
  /** Waits until all messages of the gateways were delivered. */
  const waitForMessages = async (): Promise<void> => {
    await until(async () => (await callSimulator('/hostile')).underway === 0);
  };
  const makeDue = async (table: 'gateway_calls' | 'gateway_events'): Promise<void> => {
    await database.pool.query(
      `update commerce.${table} set due_at = now() - interval '1 second' where due_at is not null`,
    );
  };

  return {
    api,
    operator,
    commerce,
    callSimulator,
    waitForMessages,
    /** Makes the calls that are due and receives messages, until there are no more of either. */
    async runUntilIdle(): Promise<void> {
      do await waitForMessages();
      while ((await commerce.callGateways()) > 0);
    },
    /** Makes every open call once, even if it is not due yet. */
    async repeatCalls(): Promise<void> {
      await makeDue('gateway_calls');
      await commerce.callGateways(1_000);
    },
    /** Retries every waiting message once, even if it is not due yet. */
    async retryMessages(): Promise<void> {
      await makeDue('gateway_events');
      await commerce.retryGatewayEvents();
    },
    /** Ends an order's reservation and runs the expiry once. */
    async expireOrder({ orderId }: { orderId: string }): Promise<void> {
      await database.pool.query(`update commerce.orders set hold_until = now() - interval '1 second' where id = $1`, [
        orderId,
      ]);
      await commerce.expireOrders();
    },
    /** Moves the last poll of the order's payments an hour into the past. */
    async agePolls({ orderId }: { orderId: string }): Promise<void> {
      await database.pool.query(
        `update commerce.payments set asked_at = asked_at - interval '1 hour' where order_id = $1`,
        [orderId],
      );
    },
    /** Moves the creation of the order's open calls an hour into the past. */
    async ageCalls({ orderId }: { orderId: string }): Promise<void> {
      await database.pool.query(
        `update commerce.gateway_calls set created_at = created_at - interval '1 hour' where order_id = $1 and due_at is not null`,
        [orderId],
      );
    },
    /**
     * Injects these faults while `work` runs, each with a rate from 0 to 1. Calls that only read meet no faults. A
     * `delayed` message and a `slow_refund` arrive after `work`.
     */
    async withFaults<T>(faults: Faults, work: () => Promise<T>): Promise<T> {
      const waits = faults['delayed'] || faults['slow_refund'];
      await callSimulator('/hostile', {
        seed: 1,
        scale: 0,
        rates: faults,
        reads: false,
        delayMs: waits ? 600_000 : 20,
      });
      try {
        return await work();
      } finally {
        await callSimulator('/hostile', { off: true });
      }
    },
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
