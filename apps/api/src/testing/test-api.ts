import { randomUUID } from 'node:crypto';
import {
  connect,
  createCommerce,
  mockGateway,
  scopes,
  type Commerce,
  type CommerceOptions,
  type Database,
  type Gateway,
  type Scope,
} from '@commerce-core/core';
import { openTestDatabase } from '@commerce-core/core/testing';
import { SignJWT } from 'jose';
import { createApp } from '../http/app.ts';
import { createClient, type Client } from '../client.ts';
import { customerTokens, type CustomerTokenOptions } from '../auth/customer-token.ts';
import { createLogger, logFaults } from '../observability/log.ts';
import { createMetrics } from '../observability/metrics.ts';
import { serve } from '../http/serve.ts';
import type { UnsignedLimits } from '../webhooks/unsigned-limit.ts';
import { signWebhook, webhookSecret, type WebhookMessage } from './webhook.ts';

const customerTokenSecret = 'a secret of the tests and nowhere else';

export type TestApiOptions = {
  /** On the database of another one, which must be closed last: two API processes of one shop. */
  beside?: TestApi;
  /** Another way to the database than straight: gets its address, answers the one to use. */
  via?: (url: string) => string | Promise<string>;
  customers?: CustomerTokenOptions;
  corsOrigins?: readonly string[];
  reservationMs?: number;
  loops?: boolean;
  batching?: CommerceOptions['batching'];
  /** Beside the mock's, or instead of it where one of them is a mock's too. */
  gateways?: readonly Gateway[];
  pollAfterMs?: number;
  /** Where the simulator's API for the mock begins; without it what the mock is asked for is done at once. */
  mockGatewayUrl?: string;
  leaseMs?: number;
  unsignedWebhooks?: UnsignedLimits;
};

export type TestApi = {
  url: string;
  databaseUrl: string;
  /** The API's own way to the database. */
  database: Database;
  commerce: Commerce;
  webhookSecret: string;
  customerTokenSecret: string;
  anonymous: () => Client;
  /** A client for a customer; a new one unless named. */
  customer: (customerId?: string) => Promise<Client>;
  /** A client for an operator with these scopes; with all unless said. */
  operator: (...scopes: Scope[]) => Promise<Client>;
  apiKey: (...scopes: Scope[]) => Promise<string>;
  /** A customer's token, valid for a minute; `claims` go over the usual ones. */
  token: (customerId: string, claims?: Record<string, unknown>) => Promise<string>;
  /** A product with stock; its id. */
  product: (options?: { quantity?: number; priceAmount?: number; currency?: string }) => Promise<string>;
  /** [availableQty, reservedQty]. */
  stock: (productId: string) => Promise<[number, number]>;
  /** The mock gateway's webhook, over HTTP. */
  webhook: (content: object | string, message?: WebhookMessage) => Promise<{ status: number; body: any }>;
  fetch: (path: string, init?: RequestInit) => Promise<Response>;
  /** All lines logged so far. */
  log: () => Record<string, any>[];
  close: () => Promise<void>;
};

/** The API on a free port and a migrated database of its own on the test server, called over real HTTP. */
export async function startTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const own = options.beside ? besides(options.beside) : await openTestDatabase({ acquireTimeoutMs: 20_000 });
  const via = options.via ? await options.via(own.url) : undefined;
  const database = via === undefined ? own : connect({ url: via, acquireTimeoutMs: 2_000 });
  const lines: string[] = [];
  const stopping = new AbortController();
  const log = createLogger('trace', { write: (line) => lines.push(line) });
  const given = options.gateways ?? [];
  const mock = mockGateway([webhookSecret], { url: options.mockGatewayUrl });
  const gateways = given.some(({ provider }) => provider === 'mock') ? given : [mock, ...given];
  const metrics = createMetrics();
  const commerce = createCommerce({
    database,
    gateways,
    batching: { onBatch: metrics.observeBatch, ...options.batching },
    onFault: logFaults(log),
    onGatewayCall: metrics.observeGatewayCall,
    ...(options.reservationMs === undefined ? {} : { reservationMs: options.reservationMs }),
    ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
    ...(options.pollAfterMs === undefined ? {} : { pollAfterMs: options.pollAfterMs }),
  });
  metrics.watch(commerce);
  const app = createApp({
    commerce,
    database,
    metrics,
    log,
    verifyCustomer: customerTokens(options.customers ?? { secret: customerTokenSecret }),
    corsOrigins: options.corsOrigins ?? [],
    ...(options.unsignedWebhooks && { unsignedWebhooks: options.unsignedWebhooks }),
    stopping: stopping.signal,
  });
  const serving = await serve(app, { host: '127.0.0.1', port: 0 });
  const loops = options.loops ? commerce.runJobs(stopping.signal) : Promise.resolve();
  const { url } = serving;
  const seed = createCommerce({ database: own });

  const token: TestApi['token'] = (customerId, claims = {}) => {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ sub: customerId, iat: now, exp: now + 60, ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(customerTokenSecret));
  };
  const apiKey: TestApi['apiKey'] = async (...asked) =>
    (await seed.createApiKey({ name: 'of a test', scopes: asked.length > 0 ? asked : [...scopes] })).key;

  return {
    url,
    database,
    commerce,
    webhookSecret,
    customerTokenSecret,
    token,
    apiKey,
    databaseUrl: own.url,
    anonymous: () => createClient({ url }),
    customer: async (customerId = randomUUID()) => createClient({ url, token: await token(customerId) }),
    operator: async (...asked) => createClient({ url, token: await apiKey(...asked) }),
    async product({ quantity = 10, priceAmount = 1_000, currency = 'KRW' } = {}) {
      const { id } = await seed.createProduct({ sku: randomUUID(), name: 'A thing', priceAmount, currency });
      if (quantity > 0) await seed.receiveStock({ productId: id, quantity });
      return id;
    },
    async stock(productId) {
      const { availableQty, reservedQty } = await seed.getStock({ productId });
      return [availableQty, reservedQty];
    },
    async webhook(content, message) {
      const { body, headers } = signWebhook(content, message);
      const response = await fetch(`${url}/api/v1/payments/webhooks/mock`, { method: 'POST', headers, body });
      return { status: response.status, body: await response.json() };
    },
    fetch: (path, init) => fetch(new URL(path, url), init),
    log: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    async close() {
      stopping.abort();
      await serving.close(5_000);
      await loops;
      if (database !== own) await database.close();
      await own.drop();
    },
  };
}

function besides({ databaseUrl: url }: TestApi) {
  const database = connect({ url, acquireTimeoutMs: 20_000 });
  return { ...database, url, drop: () => database.close() };
}
