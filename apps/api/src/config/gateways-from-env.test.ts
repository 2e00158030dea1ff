import { expect, test } from 'vitest';
import { readEnv } from './env.ts';
import { gatewaysFromEnv } from './gateways-from-env.ts';

const DATABASE_URL = 'postgres://shop:secret@db/shop';
const whsec = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const providers = async (variables: Record<string, string>) =>
  (await gatewaysFromEnv(readEnv({ DATABASE_URL, ...variables }))).map(({ provider }) => provider);

test('a gateway is configured by its variables, and absent without them', async () => {
  const toss = { TOSS_SECRET_KEY: 'test_sk_1', TOSS_CLIENT_KEY: 'test_ck_1' };
  expect(await providers({})).toEqual([]);
  expect(await providers({ MOCK_WEBHOOK_SECRETS: whsec })).toEqual(['mock']);
  expect(await providers({ TOSS_API_URL: 'http://127.0.0.1:3001/toss' })).toEqual([]);
  expect(await providers({ ...toss, MOCK_WEBHOOK_SECRETS: whsec })).toEqual(['mock', 'toss']);
  expect(await providers({ ...toss, TOSS_API_URL: 'http://127.0.0.1:3001/toss' })).toEqual(['toss']);
  const portone = {
    PORTONE_API_SECRET: 's',
    PORTONE_WEBHOOK_SECRETS: `${whsec},${whsec}`,
    PORTONE_STORE_ID: 'store-1',
    PORTONE_CHANNEL_KEY: 'channel-1',
    PORTONE_API_URL: 'http://127.0.0.1:3001',
  };
  expect(await providers({ ...portone, ...toss })).toEqual(['toss', 'portone']);
});

test('Stripe needs its key and webhook secrets together, all for tests or all live', async () => {
  const stripe = { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_WEBHOOK_SECRETS: 'whsec_1, whsec_2' };
  expect(await providers(stripe)).toEqual(['stripe']);
  expect(
    await providers({ ...stripe, STRIPE_PUBLISHABLE_KEY: 'pk_test_1', STRIPE_API_URL: 'http://127.0.0.1:3001' }),
  ).toEqual(['stripe']);
  await expect(providers({ STRIPE_SECRET_KEY: 'sk_test_1' })).rejects.toThrow('STRIPE_WEBHOOK_SECRETS: is missing');
  await expect(providers({ STRIPE_WEBHOOK_SECRETS: 'whsec_1' })).rejects.toThrow('STRIPE_SECRET_KEY: is missing');
  for (const [name, value, message] of [
    ['STRIPE_SECRET_KEY', 'pk_test_1', 'must be sk_… or rk_…'],
    ['STRIPE_WEBHOOK_SECRETS', 'whsec_1,hunter2', 'must be whsec_…, each'],
    ['STRIPE_PUBLISHABLE_KEY', 'sk_test_1', 'must be pk_…'],
    ['STRIPE_PUBLISHABLE_KEY', 'pk_live_1', 'must be of the same kind as STRIPE_SECRET_KEY: one is for tests'],
    ['STRIPE_API_URL', 'http://127.0.0.1:3001/stripe', 'must be without a path'],
  ] as const) {
    await expect(providers({ ...stripe, [name]: value })).rejects.toThrow(`  ${name}: ${message}`);
  }
});
