import { expect, test } from 'vitest';
import { readEnv } from './env.ts';
import type { Gateway } from '@commerce-core/core';
import { present } from '../testing/present.ts';
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
const gatewaysWith = async (variables: Record<string, string>) => {
  const all = await gatewaysFromEnv(readEnv({ ...on, ...variables }));
  return (provider: string) =>
    present(
      all.find((gateway) => gateway.provider === provider),
      provider,
    );
};
const reservationMinutes = ({ reservationMsOf }: Gateway, methods: (string | null)[]) =>
  methods.map((method) => {
    const ms = present(reservationMsOf)(method);
    return ms && ms / 60_000;
  });

test('a reservation lasts as set for the method, as the method’s default, or as set for the provider', async () => {
  const byDefault = await gatewaysWith({});
  for (const name of ['mock', 'stripe', 'toss'])
    expect(reservationMinutes(byDefault(name), [null])).toEqual([undefined]);
  const gateway = await gatewaysWith({
    GATEWAY_RESERVATION_MINUTES: 'stripe=45, stripe/konbini=60,toss/virtual_account=4320 , mock/later=2',
  });
  const stripeMethods = [null, 'card', 'konbini', 'oxxo'];
  expect(reservationMinutes(gateway('stripe'), stripeMethods)).toEqual([45, 45, 60, 5 * 24 * 60]);
  expect(reservationMinutes(gateway('toss'), [null, 'virtual_account'])).toEqual([undefined, 4320]);
  expect(reservationMinutes(gateway('mock'), [null, 'later'])).toEqual([undefined, 2]);
});

test('GATEWAY_CAPTURE sets the default capture mode of a provider', async () => {
  const byDefault = await gatewaysWith({});
  expect([byDefault('mock').captures, byDefault('stripe').captures]).toEqual([
    ['MANUAL', 'AUTOMATIC'],
    ['AUTOMATIC', 'MANUAL'],
  ]);
  const gateway = await gatewaysWith({ GATEWAY_CAPTURE: 'stripe=MANUAL, mock=AUTOMATIC, toss=AUTOMATIC' });
  expect([gateway('mock').captures, gateway('stripe').captures, gateway('toss').captures]).toEqual([
    ['AUTOMATIC', 'MANUAL'],
    ['MANUAL', 'AUTOMATIC'],
    ['AUTOMATIC'],
  ]);
  const dispatching = await gatewaysWith({ GATEWAY_CAPTURE: 'stripe=DISPATCH, mock=DISPATCH' });
  expect([dispatching('mock').captures, dispatching('stripe').captures]).toEqual([
    ['DISPATCH', 'MANUAL', 'AUTOMATIC'],
    ['DISPATCH', 'AUTOMATIC', 'MANUAL'],
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
  ['GATEWAY_CAPTURE', 'portone=DISPATCH'],
  ['GATEWAY_CAPTURE', 'stripe=dispatch'],
  ['GATEWAY_CAPTURE', 'stripe=manual'],
  ['GATEWAY_CAPTURE', 'paypal=MANUAL'],
])('%s=%s is invalid', async (name, value) => {
  await expect(gatewaysWith({ [name]: value })).rejects.toThrow(`  ${name}: must be like stripe=`);
});
