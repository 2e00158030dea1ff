// Everything that is needed to run the API with a commerce, and with payment gateways, of one's own.
export { createApp, type AppOptions } from './http/app.ts';
export { customerTokens, type CustomerTokenOptions, type VerifyCustomerToken } from './auth/customer-token.ts';
export { EnvError, readEnv, type Env } from './config/env.ts';
export { gatewaysFromEnv } from './config/gateways-from-env.ts';
export { trackingFromEnv } from './config/tracking-from-env.ts';
export { createLogger, logFaults, type Logger } from './observability/log.ts';
export { createMetrics, type Metrics } from './observability/metrics.ts';
export { serve, type Serving } from './http/serve.ts';
export { startApi, type RunningApi, type StartApiOptions } from './start-api.ts';
export { DatabaseUnusable, startDatabase, type StartDatabaseOptions } from './start-database.ts';
export { onStopSignal } from './stop-signals.ts';
export type { GuestOrderOptions } from './guests/guest-orders.ts';
export type { UnsignedLimits } from './webhooks/unsigned-limit.ts';
