import { retentionRules } from '@commerce-core/core';
import { expect, test } from 'vitest';
import { EnvError, readEnv } from './env.ts';
import { keepMsFromEnv } from './retention-from-env.ts';

const DATABASE_URL = 'postgres://shop:secret@db/shop';
const whsec = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;

test('only DATABASE_URL is required; all else has defaults', () => {
  expect(readEnv({ DATABASE_URL })).toMatchObject({
    JOBS: 'on',
    HTTP: 'on',
    PORT: 3000,
    HOST: '127.0.0.1',
    DATABASE_SCHEMA: 'commerce',
    RESERVATION_MINUTES: 30,
    GATEWAY_POLL_AFTER_SECONDS: 300,
    CORS_ORIGINS: [],
    LOG_LEVEL: 'info',
    DATABASE_POOL_MAX: 10,
    KEEP_ALIVE_SECONDS: 65,
    HEADER_BYTES_MAX: 16_384,
    CONNECTIONS_MAX: 2_000,
    REQUESTS_MAX: 4_000,
    CORS_HEADERS: [],
    DATABASE_PREPARED_STATEMENTS: 'on',
    UNSIGNED_WEBHOOKS_PER_ADDRESS: 600,
    UNSIGNED_WEBHOOKS_IN_ALL: 3_000,
  });
});

test('DATABASE_URL may name several hosts', () => {
  const url = 'postgres://shop:secret@a:5432,b:5433/shop';
  expect(readEnv({ DATABASE_URL: url }).DATABASE_URL).toBe(url);
});

test('numbers and lists are parsed, and an empty variable counts as not set', () => {
  const env = readEnv({
    DATABASE_URL,
    PORT: '0',
    MOCK_WEBHOOK_SECRETS: `${whsec}, ${whsec}`,
    MOCK_GATEWAY_URL: 'http://127.0.0.1:3001/mock/',
    CORS_ORIGINS: 'https://a.example,',
    CUSTOMER_JWT_SECRET: '',
    WEBHOOK_RETRY_SECONDS: '0.5, 60',
  });
  expect(env).toMatchObject({ PORT: 0, MOCK_WEBHOOK_SECRETS: [whsec, whsec], CORS_ORIGINS: ['https://a.example'] });
  expect(env.WEBHOOK_RETRY_SECONDS).toEqual([0.5, 60]);
  expect(env.MOCK_GATEWAY_URL).toBe('http://127.0.0.1:3001/mock');
  expect(env.CUSTOMER_JWT_SECRET).toBeUndefined();
});

const secret = 'a customer token secret of 32 bytes';
test.each<[name: string, values: Record<string, string>]>([
  ['DATABASE_URL', { DATABASE_URL: '' }],
  ['DATABASE_URL', { DATABASE_URL: 'mysql://shop:hunter2@db/shop' }],
  ['DATABASE_URL', { DATABASE_URL: 'postgres://a,,hunter2/shop' }],
  ['DATABASE_URL', { DATABASE_URL: 'postgres://a:hunter2,b/shop' }],
  ['JOBS', { JOBS: 'hunter2' }],
  ['HTTP', { HTTP: 'hunter2' }],
  ['HTTP', { HTTP: 'off', JOBS: 'off' }],
  ['DATABASE_SCHEMA', { DATABASE_SCHEMA: 'hunter2"; drop' }],
  ['DATABASE_POOL_MAX', { DATABASE_POOL_MAX: '1' }],
  ['DATABASE_PREPARED_STATEMENTS', { DATABASE_PREPARED_STATEMENTS: 'hunter2' }],
  ['PORT', { PORT: 'hunter2' }],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', { OTEL_EXPORTER_OTLP_ENDPOINT: 'hunter2' }],
  ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'ftp://hunter2' }],
  ['OTEL_SDK_DISABLED', { OTEL_SDK_DISABLED: 'hunter2' }],
  ['OTEL_TRACES_EXPORTER', { OTEL_TRACES_EXPORTER: 'hunter2' }],
  ['OTEL_TRACES_SAMPLER', { OTEL_TRACES_SAMPLER: 'hunter2' }],
  ['OTEL_TRACES_SAMPLER_ARG', { OTEL_TRACES_SAMPLER_ARG: '1.5' }],
  ['PORT', { PORT: '65536' }],
  ['MOCK_WEBHOOK_SECRETS', { MOCK_WEBHOOK_SECRETS: 'hunter2' }],
  ['MOCK_WEBHOOK_SECRETS', { MOCK_WEBHOOK_SECRETS: `${whsec},whsec_hunter2` }],
  ['MOCK_WEBHOOK_SECRETS', { MOCK_WEBHOOK_SECRETS: ' , ' }],
  ['MOCK_GATEWAY_URL', { MOCK_GATEWAY_URL: '127.0.0.1:3001/mock' }],
  [
    'PORTONE_WEBHOOK_SECRETS',
    { PORTONE_API_SECRET: 'hunter2', PORTONE_STORE_ID: 'store-1', PORTONE_CHANNEL_KEY: 'channel-1' },
  ],
  ['PORTONE_WEBHOOK_SECRETS', { PORTONE_WEBHOOK_SECRETS: 'hunter2' }],
  ['PORTONE_API_URL', { PORTONE_API_URL: 'http://127.0.0.1:3001/hunter2' }],
  ['PORTONE_API_URL', { PORTONE_API_URL: 'hunter2' }],
  ['TRACKER_DELIVERY_CALLBACK_URL', { TRACKER_DELIVERY_CALLBACK_URL: 'hunter2' }],
  ['TOSS_CLIENT_KEY', { TOSS_SECRET_KEY: 'live_sk_hunter2' }],
  ['TOSS_SECRET_KEY', { TOSS_CLIENT_KEY: 'live_ck_hunter2' }],
  ['TOSS_CLIENT_KEY', { TOSS_SECRET_KEY: 'live_sk_hunter2', TOSS_CLIENT_KEY: 'test_ck_hunter2' }],
  ['TOSS_API_URL', { TOSS_SECRET_KEY: 'live_sk_1', TOSS_CLIENT_KEY: 'live_ck_1', TOSS_API_URL: 'hunter2' }],
  ['CUSTOMER_JWT_SECRET', { CUSTOMER_JWT_SECRET: 'hunter2' }],
  ['CUSTOMER_JWKS_URL', { CUSTOMER_JWKS_URL: 'hunter2' }],
  ['CUSTOMER_JWKS_URL', { CUSTOMER_JWKS_URL: 'https://id.example/jwks', CUSTOMER_JWT_SECRET: secret }],
  ['RESERVATION_MINUTES', { RESERVATION_MINUTES: 'hunter2' }],
  ['GATEWAY_POLL_AFTER_SECONDS', { GATEWAY_POLL_AFTER_SECONDS: 'hunter2' }],
  ['GATEWAY_EVENT_BODY_DAYS', { GATEWAY_EVENT_BODY_DAYS: 'hunter2' }],
  ['WEBHOOK_ATTEMPT_DAYS', { WEBHOOK_ATTEMPT_DAYS: '3' }],
  ['CORS_ORIGINS', { CORS_ORIGINS: 'https://a.example/hunter2' }],
  ['CORS_ORIGINS', { CORS_ORIGINS: '*' }],
  ['CORS_HEADERS', { CORS_HEADERS: 'x-one, hunter2: x' }],
  ['CORS_HEADERS', { CORS_HEADERS: '*' }],
  ['REQUEST_SECONDS', { REQUEST_SECONDS: '74' }],
  ['REQUEST_SECONDS', { REQUEST_SECONDS: 'hunter2' }],
  ['CONNECTION_REQUESTS_MAX', { CONNECTION_REQUESTS_MAX: '0' }],
  ['UNSIGNED_WEBHOOKS_PER_ADDRESS', { UNSIGNED_WEBHOOKS_PER_ADDRESS: 'hunter2' }],
  ['UNSIGNED_WEBHOOKS_IN_ALL', { UNSIGNED_WEBHOOKS_IN_ALL: '0' }],
  ['CLIENT_ADDRESS_HEADER', { CLIENT_ADDRESS_HEADER: 'hunter2: x' }],
  ['WEBHOOK_RETRY_SECONDS', { WEBHOOK_RETRY_SECONDS: '5,hunter2' }],
  ['WEBHOOK_RETRY_SECONDS', { WEBHOOK_RETRY_SECONDS: '0' }],
  ['WEBHOOK_RETRY_SECONDS', { WEBHOOK_RETRY_SECONDS: ',' }],
  ['LOG_LEVEL', { LOG_LEVEL: 'hunter2' }],
])('an invalid %s is named without its value: %j', (name, values) => {
  const read = () => readEnv({ DATABASE_URL, ...values });
  expect(read).toThrow(EnvError);
  expect(read).toThrow(new RegExp(`^  ${name}: `));
  expect(read).not.toThrow(/hunter2|a customer token/);
});

test('all invalid variables are named at once', () => {
  expect(() => readEnv({ PORT: '-1', LOG_LEVEL: 'loud' })).toThrow(
    /DATABASE_URL: is missing\n.*PORT: .*\n.*LOG_LEVEL: /,
  );
});

const numbers = Object.entries(readEnv({ DATABASE_URL })).flatMap(([name, value]) =>
  typeof value === 'number' ? [name] : [],
);
test.each(numbers)('a wrong %s is refused with its range, whose ends are accepted', (name) => {
  const messageFor = (value: string): string => {
    try {
      readEnv({ DATABASE_URL, [name]: value });
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };
  const message = messageFor('hunter2');
  const [, whole, from, to, atLeast] =
    /^ {2}[A-Z_]+: must be a (whole )?number (?:from ([\d.]+) to (\d+)|of at least (\d+))$/.exec(message) ?? [];
  const [min, max] = [Number(from ?? atLeast), Number(to ?? 1e9)];
  expect([min, max]).not.toContain(Number.NaN);
  for (const wrong of ['-1', '1e400', String(min - 1), ...(to ? [String(max + 1)] : []), ...(whole ? ['2.5'] : [])])
    expect(messageFor(wrong), wrong).toBe(message);
  for (const right of [min, max]) expect(messageFor(String(right)), String(right)).toBe('');
});

test('DATABASE_POOL_MAX=1 is refused with the range', () => {
  expect(() => readEnv({ DATABASE_URL, DATABASE_POOL_MAX: '1' })).toThrow(
    '  DATABASE_POOL_MAX: must be a whole number from 2 to 1000',
  );
});

test('each rule of retention has its variable, with the usual time and the bounds of the rule', () => {
  const usual = { idempotencyKeys: 24 * 3_600_000, webhookAttempts: 14, parkedDeliveries: 90, gatewayEventBodies: 90 };
  const dayMs = 24 * 3_600_000;
  expect(keepMsFromEnv(readEnv({ DATABASE_URL }))).toEqual({
    idempotencyKeys: usual.idempotencyKeys,
    webhookAttempts: usual.webhookAttempts * dayMs,
    parkedDeliveries: usual.parkedDeliveries * dayMs,
    gatewayEventBodies: usual.gatewayEventBodies * dayMs,
    trackingMessageBodies: usual.gatewayEventBodies * dayMs,
    operatorSessions: dayMs,
  });
  expect(keepMsFromEnv(readEnv({ DATABASE_URL, GATEWAY_EVENT_BODY_DAYS: '7' })).gatewayEventBodies).toBe(7 * dayMs);
  for (const { variable, min, max } of Object.values(retentionRules))
    for (const wrong of [min - 0.1, max + 1])
      expect(() => readEnv({ DATABASE_URL, [variable]: String(wrong) })).toThrow(
        `  ${variable}: must be a number from ${min} to ${max}`,
      );
});

test('OpenTelemetry’s other variables are no misspellings of those that the API reads', () => {
  const names = ['EXPORTER_OTLP_HEADERS', 'EXPORTER_OTLP_PROTOCOL', 'EXPORTER_OTLP_TRACES_HEADERS', 'SERVICE_NAME'];
  const others = [...names, 'METRICS_EXPORTER', 'LOGS_EXPORTER', 'RESOURCE_ATTRIBUTES', 'EXPORTER_OTLP_LOGS_ENDPOINT'];
  const set = Object.fromEntries(others.map((name) => [`OTEL_${name}`, 'x']));
  expect(readEnv({ DATABASE_URL, ...set }).OTEL_TRACES_SAMPLER).toBe('parentbased_always_on');
});
