import { z } from 'zod';
import { gatewayIssues, gatewayVariables, httpUrl, list } from './gateways-from-env.ts';
import { unsignedLimitsDefault } from './unsigned-limit.ts';

const database = {
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' }),
  /** The PostgreSQL schema of the tables. */
  DATABASE_SCHEMA: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,62}$/, 'must be a lower-case name')
    .default('commerce'),
};

const databaseEnv = z.object(database);

const apiEnv = z
  .object({
    ...database,
    PORT: z.coerce.number('must be a port').int().min(0).max(65_535).default(3_000),
    /** Reachable from this machine alone unless said; in a container 0.0.0.0. */
    HOST: z.string().default('127.0.0.1'),
    /** Connections kept at most. */
    DATABASE_POOL_MAX: z.coerce.number('must be a number').int().min(2).max(1_000).default(10),
    /** Off behind PgBouncer before 1.21, which loses a connection's prepared statements between two transactions. */
    DATABASE_PREPARED_STATEMENTS: z.enum(['on', 'off']).default('on'),
    ...gatewayVariables,
    // RFC 7518, 3.2: a key for HS256 has at least as many bits as the hash.
    CUSTOMER_JWT_SECRET: z
      .string()
      .refine((text) => Buffer.byteLength(text) >= 32, 'must have at least 32 bytes')
      .optional(),
    CUSTOMER_JWKS_URL: httpUrl.optional(),
    CUSTOMER_JWT_ISSUER: z.string().optional(),
    CUSTOMER_JWT_AUDIENCE: z.string().optional(),
    /** How long an unpaid order keeps its stock; 0.1 is six seconds, for trials. */
    RESERVATION_MINUTES: z.coerce
      .number('must be a number')
      .min(0.05)
      .max(7 * 24 * 60)
      .default(30),
    /** How long a gateway may say nothing about a payment before it is asked. */
    GATEWAY_POLL_AFTER_SECONDS: z.coerce
      .number('must be a number')
      .min(1)
      .max(24 * 60 * 60)
      .default(5 * 60),
    /** How long an answer is kept for a call that is repeated with its Idempotency-Key. */
    IDEMPOTENCY_KEY_HOURS: z.coerce
      .number('must be a number')
      .min(1)
      .max(30 * 24)
      .default(24),
    /** Transactions that orders, payments and webhooks share at once, each: one works while the other waits for the disk. */
    BATCH_LANES: z.coerce.number('must be a number').int().min(1).max(4).default(2),
    /** Calls of a kind that may wait for a transaction; one more is answered 503. */
    QUEUE_MAX: z.coerce.number('must be a number').int().min(1).max(100_000).default(2_000),
    /** Webhooks of gateways that don't sign (Toss) that are taken a minute, from one address and in all; more answer 429. */
    UNSIGNED_WEBHOOKS_PER_ADDRESS: z.coerce
      .number('must be a number')
      .int()
      .min(1)
      .default(unsignedLimitsDefault.perAddressMax),
    UNSIGNED_WEBHOOKS_IN_ALL: z.coerce.number('must be a number').int().min(1).default(unsignedLimitsDefault.inAllMax),
    /** Behind a proxy, the header in which it says who called, like `x-forwarded-for`; its last address counts. */
    CLIENT_ADDRESS_HEADER: z
      .string()
      .regex(/^[\w-]+$/, 'must be the name of a header')
      .toLowerCase()
      .optional(),
    /** Origins whose pages may call, comma-separated, like `https://shop.example`. */
    CORS_ORIGINS: list.refine((all) => all.every(isOrigin), 'must be origins like https://shop.example').default([]),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  })
  .refine((env) => !(env.CUSTOMER_JWT_SECRET && env.CUSTOMER_JWKS_URL), {
    path: ['CUSTOMER_JWKS_URL'],
    error: 'must not be set beside CUSTOMER_JWT_SECRET: a token is verified by one of them',
  })
  .superRefine((env, context) => {
    for (const { name, message } of gatewayIssues(env)) context.addIssue({ code: 'custom', path: [name], message });
  });

export type Env = z.output<typeof apiEnv>;

/** The environment doesn't fit. The message names the variables, and never their values: some are secrets. */
export class EnvError extends Error {
  override readonly name = 'EnvError';
}

export type Variables = Record<string, string | undefined>;

/** @throws EnvError */
export const readEnv = (variables: Variables = process.env): Env => read(apiEnv, variables);

/** What a program needs that only talks to the database. @throws EnvError */
export const readDatabaseEnv = (variables: Variables = process.env) => read(databaseEnv, variables);

function read<S extends z.ZodType>(schema: S, variables: Variables): z.output<S> {
  // `PORT=` in a file of settings means that it isn't set.
  const given = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => {
    const name = path.join('.');
    return `  ${name}: ${name in given ? message : 'is missing'}`;
  });
  throw new EnvError(lines.join('\n'));
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text;
}
