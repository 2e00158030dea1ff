import type { SimulatorOptions } from '@commerce-core/gateway-simulator';
import { mockCarrierEmulator } from '@commerce-core/gateway-simulator/emulators/mock-carrier';
import { portoneEmulator } from '@commerce-core/gateway-simulator/emulators/portone';
import { stripeEmulator } from '@commerce-core/gateway-simulator/emulators/stripe';
import { tossEmulator } from '@commerce-core/gateway-simulator/emulators/toss';

export const providerNames = ['mock', 'stripe', 'toss', 'portone'] as const;
export type ProviderName = (typeof providerNames)[number];

/** A provider as the shoppers use it. */
export type Provider = {
  name: ProviderName;
  captures: readonly ('AUTOMATIC' | 'MANUAL' | 'DISPATCH')[];
  /** Whether the shop has to complete a payment with payment.confirm after the shopper agreed. */
  confirms: boolean;
  /** Whether the shopper may pay later, into a virtual account. */
  accounts: boolean;
};

const every = ['AUTOMATIC', 'MANUAL', 'DISPATCH'] as const;

const providers: Record<ProviderName, Omit<Provider, 'name'>> = {
  mock: { captures: every, confirms: false, accounts: true },
  stripe: { captures: every, confirms: false, accounts: true },
  // Toss refunds a deposit only to an account that the shopper names, so shoppers here use no virtual accounts.
  toss: { captures: ['AUTOMATIC'], confirms: true, accounts: false },
  portone: { captures: ['AUTOMATIC'], confirms: false, accounts: false },
};

/** The providers with these names. */
export const providersOf = (names: readonly ProviderName[]): Provider[] =>
  names.map((name) => ({ name, ...providers[name] }));

const mockSecret = `whsec_${Buffer.from('between the mock and the shop').toString('base64')}`;
const stripe = { secretKey: 'sk_test_chaos', webhookSecret: 'whsec_chaos' };
const tossKey = 'test_sk_chaos';
const portone = { apiSecret: 'chaos', webhookSecret: mockSecret, storeId: 'store-chaos' };

/** The simulator's options. `shopUrl` is where the shop receives webhooks. */
export function simulatorOptions(names: readonly ProviderName[], shopUrl: string): SimulatorOptions {
  const webhooks = `${shopUrl}/api/v1/payments/webhooks`;
  const emulators = [
    { name: 'stripe', emulator: stripeEmulator(stripe) },
    { name: 'toss', emulator: tossEmulator({ secretKey: tossKey }) },
    { name: 'portone', emulator: portoneEmulator(portone) },
  ] as const;
  return {
    webhookUrl: `${webhooks}/mock`,
    secret: mockSecret,
    providers: emulators
      .filter(({ name }) => names.includes(name))
      .map(({ name, emulator }) => ({ emulator, webhookUrl: `${webhooks}/${name}` })),
    trackers: [mockCarrierEmulator({ webhookUrl: `${shopUrl}/api/v1/shipments/webhooks/mock`, secret: mockSecret })],
    delivery: { timeoutMs: 5_000, attemptsMax: 8, backoffMs: 100, backoffMaxMs: 2_000 },
  };
}

/** The API's environment for these providers. @param url the simulator */
export function apiEnv(names: readonly ProviderName[], url: string): Record<string, string> {
  const env: Record<ProviderName, Record<string, string>> = {
    mock: { MOCK_WEBHOOK_SECRETS: mockSecret, MOCK_GATEWAY_URL: `${url}/mock` },
    stripe: { STRIPE_SECRET_KEY: stripe.secretKey, STRIPE_WEBHOOK_SECRETS: stripe.webhookSecret, STRIPE_API_URL: url },
    toss: { TOSS_SECRET_KEY: tossKey, TOSS_CLIENT_KEY: 'test_ck_chaos', TOSS_API_URL: `${url}/toss` },
    portone: {
      PORTONE_API_SECRET: portone.apiSecret,
      PORTONE_WEBHOOK_SECRETS: portone.webhookSecret,
      PORTONE_STORE_ID: portone.storeId,
      PORTONE_CHANNEL_KEY: 'channel-chaos',
      PORTONE_API_URL: url,
    },
  };
  const tracking = { TRACKING_MOCK_SECRET: mockSecret, TRACKING_MOCK_URL: `${url}/mock-carrier` };
  return Object.assign(tracking, ...names.map((name) => env[name])) as Record<string, string>;
}
