import { hostsOfUrl } from '@commerce-core/core';
import { z } from 'zod';
import { adminVariables } from './admin-from-env.ts';
import { gatewayIssues, gatewayVariables, httpUrl } from './gateways-from-env.ts';
import { guestIssues, guestVariables } from './guests-from-env.ts';
import { httpIssues, httpVariables } from './http-from-env.ts';
import { findMisspelled, misspelledText } from './misspelled.ts';
import { someNumber, wholeNumber } from './numbers.ts';
import { orderVariables, priceVariables } from './orders-from-env.ts';
import { productionIssues, productionVariables } from './production.ts';
import { retentionVariables } from './retention-from-env.ts';
import { sinkVariables } from './sinks-from-env.ts';
import { trackingIssues, trackingVariables } from './tracking-from-env.ts';
import { tracingVariables } from './tracing-from-env.ts';
import { webhookVariables } from './webhooks-from-env.ts';
import { unsignedLimitsDefault } from '../webhooks/unsigned-limit.ts';

const onOff = z.enum(['on', 'off']);

const database = {
  DATABASE_URL: z
    .string('must be a postgres:// URL')
    .refine(isDatabaseUrl, 'must be a postgres:// URL')
    .describe(
      'PostgreSQL 15 to 18, in UTF8. Several hosts (`…@a:5432,b:5432/shop`) are a primary and its standbys; the ' +
        'program finds the primary.',
    ),
  DATABASE_SCHEMA: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,62}$/, 'must be a lower-case name')
    .default('commerce')
    .describe('The PostgreSQL schema that holds the tables.'),
};

const databaseEnv = z.object(database);

const databaseOfApi = {
  ...database,
  DATABASE_POOL_MAX: wholeNumber(2, 1_000)
    .default(10)
    .describe('Connections to the database at most, for each process.'),
  DATABASE_PREPARED_STATEMENTS: onOff
    .default('on')
    .describe(
      '`off` is for PgBouncer before 1.21 in transaction mode (tested with 1.18), which loses prepared statements ' +
        'between two transactions. The API refuses to start without it there.',
    ),
  MIGRATE_AT_START: onOff
    .default('on')
    .describe(
      '`on` applies missing migrations at the start, behind a lock. `off` is for deployments where `npm run migrate` ' +
        'does it before: a process then does not start while the database lacks a migration.',
    ),
};

const http = {
  ...httpVariables,
  JOBS: onOff.default('on').describe('`off` runs no background jobs, in API processes whose jobs other processes run.'),
  HTTP: onOff
    .default('on')
    .describe(
      '`off` serves only `/healthz`, `/readyz` and `/metrics`, in worker processes. Not together with `JOBS=off`.',
    ),
  CLIENT_ADDRESS_HEADER: z
    .string()
    .regex(/^[\w-]+$/, 'must be the name of a header')
    .toLowerCase()
    .optional()
    .describe(
      'Behind a proxy: the header with the client’s address, like `x-forwarded-for`. The last address in it counts. ' +
        'Without it all clients of the proxy share its address in limits.',
    ),
};

const limits = {
  BATCH_LANES: wholeNumber(1, 4)
    .default(2)
    .describe(
      'Concurrent batch transactions for each of orders, payments and webhooks: one works while another waits for ' +
        'the disk.',
    ),
  QUEUE_MAX: wholeNumber(1, 100_000)
    .default(2_000)
    .describe('Calls of one kind that may wait for a transaction. A call beyond that gets a 503.'),
  UNSIGNED_WEBHOOKS_PER_ADDRESS: wholeNumber(1)
    .default(unsignedLimitsDefault.perAddressMax)
    .describe(
      'Webhooks a minute from gateways that do not sign (Toss), from one address, and as many from carriers that do ' +
        'not sign. A webhook beyond that gets a 429.',
    ),
  UNSIGNED_WEBHOOKS_IN_ALL: wholeNumber(1)
    .default(unsignedLimitsDefault.inAllMax)
    .describe('The same from all addresses together.'),
};

const customers = {
  CUSTOMER_JWT_SECRET: z
    .string()
    // RFC 7518, 3.2: the key has at least as many bits as the hash.
    .refine((text) => Buffer.byteLength(text) >= 32, 'must have at least 32 bytes')
    .optional()
    .describe('Verifies customers’ tokens (HS256). `sub` is the customer’s id, and not an e-mail address.'),
  CUSTOMER_JWKS_URL: httpUrl
    .optional()
    .describe('The public keys of an identity provider, in place of `CUSTOMER_JWT_SECRET`.'),
  CUSTOMER_JWT_ISSUER: z.string().optional().describe('When set, customers’ tokens need this `iss`.'),
  CUSTOMER_JWT_AUDIENCE: z.string().optional().describe('When set, customers’ tokens need this `aud`.'),
};

const polling = {
  GATEWAY_POLL_AFTER_SECONDS: someNumber(1, 24 * 60 * 60)
    .default(5 * 60)
    .describe(
      'How long after its last message a gateway is polled for a payment. Lists of events are read every twice that ' +
        'time.',
    ),
};

const logs = {
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('The least important lines that the log has.'),
};

/** All variables by the headings of docs/reference/configuration.md. */
export const variableGroups = {
  Database: databaseOfApi,
  'Process and HTTP': http,
  Production: productionVariables,
  'Operators’ page': adminVariables,
  'Payment gateways': { ...gatewayVariables, ...polling },
  'Customers and guests': { ...customers, ...guestVariables },
  Prices: priceVariables,
  'Orders and returns': orderVariables,
  Tracking: trackingVariables,
  'Event sinks': sinkVariables,
  Webhooks: webhookVariables,
  Retention: retentionVariables,
  Limits: limits,
  'Logs and traces': { ...tracingVariables, ...logs },
};

type Group = (typeof variableGroups)[keyof typeof variableGroups];
type NameOf<G> = G extends unknown ? keyof G : never;
type Merged<G> = { [N in NameOf<G>]: Extract<G, Record<N, unknown>>[N] };

// No two groups have a variable of one name, so that merging them loses none.
const apiEnv = z.object(Object.assign({}, ...Object.values(variableGroups)) as Merged<Group>);

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
