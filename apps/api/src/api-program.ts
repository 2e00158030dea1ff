import {
  createCommerce,
  MigrationsDiverged,
  parseSecretsKey,
  type Database,
  type Tracing,
  type QuoteService,
  type WebhookOptions,
  type WebhookSender,
} from '@commerce-core/core';
import { customerTokens } from './auth/customer-token.ts';
import { EnvError, readEnv, type Env } from './config/env.ts';
import { adminFromEnv } from './config/admin-from-env.ts';
import { gatewaysFromEnv } from './config/gateways-from-env.ts';
import { guestLimitsFromEnv, guestOrdersFromEnv } from './config/guests-from-env.ts';
import { httpFromEnv } from './config/http-from-env.ts';
import { keepMsFromEnv } from './config/retention-from-env.ts';
import { missingSettings } from './config/missing-settings.ts';
import { sinksFromEnv } from './config/sinks-from-env.ts';
import { trackingFromEnv, trackingTimes } from './config/tracking-from-env.ts';
import { tracesFromEnv } from './config/tracing-from-env.ts';
import type { RunningTraces } from './observability/trace-options.ts';
import { createLogger, logFaults, type Logger } from './observability/log.ts';
import { createMetrics } from './observability/metrics.ts';
import { startApi, type RunningApi } from './start-api.ts';
import { DatabaseUnusable, startDatabase } from './start-database.ts';
import { onStopSignal } from './stop-signals.ts';

// Twice the longest wait for a lock. Orchestrators wait 10 s or more before they kill a process.
const graceMs = 9_000;

async function main(env: Env): Promise<void> {
  const log = createLogger(env.LOG_LEVEL);
  // Node would print the error as it is, and Drizzle's errors contain SQL with its parameters.
  process.on('uncaughtException', (err) => {
    log.fatal({ err }, 'uncaught');
    process.exit(1);
  });

  // Before the API listens there is no request to finish.
  let stop: (reason: string) => unknown = () => process.exit(0);
  onStopSignal((reason) => stop(reason));

  const database = await startDatabase({
    url: env.DATABASE_URL,
    schema: env.DATABASE_SCHEMA,
    poolMax: env.DATABASE_POOL_MAX,
    preparedStatements: env.DATABASE_PREPARED_STATEMENTS === 'on',
    applicationName: 'commerce-api',
    waitMaxMs: 20_000,
    migrates: env.MIGRATE_AT_START === 'on',
    onWait: (message) => log.warn(message),
    onPrimary: (primary) => log.info(primary, 'primary'),
  });
  const traces = await tracesFromEnv(env, (fault) => log.warn({ fault }, 'traces'));
  const { commerce, metrics } = await commerceFromEnv(env, database, log, traces?.tracing);
  const api = await startApi({ commerce, database, log, metrics, tracing: traces?.tracing, ...appOptionsFromEnv(env) });
  stop = async (reason) => {
    log.info({ reason }, 'stopping');
    process.exit((await stopInTime(api, database, log, traces)) ? 0 : 1);
  };
  for (const warning of missingSettings(env, commerce.providers())) log.warn(warning);
  const customers = env.CUSTOMER_JWT_SECRET ? 'secret' : env.CUSTOMER_JWKS_URL ? 'jwks' : 'off';
  const { JOBS: jobs, HTTP: http, GUEST_ORDERS: guests } = env;
  log.info({ url: api.url, jobs, http, providers: commerce.providers(), customers, guests }, 'listening');
  // A parent process may start others at the same port, and must not take their responses for this process's.
  process.send?.({ listening: api.url });
}

async function commerceFromEnv(env: Env, database: Database, log: Logger, tracing: Tracing | undefined) {
  const metrics = createMetrics();
  const commerce = createCommerce({
    database,
    tracing,
    gateways: await gatewaysFromEnv(env),
    sinks: await sinksFromEnv(env),
    trackingProviders: await trackingFromEnv(env),
    ...trackingTimes(env),
    reservationMs: env.RESERVATION_MINUTES * 60_000,
    quoteService: await quoteServiceFromEnv(env, log),
    requireShippingOption: env.REQUIRE_SHIPPING_OPTION === 'on',
    fewLeftQty: env.FEW_LEFT_QTY,
    returnDays: env.RETURN_DAYS,
    refundsReturnsAtOnce: env.RETURN_AUTO_REFUND === 'on',
    guestLimits: guestLimitsFromEnv(env),
    pollAfterMs: env.GATEWAY_POLL_AFTER_SECONDS * 1_000,
    keepMs: keepMsFromEnv(env),
    onFault: logFaults(log),
    onGatewayCall: metrics.observeGatewayCall,
    ...metrics.tracking,
    onRetention: metrics.observeRetention,
    webhooks: webhooksFromEnv(env),
    batching: { lanes: env.BATCH_LANES, queueMax: env.QUEUE_MAX, onBatch: metrics.observeBatch },
  });
  metrics.watch(commerce);
  return { commerce, metrics };
}

async function quoteServiceFromEnv({ QUOTE_URL, QUOTE_SECRET }: Env, log: Logger): Promise<QuoteService | undefined> {
  if (QUOTE_URL === undefined || QUOTE_SECRET === undefined) return undefined;
  const { createQuoteService } = await import('./pricing/quote-service.ts');
  return createQuoteService({ url: QUOTE_URL, secret: QUOTE_SECRET, onFault: logFaults(log) });
}

function webhooksFromEnv(env: Env): WebhookOptions {
  let loading: Promise<WebhookSender> | undefined;
  return {
    ...(env.WEBHOOK_SECRETS_KEY !== undefined && { secretsKey: parseSecretsKey(env.WEBHOOK_SECRETS_KEY) }),
    retryPausesMs: env.WEBHOOK_RETRY_SECONDS?.map((seconds) => seconds * 1_000),
    // Loaded for the first delivery: most starts have none.
    loadSender: async () =>
      (loading ??= import('@commerce-core/webhook-sender').then(({ createWebhookSender }) =>
        createWebhookSender({ allowPrivate: env.WEBHOOK_ALLOW_PRIVATE === 'on' }),
      )),
  };
}

const appOptionsFromEnv = (env: Env) => ({
  runsJobs: env.JOBS === 'on',
  servesCalls: env.HTTP === 'on',
  ...httpFromEnv(env),
  verifyCustomer: customerTokens({
    secret: env.CUSTOMER_JWT_SECRET,
    jwksUrl: env.CUSTOMER_JWKS_URL,
    issuer: env.CUSTOMER_JWT_ISSUER,
    audience: env.CUSTOMER_JWT_AUDIENCE,
  }),
  guestOrders: guestOrdersFromEnv(env),
  admin: adminFromEnv(env),
  unsignedWebhooks: {
    perAddressMax: env.UNSIGNED_WEBHOOKS_PER_ADDRESS,
    inAllMax: env.UNSIGNED_WEBHOOKS_IN_ALL,
    addressHeader: env.CLIENT_ADDRESS_HEADER,
  },
});

/** Returns whether all requests finished in time. Ends the process when something else takes a second longer. */
async function stopInTime(
  api: RunningApi,
  database: Database,
  log: Logger,
  traces: RunningTraces | undefined,
): Promise<boolean> {
  const late = setTimeout(() => process.exit(1), graceMs + 1_000);
  const finished = await api.stop(graceMs);
  await database.close();
  clearTimeout(late);
  await traces?.stop();
  if (finished) log.info('stopped');
  else log.error('stopped with requests that did not finish in time');
  return finished;
}

/** Why the API didn't start, for the causes that an operator can mend; '' for all others. */
function explain(error: unknown): string {
  if (error instanceof EnvError || error instanceof DatabaseUnusable || error instanceof MigrationsDiverged)
    return error.message;
  const { code, port } = error as { code?: string; port?: number };
  if (code === 'EADDRINUSE') return `port ${port} is taken; PORT names another one`;
  if (code === 'EACCES') return `port ${port} may not be used by this user; PORT names another one`;
  return '';
}

try {
  await main(readEnv());
} catch (error) {
  const why = explain(error);
  if (why === '') createLogger('error').fatal({ err: error }, 'start');
  else process.stderr.write(`The API can't start:\n${why}\n`);
  process.exit(1);
}
