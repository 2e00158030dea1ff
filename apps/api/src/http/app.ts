import { CommerceError, type Commerce, type Database, type Tracing } from '@commerce-core/core';
import type { HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { adminRoutes, type AdminOptions } from '../admin/admin-routes.ts';
import { authenticator } from '../auth/caller.ts';
import type { VerifyCustomerToken } from '../auth/customer-token.ts';
import { exportRoutes } from '../files/export-routes.ts';
import { fileSlots } from '../files/file-slots.ts';
import { credentialsOf } from '../auth/session-cookie.ts';
import { importRoutes } from '../files/import-routes.ts';
import { createGuestOrders, type GuestOrderOptions } from '../guests/guest-orders.ts';
import { healthRoutes } from './health.ts';
import type { Logger } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { metricsRoute } from '../observability/metrics-route.ts';
import { callLimitsDefault, createCallLimits, type CallLimits } from './call-limits.ts';
import { errorResponse } from './error-response.ts';
import { allowPages } from './allow-pages.ts';
import { tracing } from './trace.ts';
import { openApiRoutes } from './openapi.ts';
import { limitRequests } from './request-limit.ts';
import { requestsMaxDefault } from './serve-limits.ts';
import { requestSpans } from './request-spans.ts';
import { endpoint, trpcRoutes } from '../trpc/trpc-endpoint.ts';
import { trpcErrorResponse } from '../trpc/trpc-error-response.ts';
import { unsignedLimitsDefault, type UnsignedLimits } from '../webhooks/unsigned-limit.ts';
import { gatewayWebhookRoutes, trackingWebhookRoutes } from '../webhooks/webhooks.ts';
import type { AppEnv } from './app-env.ts';

export type AppOptions = {
  commerce: Commerce;
  /** `/readyz` checks that it can be reached and is migrated. */
  database: Database;
  log: Logger;
  metrics: Metrics;
  /** Without it, there are no customers. */
  verifyCustomer?: VerifyCustomerToken | undefined;
  /** Lets callers without a token order. Without it, only customers and operators may. */
  guestOrders?: GuestOrderOptions | undefined;
  /** Origins whose pages may call the procedures; defaults to none. */
  corsOrigins?: readonly string[];
  /** Further headers that those pages may send. */
  corsHeaders?: readonly string[];
  /** Calls a second of one caller; those beyond get a 429. Defaults to `callLimitsDefault`. */
  callLimits?: CallLimits;
  /** Rate limits for the webhooks of gateways that do not sign, and as many for those of carriers. */
  unsignedWebhooks?: UnsignedLimits;
  /** The operators' page at `/admin`; defaults to none. */
  admin?: AdminOptions | undefined;
  /** Requests under way at most, in all. A request beyond them gets a 503. Defaults to 4,000. */
  requestsMax?: number;
  /** Whether procedures and webhooks are served. Without them, health and metrics are. Defaults to true. */
  servesCalls?: boolean;
  /** Spans for OpenTelemetry: what `createCommerce` was given. Defaults to none. */
  tracing?: Tracing | undefined;
  /** Aborted when the process starts to shut down. */
  stopping: AbortSignal;
};

/** Creates the HTTP app: procedures for clients, webhooks for gateways, health and metrics for operations. */
export function createApp({
  commerce,
  database,
  log,
  metrics,
  verifyCustomer,
  guestOrders,
  corsOrigins = [],
  corsHeaders = [],
  callLimits = callLimitsDefault,
  unsignedWebhooks = unsignedLimitsDefault,
  admin,
  requestsMax = requestsMaxDefault,
  servesCalls = true,
  tracing: spans,
  stopping,
}: AppOptions): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use(tracing(log, metrics, stopping));
  if (corsOrigins.length > 0) {
    const ofPages = allowPages(corsOrigins, corsHeaders);
    for (const path of [endpoint, '/api/v1/export', '/api/v1/import']) app.use(`${path}/*`, ofPages);
  }
  app.route('/', healthRoutes(database, stopping));
  // Health checks have no spans: they would be most of the traces.
  if (spans) app.use(requestSpans(spans));
  // Behind the health checks, which a full server must still answer.
  app.use(limitRequests(requestsMax, refusal));
  const limits = createCallLimits(callLimits, metrics.observeLimited);
  // A gateway that is refused may stop sending, so webhooks are limited only where anyone may have sent them.
  app.use(limits.plainRoutes([`${endpoint}/`, '/api/v1/', '/metrics']));
  if (servesCalls) {
    app.route('/', openApiRoutes());
    app.route('/api/v1/payments/webhooks', gatewayWebhookRoutes(commerce, unsignedWebhooks));
    app.route('/api/v1/shipments/webhooks', trackingWebhookRoutes(commerce, unsignedWebhooks));
  }
  const guests = guestOrders && createGuestOrders(guestOrders);
  const authenticate = authenticator(commerce, verifyCustomer, guests?.verify);
  app.get('/metrics', metricsRoute(metrics, limits, authenticate));
  if (servesCalls) {
    if (admin) app.route('/admin', adminRoutes(commerce, admin));
    const identify = async (c: Context<AppEnv>) => limits.identify(c, 1, async () => authenticate(credentialsOf(c)));
    const inSlot = fileSlots();
    app.route('/api/v1/export', exportRoutes(commerce, identify, inSlot));
    app.route('/api/v1/import', importRoutes(commerce, identify, inSlot));
    app.route(endpoint, trpcRoutes({ commerce, authenticate, limits, guests, stopping }));
  }
  const notFound = servesCalls ? 'this address does not exist' : 'this process serves only health and metrics';
  app.notFound((c) => errorResponse(c, new CommerceError('not_found', notFound)));
  app.onError((error, c) => errorResponse(c, requestWasAborted(c) ? abortedRequest() : error));
  return app;
}

/** An error in the form that the clients of the path read. */
const refusal = (c: Context<AppEnv>, error: CommerceError): Response =>
  c.req.path.startsWith(`${endpoint}/`) ? trpcErrorResponse(c, error) : errorResponse(c, error);

/** Whether the sender closed the connection in the middle of the body. That is not an error of the server. */
const requestWasAborted = ({ env: { incoming } = {} }: { env: Partial<HttpBindings> | undefined }): boolean =>
  incoming?.destroyed === true && !incoming.complete;

const abortedRequest = () =>
  new CommerceError('validation_failed', 'the request ended before it was complete', { issues: [] });
