import { portoneGateway } from '@commerce-core/gateway-portone';
import { stripeGateway } from '@commerce-core/gateway-stripe';
import { tossGateway } from '@commerce-core/gateway-toss';
import { mockGateway, type Gateway } from '@commerce-core/core';
import { mockEmulator } from '@commerce-core/gateway-simulator/emulators/mock';
import { portoneEmulator } from '@commerce-core/gateway-simulator/emulators/portone';
import { stripeEmulator } from '@commerce-core/gateway-simulator/emulators/stripe';
import { tossEmulator } from '@commerce-core/gateway-simulator/emulators/toss';
import { providers, type Provider } from './providers.testing.ts';

const secretOf = (text: string): string =>
  `whsec_${Buffer.from(text.padEnd(24, '.')).toString('base64').replace(/\W/g, '')}`;

/** `old` is being rotated out and still valid; `foreign` is not a secret of this shop. */
export const secrets = { current: secretOf('current'), old: secretOf('old'), foreign: secretOf('foreign') };
export type Secret = keyof typeof secrets;

const keys = { stripe: 'sk_test_1', toss: 'test_sk_1', portone: 'an api secret', store: 'store-1' };

/** The simulator's emulation of a provider, with this webhook secret. */
export function emulatorOf(provider: Provider, secret: Secret = 'current') {
  const webhookSecret = secrets[secret];
  switch (provider) {
    case 'mock':
      return mockEmulator(webhookSecret);
    case 'stripe':
      return stripeEmulator({ webhookSecret, secretKey: keys.stripe });
    case 'toss':
      return tossEmulator({ secretKey: keys.toss });
    case 'portone':
      return portoneEmulator({ apiSecret: keys.portone, webhookSecret, storeId: keys.store });
  }
}

/** All adapters, connected to the simulator at `url`. */
export function gatewaysAt(url: string, policy: { timeoutMs: number; triesMax: number }): Gateway[] {
  const webhookSecrets = [secrets.current, secrets.old];
  return [
    mockGateway(webhookSecrets, { url: `${url}/mock`, policy }),
    stripeGateway({ secretKey: keys.stripe, webhookSecrets, url, policy }),
    tossGateway({ secretKey: keys.toss, clientKey: 'test_ck_1', url: `${url}/toss`, policy }),
    portoneGateway({
      apiSecret: keys.portone,
      storeId: keys.store,
      channelKey: 'channel-1',
      webhookSecrets,
      url,
      policy,
    }),
  ];
}

export const otherProviders = providers.filter((provider) => provider !== 'mock');
