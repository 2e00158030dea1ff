import { expect, test } from 'vitest';
import { readEnv } from './env.ts';
import { gatewaysFromEnv } from './gateways-from-env.ts';

const whsec = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const on = {
  DATABASE_URL: 'postgres://shop:secret@db/shop',
  MOCK_WEBHOOK_SECRETS: whsec,
  TOSS_SECRET_KEY: 'test_sk_1',
  TOSS_CLIENT_KEY: 'test_ck_1',
  STRIPE_SECRET_KEY: 'sk_test_1',
  STRIPE_WEBHOOK_SECRETS: 'whsec_1',
};
const gateways = (variables: Record<string, string>) =>
  Object.fromEntries(gatewaysFromEnv(readEnv({ ...on, ...variables })).map((gateway) => [gateway.provider, gateway]));
const minutes = (ms: number | undefined) => ms && ms / 60_000;

test('an attempt holds the stock as long as is said of its method, as the method usually takes, or as is said of its provider', () => {
  const usual = gateways({});
  expect(['mock', 'stripe', 'toss'].map((name) => usual[name]!.reservationMsOf!(null))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  const { mock, stripe, toss } = gateways({
    GATEWAY_RESERVATION_MINUTES: 'stripe=45, stripe/konbini=60,toss/virtual_account=4320 , mock/later=2',
  });
  expect([null, 'card', 'konbini', 'oxxo'].map((method) => minutes(stripe!.reservationMsOf!(method)))).toEqual([
    45,
    45,
    60,
    5 * 24 * 60,
  ]);
  expect([null, 'virtual_account'].map((method) => minutes(toss!.reservationMsOf!(method)))).toEqual([undefined, 4320]);
  expect([null, 'later'].map((method) => minutes(mock!.reservationMsOf!(method)))).toEqual([undefined, 2]);
});

test('a provider takes the money at once or authorizes first, as is said', () => {
  const usual = gateways({});
  expect([usual['mock']!.captures, usual['stripe']!.captures]).toEqual([
    ['MANUAL', 'AUTOMATIC'],
    ['AUTOMATIC', 'MANUAL'],
  ]);
  const { mock, stripe, toss } = gateways({ GATEWAY_CAPTURE: 'stripe=MANUAL, mock=AUTOMATIC, toss=AUTOMATIC' });
  expect([mock!.captures, stripe!.captures, toss!.captures]).toEqual([
    ['AUTOMATIC', 'MANUAL'],
    ['MANUAL', 'AUTOMATIC'],
    ['AUTOMATIC'],
  ]);
});

test.each([
  ['GATEWAY_RESERVATION_MINUTES', 'paypal=45'],
  ['GATEWAY_RESERVATION_MINUTES', 'stripe'],
  ['GATEWAY_RESERVATION_MINUTES', 'stripe=0'],
  ['GATEWAY_RESERVATION_MINUTES', 'stripe=1.5'],
  ['GATEWAY_RESERVATION_MINUTES', 'stripe=45=7'],
  ['GATEWAY_RESERVATION_MINUTES', 'stripe=45, stripe=46'],
  ['GATEWAY_RESERVATION_MINUTES', 'stripe=999999'],
  ['GATEWAY_CAPTURE', 'toss=MANUAL'],
  ['GATEWAY_CAPTURE', 'stripe=manual'],
  ['GATEWAY_CAPTURE', 'paypal=MANUAL'],
])('%s=%s is refused at the start', (name, value) => {
  expect(() => gateways({ [name]: value })).toThrow(`  ${name}: must be like stripe=`);
});
