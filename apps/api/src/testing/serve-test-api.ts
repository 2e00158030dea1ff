import {
  createCommerce,
  mockGateway,
  mockTracking,
  type Commerce,
  type CommerceOptions,
  type Database,
  type Gateway,
} from '@commerce-core/core';
import { createWebhookSender } from '@commerce-core/webhook-sender';
import { customerTokens, type CustomerTokenOptions } from '../auth/customer-token.ts';
import type { AdminOptions } from '../admin/admin-routes.ts';
import { createApp } from '../http/app.ts';
import type { CallLimits } from '../http/call-limits.ts';
import type { GuestOrderOptions } from '../guests/guest-orders.ts';
import { serve } from '../http/serve.ts';
import { createLogger, logFaults, type Logger } from '../observability/log.ts';
import { createMetrics, type Metrics } from '../observability/metrics.ts';
import type { UnsignedLimits } from '../webhooks/unsigned-limit.ts';
import { checkAnswers } from './checked-answers.ts';
import { webhookSecret } from './webhook.ts';

export const customerTokenSecret = 'a secret of the tests and nowhere else';

export type ServedApiOptions = {
  customers?: CustomerTokenOptions;
  corsOrigins?: readonly string[];
  corsHeaders?: readonly string[];
  reservationMs?: number;
  /** Runs the background jobs; defaults to false. */
  jobs?: boolean;
  batching?: CommerceOptions['batching'];
  /** Gateways in addition to the mock; one with the provider `mock` replaces the mock. */
  gateways?: readonly Gateway[];
  sinks?: CommerceOptions['sinks'];
  tracing?: CommerceOptions['tracing'];
  pollAfterMs?: number;
  /** The base URL of the simulator's API for the mock; without it, calls to the mock succeed at once. */
  mockGatewayUrl?: string;
  leaseMs?: number;
  unsignedWebhooks?: UnsignedLimits;
  guestOrders?: GuestOrderOptions | undefined;
  guestLimits?: CommerceOptions['guestLimits'];
  requestsMax?: number;
  /** Defaults to none: a test may call as fast as it can. */
  callLimits?: CallLimits;
  quoteService?: CommerceOptions['quoteService'];
  admin?: AdminOptions | undefined;
  /** Tracking providers in addition to the mock. */
  trackingProviders?: CommerceOptions['trackingProviders'];
};

type ServedApi = {
  url: string;
  commerce: Commerce;
  logLines: () => Record<string, unknown>[];
  /** Stops. @throws Error when an answer was not as the OpenAPI document describes it */
  stop: () => Promise<void>;
  /** The procedures that have returned an answer other than a refusal. */
  answered: ReadonlySet<string>;
};

function createTestCommerce(
  database: Database,
  options: ServedApiOptions,
  { log, metrics }: { log: Logger; metrics: Metrics },
): Commerce {
  const given = options.gateways ?? [];
  const mock = mockGateway([webhookSecret], { url: options.mockGatewayUrl });
  return createCommerce({
    database,
    gateways: given.some(({ provider }) => provider === 'mock') ? given : [mock, ...given],
    trackingProviders: [mockTracking([webhookSecret]), ...(options.trackingProviders ?? [])],
    batching: { onBatch: metrics.observeBatch, ...options.batching },
    onFault: logFaults(log),
    onGatewayCall: metrics.observeGatewayCall,
    ...metrics.tracking,
    onRetention: metrics.observeRetention,
    webhooks: {
      loadSender: async () => createWebhookSender({ allowPrivate: true }),
      secretsKey: Buffer.alloc(32, 5),
    },
    guestLimits: options.guestLimits,
    ...(options.quoteService && { quoteService: options.quoteService }),
    ...(options.sinks && { sinks: options.sinks }),
    tracing: options.tracing,
    ...(options.reservationMs === undefined ? {} : { reservationMs: options.reservationMs }),
    ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
    ...(options.pollAfterMs === undefined ? {} : { pollAfterMs: options.pollAfterMs }),
  });
}

/** Serves the API on a free port as main.ts does, with its log kept in memory. */
export async function serveTestApi(database: Database, options: ServedApiOptions): Promise<ServedApi> {
  const lines: string[] = [];
  const stopping = new AbortController();
  const log = createLogger('trace', { write: (line) => lines.push(line) });
  const metrics = createMetrics({ keepMs: 0 });
  const commerce = createTestCommerce(database, options, { log, metrics });
  metrics.watch(commerce);
  const app = createApp({
    commerce,
    database,
    metrics,
    log,
    verifyCustomer: customerTokens(options.customers ?? { secret: customerTokenSecret }),
    corsOrigins: options.corsOrigins ?? [],
    corsHeaders: options.corsHeaders ?? [],
    tracing: options.tracing,
    ...(options.unsignedWebhooks && { unsignedWebhooks: options.unsignedWebhooks }),
    guestOrders: options.guestOrders,
    admin: options.admin,
    ...(options.requestsMax !== undefined && { requestsMax: options.requestsMax }),
    callLimits: options.callLimits ?? { perKeyMax: 0, perCustomerMax: 0, perAddressMax: 0 },
    stopping: stopping.signal,
  });
  const checked = checkAnswers(app);
  const serving = await serve(checked.app, { host: '127.0.0.1', port: 0 });
  const jobs = options.jobs ? commerce.runJobs(stopping.signal) : Promise.resolve();
  return {
    commerce,
    url: serving.url,
    logLines: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    async stop() {
      stopping.abort();
      await serving.close(5_000);
      await jobs;
      if (checked.problems.length > 0)
        throw new Error(`The OpenAPI document has other answers than the API:\n${checked.problems.join('\n')}`);
    },
    answered: checked.answered,
  };
}
