import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { EnvError, readEnv } from './env.ts';

const DATABASE_URL = 'postgres://shop:hunter2@db/shop';
const whsec = (): string => `whsec_${randomBytes(24).toString('base64')}`;

/** The message of the variables that keep the API from starting; '' when it starts. */
function refusalOf(values: Record<string, string>): string {
  try {
    readEnv({ DATABASE_URL, ...values });
    return '';
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    return error.message;
  }
}
const refused = (values: Record<string, string>): string[] =>
  [...refusalOf(values).matchAll(/^ {2}(\w+): /gm)].map(([, name]) => name ?? '');

const toss = { TOSS_SECRET_KEY: 'test_sk_hunter2', TOSS_CLIENT_KEY: 'test_ck_hunter2' };
const stripe = { STRIPE_SECRET_KEY: 'sk_test_hunter2', STRIPE_WEBHOOK_SECRETS: 'whsec_Q8sv9fuDkHHTg2Ex1Lr5' };
const portone = { PORTONE_API_SECRET: 'x', PORTONE_STORE_ID: 'x', PORTONE_CHANNEL_KEY: 'x' };

test.each<[names: string[], values: Record<string, string>]>([
  [['MOCK_WEBHOOK_SECRETS'], { MOCK_WEBHOOK_SECRETS: whsec() }],
  [['TRACKING_MOCK_SECRET'], { TRACKING_MOCK_SECRET: whsec() }],
  [['STRIPE_SECRET_KEY'], stripe],
  [['TOSS_SECRET_KEY'], toss],
  [['WEBHOOK_ALLOW_PRIVATE'], { WEBHOOK_ALLOW_PRIVATE: 'on' }],
  [['CUSTOMER_JWT_SECRET'], { CUSTOMER_JWT_SECRET: 'x'.repeat(32) }],
  [['CUSTOMER_JWT_SECRET'], { CUSTOMER_JWT_SECRET: 'Change-Me hunter2 Change-Me hunter2' }],
  [['GUEST_TOKEN_SECRETS'], { GUEST_TOKEN_SECRETS: `${randomBytes(32).toString('hex')},${'ab'.repeat(16)}` }],
  [['WEBHOOK_SECRETS_KEY'], { WEBHOOK_SECRETS_KEY: Buffer.alloc(32).toString('base64') }],
  [['QUOTE_SECRET'], { QUOTE_URL: 'https://price.example', QUOTE_SECRET: `whsec_${'A'.repeat(32)}` }],
  [['PORTONE_WEBHOOK_SECRETS'], { ...portone, PORTONE_WEBHOOK_SECRETS: `whsec_${'A'.repeat(32)}` }],
  [
    ['PORT', 'MOCK_WEBHOOK_SECRETS', 'STRIPE_SECRET_KEY', 'WEBHOOK_ALLOW_PRIVATE'],
    { PORT: 'hunter2', MOCK_WEBHOOK_SECRETS: whsec(), ...stripe, WEBHOOK_ALLOW_PRIVATE: 'on' },
  ],
])('in production the API does not start with %j for development, and otherwise it does', (names, values) => {
  expect(refused({ ...values, PRODUCTION: 'on' })).toEqual(names);
  expect(refusalOf({ ...values, PRODUCTION: 'on' })).not.toContain('hunter2');
  const withoutPort = { ...values, PORT: '0' };
  expect(refused(withoutPort)).toEqual([]);
});

test('random secrets and live keys are fine in production, over many of them', () => {
  for (let round = 0; round < 500; round += 1) {
    const values = {
      STRIPE_SECRET_KEY: `sk_live_${randomBytes(12).toString('hex')}`,
      STRIPE_WEBHOOK_SECRETS: `whsec_${randomBytes(16).toString('hex')}`,
      CUSTOMER_JWT_SECRET: randomBytes(32).toString('hex'),
      GUEST_TOKEN_SECRETS: randomBytes(32).toString('base64url'),
      WEBHOOK_SECRETS_KEY: randomBytes(32).toString('base64'),
    };
    expect(refused({ ...values, PRODUCTION: 'on' })).toEqual([]);
  }
});
