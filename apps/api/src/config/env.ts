import { hostsOfUrl } from '@commerce-core/core';
import { z } from 'zod';
import { gatewayIssues, gatewayVariables, httpUrl, isWebhookSecret } from './gateways-from-env.ts';
import { guestIssues, guestVariables } from './guests-from-env.ts';
import { httpIssues, httpVariables } from './http-from-env.ts';
import { list } from './list.ts';
import { findMisspelled, misspelledText } from './misspelled.ts';
import { someNumber, wholeNumber } from './numbers.ts';
import { productionIssues, productionVariables } from './production.ts';
import { retentionVariables } from './retention-from-env.ts';
import { sinkVariables } from './sinks-from-env.ts';
import { trackingIssues, trackingVariables } from './tracking-from-env.ts';
import { tracingVariables } from './tracing-from-env.ts';
import { unsignedLimitsDefault } from '../webhooks/unsigned-limit.ts';

const dayS = 24 * 60 * 60;

const database = {
  /** Several hosts, separated by commas, are a primary and its standbys; the program finds the primary. */
  DATABASE_URL: z.string('must be a postgres:// URL').refine(isDatabaseUrl, 'must be a postgres:// URL'),
  /** The PostgreSQL schema that holds the tables. */
  DATABASE_SCHEMA: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,62}$/, 'must be a lower-case name')
    .default('commerce'),
};

const databaseEnv = z.object(database);

const apiEnv = z.object({
  ...database,
  /** `off` in API processes whose background jobs other processes run. */
  JOBS: z.enum(['on', 'off']).default('on'),
  /** `off` in worker processes: they serve /healthz, /readyz and /metrics, and no calls. */
  HTTP: z.enum(['on', 'off']).default('on'),
  ...httpVariables,
  /** The largest number of connections to the database. */
  DATABASE_POOL_MAX: wholeNumber(2, 1_000).default(10),
  /** `off` is for PgBouncer before 1.21, which loses a connection's prepared statements between two transactions. */
  DATABASE_PREPARED_STATEMENTS: z.enum(['on', 'off']).default('on'),
  /** `off` where `npm run migrate` does it before: a process then doesn't start while the database lacks a migration. */
  MIGRATE_AT_START: z.enum(['on', 'off']).default('on'),
  ...productionVariables,
  ...gatewayVariables,
  ...sinkVariables,
  ...trackingVariables,
  ...tracingVariables,
  /** Verifies customers' tokens (HS256). RFC 7518, 3.2: the key has at least as many bits as the hash. */
  CUSTOMER_JWT_SECRET: z
    .string()
    .refine((text) => Buffer.byteLength(text) >= 32, 'must have at least 32 bytes')
    .optional(),
  /** The public keys of an identity provider, in place of CUSTOMER_JWT_SECRET. */
  CUSTOMER_JWKS_URL: httpUrl.optional(),
  /** When set, customers' tokens need this `iss`, and this `aud`. */
  CUSTOMER_JWT_ISSUER: z.string().optional(),
  CUSTOMER_JWT_AUDIENCE: z.string().optional(),
  ...guestVariables,
  /** How long an unpaid order reserves its stock. Fractions are allowed: 0.1 is six seconds, for trials. */
  RESERVATION_MINUTES: someNumber(0.05, 7 * 24 * 60).default(30),
  /** The shop's own pricing service, which adds discounts, taxes and fees to orders, and the secret of its requests. */
  QUOTE_URL: httpUrl.optional(),
  QUOTE_SECRET: z.string().refine(isWebhookSecret, 'must be whsec_ and at least 16 bytes in base64').optional(),
  /** `on` refuses orders without a shipping option. */
  REQUIRE_SHIPPING_OPTION: z.enum(['on', 'off']).default('off'),
  /** Up to how many units of a product everyone reads FEW_LEFT. */
  FEW_LEFT_QTY: wholeNumber(0, 1_000_000).default(5),
  /** For how many days after the delivery a customer may request a return. */
  RETURN_DAYS: wholeNumber(0, 3_650).default(30),
  /** `on` refunds what a return brings back as soon as it is received. */
  RETURN_AUTO_REFUND: z.enum(['on', 'off']).default('off'),
  /** How long a payment may go without news before its gateway is polled. */
  GATEWAY_POLL_AFTER_SECONDS: someNumber(1, 24 * 60 * 60).default(5 * 60),
  ...retentionVariables,
  /**
   * Concurrent batch transactions for each of orders, payments and webhooks: one works while another waits for the
   * disk.
   */
  BATCH_LANES: wholeNumber(1, 4).default(2),
  /** Calls of one kind that may wait for a transaction. A call beyond that gets a 503. */
  QUEUE_MAX: wholeNumber(1, 100_000).default(2_000),
  /**
   * Webhooks per minute from gateways that do not sign (Toss), per address and in total, and as many from carriers. A
   * webhook beyond that gets a 429.
   */
  UNSIGNED_WEBHOOKS_PER_ADDRESS: wholeNumber(1).default(unsignedLimitsDefault.perAddressMax),
  UNSIGNED_WEBHOOKS_IN_ALL: wholeNumber(1).default(unsignedLimitsDefault.inAllMax),
  /** Behind a proxy: the header with the client's address, like `x-forwarded-for`. The last address in it counts. */
  CLIENT_ADDRESS_HEADER: z
    .string()
    .regex(/^[\w-]+$/, 'must be the name of a header')
    .toLowerCase()
    .optional(),
  /** Encrypts the secrets of webhook endpoints. Without it there are no webhooks to merchants. */
  WEBHOOK_SECRETS_KEY: z
    .string()
    .regex(/^[A-Za-z0-9+/]{43}=$/, 'must be 32 bytes in base64, as `openssl rand -base64 32` prints them')
    .optional(),
  /** `on` lets webhook endpoints be on this machine, in private networks and without TLS: for development. */
  WEBHOOK_ALLOW_PRIVATE: z.enum(['on', 'off']).default('off'),
  /** The pauses after each failed attempt of a delivery to a webhook endpoint, comma-separated. Then it is parked. */
  WEBHOOK_RETRY_SECONDS: list
    .refine(
      (all) => all.length >= 1 && all.length <= 20 && all.map(Number).every((pause) => pause >= 0.05 && pause <= dayS),
      'must be 1 to 20 numbers from 0.05 to 86400, like 5, 300, 1800',
    )
    .transform((all) => all.map(Number))
    .optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export type Env = z.output<typeof apiEnv>;

/** What is wrong between variables; each issue names one of them. */
function issuesBetween(env: Env): { name: string; message: string }[] {
  const issues: { name: string; message: string }[] = [
    ...gatewayIssues(env),
    ...trackingIssues(env),
    ...guestIssues(env),
    ...httpIssues(env),
    ...productionIssues(env),
  ];
  if (env.JOBS === 'off' && env.HTTP === 'off')
    issues.push({ name: 'HTTP', message: 'must not be off together with JOBS: the process would do nothing' });
  if (env.CUSTOMER_JWT_SECRET !== undefined && env.CUSTOMER_JWKS_URL !== undefined)
    issues.push({
      name: 'CUSTOMER_JWKS_URL',
      message: 'must not be set together with CUSTOMER_JWT_SECRET: only one of them verifies a token',
    });
  if ((env.QUOTE_URL === undefined) !== (env.QUOTE_SECRET === undefined))
    issues.push({ name: 'QUOTE_SECRET', message: 'must be set together with QUOTE_URL' });
  return issues;
}

/** The names of all variables that the API reads. */
export const variableNames: readonly string[] = Object.keys(apiEnv.shape);

/** An invalid environment. The message names the variables and never their values, because some are secrets. */
export class EnvError extends Error {
  override readonly name = 'EnvError';
}

export type Variables = Record<string, string | undefined>;

/**
 * The environment of the API server, with defaults.
 * @throws EnvError when variables are missing, invalid or near misses of known names; the message lists all of them
 */
export const readEnv = (variables: Variables = process.env): Env => read(apiEnv, variables, issuesBetween);

/**
 * The environment of a program that uses only the database.
 * @throws EnvError when variables are missing, invalid or near misses of known names; the message lists all of them
 */
export const readDatabaseEnv = (variables: Variables = process.env) => read(databaseEnv, variables);

/** All faults are found in one go: a variable that is wrong by itself hides none that lies between variables. */
function read<S extends z.ZodRawShape>(
  { shape }: z.ZodObject<S>,
  variables: Variables,
  between: (env: z.output<z.ZodObject<S>>) => { name: string; message: string }[] = () => [],
): z.output<z.ZodObject<S>> {
  // `PORT=` in a settings file means that PORT is not set.
  const given = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''),
  );
  const faults = new Map<string, string>();
  const values: Record<string, unknown> = {};
  for (const [name, type] of Object.entries(shape)) {
    const parsed = z.safeParse(type, given[name]);
    values[name] = parsed.success ? parsed.data : given[name];
    // A number may break several rules of one variable, which have one message.
    if (!parsed.success) faults.set(name, name in given ? (parsed.error.issues[0]?.message ?? '') : 'is missing');
  }
  // Each value is what its type returned, or faults are thrown below. What is wrong has the text that was given.
  const env = values as z.output<z.ZodObject<S>>;
  for (const { name, message } of between(env)) if (!faults.has(name)) faults.set(name, message);
  const lines = [...[...faults].map(([name, message]) => `  ${name}: ${message}`), ...misspelledLines(variables)];
  if (lines.length > 0) throw new EnvError(lines.join('\n'));
  return env;
}

function misspelledLines(variables: Variables): string[] {
  return findMisspelled(variables, variableNames).map((misspelled) => `  ${misspelledText(misspelled)}`);
}

function isDatabaseUrl(text: string): boolean {
  try {
    return /^postgres(ql)?:\/\//.test(text) && hostsOfUrl(text).length > 0;
  } catch {
    return false;
  }
}
