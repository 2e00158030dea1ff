import { CommerceError, type Commerce, type Database } from '@commerce-core/core';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { headerOf } from './header-of.ts';
import { authenticator, forbidden, unauthenticated } from '../auth/caller.ts';
import type { VerifyCustomerToken } from '../auth/customer-token.ts';
import { healthRoutes } from './health.ts';
import type { Logger } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { answerRefusal } from './rest.ts';
import { tracing } from './trace.ts';
import { endpoint, trpcRoutes } from '../trpc/trpc-endpoint.ts';
import { unsignedLimitsDefault, type UnsignedLimits } from '../webhooks/unsigned-limit.ts';
import { webhookRoutes } from '../webhooks/webhooks.ts';
import type { AppEnv } from './app-env.ts';

export type AppOptions = {
  commerce: Commerce;
  /** Asked whether it is there and migrated. */
  database: Database;
  log: Logger;
  metrics: Metrics;
  /** Without it nobody is a customer. */
  verifyCustomer?: VerifyCustomerToken | undefined;
  /** Origins whose pages may call the procedures; none unless said. */
  corsOrigins?: readonly string[];
  /** How much is listened to of gateways that don't sign. */
  unsignedWebhooks?: UnsignedLimits;
  /** Aborted when the process is about to end. */
  stopping: AbortSignal;
};

/** The HTTP face: procedures for clients, webhooks for gateways, health for whoever runs it. */
export function createApp({
  commerce,
  database,
  log,
  metrics,
  verifyCustomer,
  corsOrigins = [],
  unsignedWebhooks = unsignedLimitsDefault,
  stopping,
}: AppOptions): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use(tracing(log, metrics, stopping));
  if (corsOrigins.length > 0) {
    app.use(
      `${endpoint}/*`,
      cors({
        origin: [...corsOrigins],
        allowMethods: ['GET', 'POST'],
        allowHeaders: ['authorization', 'content-type', 'x-request-id', 'idempotency-key'],
        exposeHeaders: ['x-request-id', 'retry-after'],
        maxAge: 600,
      }),
    );
  }
  app.route('/', healthRoutes(database, stopping));
  app.route('/api/v1/payments/webhooks', webhookRoutes(commerce, unsignedWebhooks));
  const authenticate = authenticator(commerce, verifyCustomer);
  // For any operator: how busy a shop is, is nobody else's business.
  app.get('/metrics', async (c) => {
    const caller = await authenticate(headerOf(c, 'authorization'));
    if (caller.kind === 'anonymous') throw unauthenticated('this needs an API key');
    if (caller.kind === 'customer') throw forbidden('this is for operators');
    return c.text(await metrics.text(), 200, { 'content-type': metrics.contentType });
  });
  app.route(endpoint, trpcRoutes(commerce, authenticate));
  app.notFound((c) => answerRefusal(c, new CommerceError('not_found', 'there is nothing at this address')));
  app.onError((error, c) => answerRefusal(c, wasCutShort(c) ? cutShort() : error));
  return app;
}

/** The sender went away in the middle of the body: nobody's fault here, and nobody to read the answer. */
const wasCutShort = ({ env: { incoming } = {} }: { env: Partial<HttpBindings> | undefined }): boolean =>
  incoming?.destroyed === true && !incoming.complete;

const cutShort = () =>
  new CommerceError('validation_failed', 'the request ended before it was complete', { issues: [] });
