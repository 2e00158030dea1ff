import { expect, test } from 'vitest';
import { emulatorsFromEnv } from './emulators-from-env.ts';

const toss = { TOSS_WEBHOOK_URL: 'http://127.0.0.1:3000/api/v1/payments/webhooks/toss', TOSS_SECRET_KEY: 'test_sk_1' };
const stripe = {
  STRIPE_WEBHOOK_URL: 'http://127.0.0.1:3000/api/v1/payments/webhooks/stripe',
  STRIPE_WEBHOOK_SECRET: 'whsec_1',
};
const portone = {
  PORTONE_WEBHOOK_URL: 'http://127.0.0.1:3000/api/v1/payments/webhooks/portone',
  PORTONE_API_SECRET: 'secret-1',
  PORTONE_WEBHOOK_SECRET: `whsec_${Buffer.alloc(24, 1).toString('base64')}`,
  PORTONE_STORE_ID: 'store-1',
};

test('a provider is emulated exactly when all of its required variables are set', () => {
  const emulated = (env: Parameters<typeof emulatorsFromEnv>[0]) =>
    emulatorsFromEnv(env).map(({ emulator, webhookUrl }) => [emulator.provider, webhookUrl]);
  expect(emulated({})).toEqual([]);
  expect(emulated(toss)).toEqual([['toss', toss.TOSS_WEBHOOK_URL]]);
  expect(emulated({ ...toss, TOSS_SECRET_KEY: undefined })).toEqual([]);
  expect(emulated({ ...stripe, ...toss })).toEqual([
    ['stripe', stripe.STRIPE_WEBHOOK_URL],
    ['toss', toss.TOSS_WEBHOOK_URL],
  ]);
  expect(emulated({ ...stripe, STRIPE_WEBHOOK_SECRET: undefined })).toEqual([]);
  expect(emulated({ ...toss, ...portone })).toEqual([
    ['toss', toss.TOSS_WEBHOOK_URL],
    ['portone', portone.PORTONE_WEBHOOK_URL],
  ]);
  expect(emulated({ ...portone, PORTONE_STORE_ID: undefined })).toEqual([]);
});
