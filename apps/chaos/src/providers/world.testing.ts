import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { startTestApi, until } from '@commerce-core/api/testing';
import { createSimulator, type Simulator } from '@commerce-core/gateway-simulator';
import { serve } from '@hono/node-server';
import { afterAll } from 'vitest';
import { dialectOf, gatewaysAt, otherProviders, secrets, type Secret } from './gateways.testing.ts';
import type { Provider } from './providers.testing.ts';

// Long enough that a busy machine answers in time, and a test for silence doesn't take forever.
const policy = { timeoutMs: 2_000, triesMax: 1 };

export type World = Awaited<ReturnType<typeof openWorld>>;
export type Faults = Record<string, number>;

/** A shop and its gateways, over HTTP: nothing moves by itself but what the gateways send. Ends with the file. */
export async function openWorld() {
  let simulator: Simulator | undefined;
  const server = serve({ fetch: (request, env) => simulator!.app.fetch(request, env), port: 0, hostname: '127.0.0.1' });
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const api = await startTestApi({ gateways: gatewaysAt(url, policy) });
  const webhookUrl = (provider: Provider) => `${api.url}/api/v1/payments/webhooks/${provider}`;
  simulator = createSimulator({
    webhookUrl: webhookUrl('mock'),
    secret: secrets.current,
    others: otherProviders.map((provider) => ({ dialect: dialectOf(provider), webhookUrl: webhookUrl(provider) })),
    delivery: { timeoutMs: 10_000, attemptsMax: 4, backoffMs: 1, backoffMaxMs: 4 },
  });
  afterAll(async () => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
    await simulator.stop();
    await api.close();
  });

  const operator = await api.operatorClient();
  const { commerce, database } = api;

  async function ask(path: string, body?: object): Promise<any> {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(url + path, init);
    const answer: unknown = await response.json();
    if (response.ok) return answer;
    throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
  }
  /** Until all that the gateways send has come. */
  const heard = async (): Promise<void> => {
    await until(async () => (await ask('/hostile')).underway === 0);
  };
  const hasten = async (table: 'gateway_calls' | 'gateway_events'): Promise<void> => {
    await database.pool.query(
      `update commerce.${table} set due_at = now() - interval '1 second' where due_at is not null`,
    );
  };

  return {
    api,
    operator,
    commerce,
    ask,
    heard,
    /** Makes the calls that are due and hears what the gateways send, until both are quiet. */
    async settle(): Promise<void> {
      do await heard();
      while ((await commerce.callGateways()) > 0);
    },
    /** Makes every open call once, whenever it is due. */
    async callAgain(): Promise<void> {
      await hasten('gateway_calls');
      await commerce.callGateways(1_000);
    },
    /** Tries every waiting message once, whenever it is due. */
    async retryAgain(): Promise<void> {
      await hasten('gateway_events');
      await commerce.retryGatewayEvents();
    },
    /** Lets an order's hold pass, and runs the expiry once. */
    async expire({ orderId }: { orderId: string }): Promise<void> {
      await database.pool.query(`update commerce.orders set hold_until = now() - interval '1 second' where id = $1`, [
        orderId,
      ]);
      await commerce.expireOrders();
    },
    /** As if the gateway had last been asked about the order's payments a while ago. */
    async ageAnswers({ orderId }: { orderId: string }): Promise<void> {
      await database.pool.query(
        `update commerce.payments set asked_at = asked_at - interval '1 hour' where order_id = $1`,
        [orderId],
      );
    },
    /** As if the order's open calls had waited for an answer for long. */
    async ageCalls({ orderId }: { orderId: string }): Promise<void> {
      await database.pool.query(
        `update commerce.gateway_calls set created_at = created_at - interval '1 hour' where order_id = $1 and due_at is not null`,
        [orderId],
      );
    },
    /**
     * These faults and no others while `work` runs; of calls, those that change something meet them. What is `delayed`,
     * or a `slow_refund`, comes after it.
     */
    async during<T>(faults: Faults, work: () => Promise<T>): Promise<T> {
      const waits = faults['delayed'] || faults['slow_refund'];
      await ask('/hostile', { seed: 1, scale: 0, rates: faults, reads: false, delayMs: waits ? 600_000 : 20 });
      try {
        return await work();
      } finally {
        await ask('/hostile', { off: true });
      }
    },
    /** A message as the gateway would sign it, or somebody else would. Answers what the shop answers. */
    async send(
      provider: Provider,
      message: { id: string; body: string },
      { secret = 'current', at = new Date() }: { secret?: Secret; at?: Date } = {},
    ) {
      const headers = { 'content-type': 'application/json', ...dialectOf(provider, secret).headers(message, at) };
      const response = await fetch(webhookUrl(provider), { method: 'POST', headers, body: message.body });
      return { status: response.status, body: (await response.json()) as any };
    },
    /** The messages that the shop has kept of a payment, the oldest first, with what it makes of them. */
    async inbox(paymentId: string) {
      const { items } = await operator.gatewayEvent.list.query({ paymentId, limit: 100 });
      return items.filter(({ source }) => source === 'WEBHOOK').toSorted((a, b) => (a.id < b.id ? -1 : 1));
    },
    /** A message that came, as it came. */
    async message(gatewayEventId: string): Promise<{ id: string; body: string }> {
      const { providerEventId, rawBody } = await operator.gatewayEvent.get.query({ gatewayEventId });
      return { id: providerEventId, body: (rawBody as { text: string }).text };
    },
  };
}
