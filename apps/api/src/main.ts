import { createCommerce, MigrationsDiverged } from '@commerce-core/core';
import { createApp } from './http/app.ts';
import { customerTokens } from './auth/customer-token.ts';
import { EnvError, readEnv, type Env } from './config/env.ts';
import { gatewaysFromEnv } from './config/gateways-from-env.ts';
import { createLogger, logFaults } from './observability/log.ts';
import { createMetrics } from './observability/metrics.ts';
import { serve } from './http/serve.ts';
import { DatabaseUnusable, startDatabase } from './start-database.ts';
import { onStopSignal } from './stop-signals.ts';

// Twice as long as the longest wait for a lock; what orchestrators give before they kill is 10 s and more.
const graceMs = 9_000;

async function main(env: Env): Promise<void> {
  const log = createLogger(env.LOG_LEVEL);
  // Node would print the error as it is, and Drizzle's hold SQL with its parameters.
  process.on('uncaughtException', (err) => {
    log.fatal({ err }, 'uncaught');
    process.exit(1);
  });

  const stopping = new AbortController();
  // Nothing was taken before it listens, so nothing has to be finished.
  let stop: (reason: string) => unknown = () => process.exit(0);
  onStopSignal((reason) => stop(reason));

  const database = await startDatabase({
    url: env.DATABASE_URL,
    schema: env.DATABASE_SCHEMA,
    poolMax: env.DATABASE_POOL_MAX,
    preparedStatements: env.DATABASE_PREPARED_STATEMENTS === 'on',
    applicationName: 'commerce-api',
    waitMaxMs: 20_000,
    onWait: (message) => log.warn(message),
  });
  const metrics = createMetrics();
  const commerce = createCommerce({
    database,
    gateways: gatewaysFromEnv(env),
    reservationMs: env.RESERVATION_MINUTES * 60_000,
    pollAfterMs: env.GATEWAY_POLL_AFTER_SECONDS * 1_000,
    keepKeysMs: env.IDEMPOTENCY_KEY_HOURS * 60 * 60_000,
    onFault: logFaults(log),
    onGatewayCall: metrics.observeGatewayCall,
    batching: { lanes: env.BATCH_LANES, queueMax: env.QUEUE_MAX, onBatch: metrics.observeBatch },
  });
  metrics.watch(commerce);
  const app = createApp({
    commerce,
    database,
    log,
    metrics,
    verifyCustomer: customerTokens({
      secret: env.CUSTOMER_JWT_SECRET,
      jwksUrl: env.CUSTOMER_JWKS_URL,
      issuer: env.CUSTOMER_JWT_ISSUER,
      audience: env.CUSTOMER_JWT_AUDIENCE,
    }),
    corsOrigins: env.CORS_ORIGINS,
    unsignedWebhooks: {
      perAddressMax: env.UNSIGNED_WEBHOOKS_PER_ADDRESS,
      inAllMax: env.UNSIGNED_WEBHOOKS_IN_ALL,
      addressHeader: env.CLIENT_ADDRESS_HEADER,
    },
    stopping: stopping.signal,
  });
  const serving = await serve(app, { host: env.HOST, port: env.PORT });
  const loops = commerce.runJobs(stopping.signal, ({ error, ...facts }) => {
    if (error === undefined) log.info(facts, 'loop');
    else log.error({ ...facts, err: error }, 'loop');
  });

  stop = async (reason) => {
    stopping.abort();
    log.info({ reason }, 'stopping');
    const late = setTimeout(() => process.exit(1), graceMs + 1_000);
    const finished = await serving.close(graceMs);
    await commerce.close();
    await loops;
    await database.close();
    clearTimeout(late);
    if (finished) log.info('stopped');
    else log.error('stopped with requests that did not finish in time');
    process.exit(finished ? 0 : 1);
  };

  const customers = env.CUSTOMER_JWT_SECRET ? 'secret' : env.CUSTOMER_JWKS_URL ? 'jwks' : 'off';
  log.info({ url: serving.url, providers: commerce.providers(), customers }, 'listening');
}

/** Why it didn't start, in words where we have them. */
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
