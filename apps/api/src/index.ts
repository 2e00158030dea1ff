// Everything that is needed to run the API with a commerce, and with payment gateways, of one's own.
export { createApp, type AppOptions } from './app.ts';
export { customerTokens, type CustomerTokenOptions, type VerifyCustomerToken } from './customer-token.ts';
export { EnvError, readEnv, type Env } from './env.ts';
export { gatewaysFromEnv } from './gateways-from-env.ts';
export { createLogger, logFaults, type Logger } from './log.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { serve, type Serving } from './serve.ts';
export { startApi, type RunningApi, type StartApiOptions } from './start-api.ts';
export { DatabaseUnusable, startDatabase, type StartDatabaseOptions } from './start-database.ts';
export { onStopSignal } from './stop-signals.ts';
export type { UnsignedLimits } from './unsigned-limit.ts';
