import { expect, test } from 'vitest';
import { EnvError, readEnv } from './env.ts';

const DATABASE_URL = 'postgres://shop:secret@db/shop';
const whsec = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;

test('a database is all it takes', () => {
  expect(readEnv({ DATABASE_URL })).toMatchObject({
    PORT: 3000,
    HOST: '127.0.0.1',
    DATABASE_SCHEMA: 'commerce',
    HOLD_MINUTES: 30,
    CORS_ORIGINS: [],
    LOG_LEVEL: 'info',
    DATABASE_POOL_MAX: 10,
  });
});

test('numbers and lists are read, and an empty variable is none', () => {
  const env = readEnv({
    DATABASE_URL,
    PORT: '0',
    MOCK_WEBHOOK_SECRETS: `${whsec}, ${whsec}`,
    CORS_ORIGINS: 'https://a.example,',
    CUSTOMER_JWT_SECRET: '',
  });
  expect(env).toMatchObject({ PORT: 0, MOCK_WEBHOOK_SECRETS: [whsec, whsec], CORS_ORIGINS: ['https://a.example'] });
  expect(env.CUSTOMER_JWT_SECRET).toBeUndefined();
});

const secret = 'a customer token secret of 32 bytes';
test.each<[name: string, values: Record<string, string>]>([
  ['DATABASE_URL', { DATABASE_URL: '' }],
  ['DATABASE_URL', { DATABASE_URL: 'mysql://shop:hunter2@db/shop' }],
  ['DATABASE_SCHEMA', { DATABASE_SCHEMA: 'hunter2"; drop' }],
  ['DATABASE_POOL_MAX', { DATABASE_POOL_MAX: '1' }],
  ['PORT', { PORT: 'hunter2' }],
  ['PORT', { PORT: '65536' }],
  ['MOCK_WEBHOOK_SECRETS', { MOCK_WEBHOOK_SECRETS: 'hunter2' }],
  ['MOCK_WEBHOOK_SECRETS', { MOCK_WEBHOOK_SECRETS: `${whsec},whsec_hunter2` }],
  ['MOCK_WEBHOOK_SECRETS', { MOCK_WEBHOOK_SECRETS: ' , ' }],
  ['CUSTOMER_JWT_SECRET', { CUSTOMER_JWT_SECRET: 'hunter2' }],
  ['CUSTOMER_JWKS_URL', { CUSTOMER_JWKS_URL: 'hunter2' }],
  ['CUSTOMER_JWKS_URL', { CUSTOMER_JWKS_URL: 'https://id.example/jwks', CUSTOMER_JWT_SECRET: secret }],
  ['HOLD_MINUTES', { HOLD_MINUTES: 'hunter2' }],
  ['CORS_ORIGINS', { CORS_ORIGINS: 'https://a.example/hunter2' }],
  ['CORS_ORIGINS', { CORS_ORIGINS: '*' }],
  ['LOG_LEVEL', { LOG_LEVEL: 'hunter2' }],
])('a bad %s is named and never shown: %j', (name, values) => {
  const read = () => readEnv({ DATABASE_URL, ...values });
  expect(read).toThrow(EnvError);
  expect(read).toThrow(new RegExp(`^  ${name}: `));
  expect(read).not.toThrow(/hunter2|a customer token/);
});

test('all that is wrong is named at once', () => {
  expect(() => readEnv({ PORT: '-1', LOG_LEVEL: 'loud' })).toThrow(
    /DATABASE_URL: is missing\n.*PORT: .*\n.*LOG_LEVEL: /,
  );
});
