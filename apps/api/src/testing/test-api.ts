import { connect, createCommerce, type Commerce, type Database, type Scope } from '@commerce-core/core';
import { openTestDatabase } from '@commerce-core/core/testing';
import { createClient, type Client } from '../client.ts';
import { openFaultInjectingProxy } from './fault-injecting-proxy.ts';
import { createSeed, type Seed } from './seed.ts';
import { customerTokenSecret, serveTestApi, type ServedApiOptions } from './serve-test-api.ts';
import { signWebhook, webhookSecret, type SignedWebhook, type WebhookMessage } from './webhook.ts';

export type TestApiOptions = ServedApiOptions & {
  /** Uses the database of another test API, which must be closed last: two API processes of one shop. */
  databaseOf?: TestApi;
  /** Connects to the database through a proxy, so that `disconnectDatabase` works. */
  throughProxy?: boolean;
};

export type TestApi = Seed & {
  url: string;
  databaseUrl: string;
  /** The API's own connections to the database. */
  database: Database;
  commerce: Commerce;
  webhookSecret: string;
  customerTokenSecret: string;
  anonymousClient: () => Client;
  /** A client for this customer; defaults to a new one. */
  customerClient: (customerId?: string) => Promise<Client>;
  /** A client for an operator with these scopes; defaults to all scopes. */
  operatorClient: (...scopes: Scope[]) => Promise<Client>;
  /** Sends a signed webhook of the mock gateway over HTTP. */
  sendWebhook: (content: object | string, message?: WebhookMessage) => Promise<{ status: number; body: any }>;
  /** Sends a signed message of the mock carrier over HTTP. */
  sendTracking: (content: object | string, message?: WebhookMessage) => Promise<{ status: number; body: any }>;
  fetch: (path: string, init?: RequestInit) => Promise<Response>;
  /** All lines logged so far. */
  logLines: () => Record<string, any>[];
  /** The procedures that have returned an answer other than a refusal. */
  answered: ReadonlySet<string>;
  /** Breaks the API's connections to the database and refuses new ones. Needs `throughProxy`. */
  disconnectDatabase: () => Promise<void>;
  reconnectDatabase: () => Promise<void>;
  close: () => Promise<void>;
};

/** Starts the API on a free port with a migrated database of its own on the test server. */
export async function startTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const own = options.databaseOf
    ? shareDatabase(options.databaseOf)
    : await openTestDatabase({ acquireTimeoutMs: 20_000 });
  const proxy = options.throughProxy ? await openFaultInjectingProxy(() => own.url) : undefined;
  const database = proxy ? connect({ url: proxy.url, acquireTimeoutMs: 2_000 }) : own;
  const { url, commerce, logLines, stop, answered } = await serveTestApi(database, options);
  // The seed's connections bypass the proxy.
  const { createApiKey, customerToken, createProduct, readStock } = createSeed(createCommerce({ database: own }));
  const requireProxy = () => {
    if (proxy) return proxy;
    throw new Error('start the test API with `throughProxy` to disconnect its database');
  };
  return {
    url,
    database,
    commerce,
    webhookSecret,
    customerTokenSecret,
    customerToken,
    createApiKey,
    createProduct,
    readStock,
    logLines,
    answered,
    databaseUrl: own.url,
    anonymousClient: () => createClient({ url }),
    customerClient: async (customerId) => createClient({ url, token: await customerToken(customerId) }),
    operatorClient: async (...asked) => createClient({ url, token: await createApiKey(...asked) }),
    sendWebhook: async (content, message) =>
      post(`${url}/api/v1/payments/webhooks/mock`, signWebhook(content, message)),
    sendTracking: async (content, message) =>
      post(`${url}/api/v1/shipments/webhooks/mock`, signWebhook(content, message)),
    fetch: (path, init) => fetch(new URL(path, url), init),
    disconnectDatabase: async () => requireProxy().disconnect(),
    reconnectDatabase: async () => requireProxy().reconnect(),
    async close() {
      await stop();
      if (database !== own) await database.close();
      await proxy?.close();
      await own.drop();
    },
  };
}

async function post(url: string, { headers, body }: SignedWebhook): Promise<{ status: number; body: any }> {
  const response = await fetch(url, { method: 'POST', headers, body });
  return { status: response.status, body: await response.json() };
}

function shareDatabase({ databaseUrl: url }: TestApi) {
  const database = connect({ url, acquireTimeoutMs: 20_000 });
  return { ...database, url, drop: () => database.close() };
}
