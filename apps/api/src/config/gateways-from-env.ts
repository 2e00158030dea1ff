import { mockGateway, type Gateway } from '@commerce-core/core';
import { z } from 'zod';
import { gatewayTermVariables, onTerms } from './gateway-terms.ts';
import { list } from './list.ts';

export const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

/** Where an API begins; paths are appended to it. */
export const baseUrl = httpUrl.transform((url) => url.replace(/\/+$/, ''));
/** For a vendor whose library takes an origin without a path. */
const originUrl = httpUrl.refine((url) => URL.parse(url)?.pathname === '/', 'must be without a path');
export const webhookSecrets = list.refine(areWebhookSecrets, 'must be whsec_ and at least 16 bytes in base64, each');

/** For a list of secrets. */
export const rotated = 'Comma-separated: the current one, and those that are being rotated out.';

/**
 * The variables of the payment gateways. A gateway is on when all its variables are set, and off when none is. The
 * `…_URL` variables are optional.
 */
export const gatewayVariables = {
  MOCK_WEBHOOK_SECRETS: webhookSecrets.optional().describe(`Switches the simulated gateway on. ${rotated}`),
  MOCK_GATEWAY_URL: baseUrl
    .optional()
    .describe(
      'Where the simulator’s API begins, like `http://127.0.0.1:3001/mock`. Without it the mock does every call at ' +
        'once.',
    ),
  STRIPE_SECRET_KEY: z
    .string()
    .regex(/^[sr]k_\w+$/, 'must be sk_… or rk_…')
    .optional()
    .describe('Switches Stripe on. A restricted key (`rk_…`) is enough.'),
  STRIPE_WEBHOOK_SECRETS: list
    .refine(areStripeSecrets, 'must be whsec_…, each')
    .optional()
    .describe(`Secrets of the webhook endpoint at Stripe. ${rotated}`),
  STRIPE_PUBLISHABLE_KEY: z
    .string()
    .regex(/^pk_\w+$/, 'must be pk_…')
    .optional()
    .describe('Returned to front ends with the client secret. It is optional, because a front end may contain it.'),
  STRIPE_API_URL: originUrl.optional().describe('Another address of Stripe’s API.'),
  TOSS_SECRET_KEY: z.string().optional().describe('Switches Toss Payments on, together with `TOSS_CLIENT_KEY`.'),
  TOSS_CLIENT_KEY: z
    .string()
    .optional()
    .describe('Returned to front ends. Of the same kind as the secret key: both for tests, or both live.'),
  TOSS_API_URL: baseUrl.optional().describe('Another address of Toss’s API.'),
  PORTONE_API_SECRET: z.string().optional().describe('Switches PortOne V2 on, together with the next three.'),
  PORTONE_WEBHOOK_SECRETS: webhookSecrets.optional().describe(`Secrets of PortOne’s webhooks. ${rotated}`),
  PORTONE_STORE_ID: z.string().optional().describe('The store, which front ends get.'),
  PORTONE_CHANNEL_KEY: z
    .string()
    .optional()
    .describe('The channel of the payment provider behind PortOne, which front ends get.'),
  PORTONE_API_URL: originUrl.optional().describe('Another address of PortOne’s API.'),
  ...gatewayTermVariables,
};
const gatewayEnv = z.object(gatewayVariables);
type GatewayEnv = z.output<typeof gatewayEnv>;

const together = [
  ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRETS'],
  ['TOSS_SECRET_KEY', 'TOSS_CLIENT_KEY'],
  ['PORTONE_API_SECRET', 'PORTONE_WEBHOOK_SECRETS', 'PORTONE_STORE_ID', 'PORTONE_CHANNEL_KEY'],
] as const satisfies (keyof GatewayEnv)[][];
const pairs = [
  ['STRIPE_SECRET_KEY', 'STRIPE_PUBLISHABLE_KEY'],
  ['TOSS_SECRET_KEY', 'TOSS_CLIENT_KEY'],
] as const;
/** Whether a key of Stripe or Toss is for tests. */
export const isTestKey = (key: string): boolean => /^(\w\w_)?test_/.test(key);

/** Returns what is wrong between the variables of a gateway; each issue names one of them. */
export function gatewayIssues(env: GatewayEnv): { name: keyof GatewayEnv; message: string }[] {
  const missing = together
    .filter((names) => names.some((name) => env[name]))
    .flat()
    .filter((name) => !env[name]);
  const mixed = pairs.filter(([one, other]) => env[one] && env[other] && isTestKey(env[one]) !== isTestKey(env[other]));
  return [
    ...missing.map((name) => ({ name, message: 'is missing' })),
    ...mixed.map(([one, name]) => ({ name, message: `must be of the same kind as ${one}: one is for tests` })),
  ];
}

/**
 * Returns the gateways that are on, with the shop's terms. `env` is what `readEnv` returned. A program with a gateway
 * of its own passes both to `createCommerce`: `gateways: [...(await gatewaysFromEnv(env)), acmeGateway(…)]`.
 * Only the adapters of configured gateways are imported: that of Stripe alone costs 0.3 s of CPU time at a start.
 */
export async function gatewaysFromEnv(env: GatewayEnv): Promise<Gateway[]> {
  const { MOCK_WEBHOOK_SECRETS, MOCK_GATEWAY_URL } = env;
  const { STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRETS, STRIPE_PUBLISHABLE_KEY, STRIPE_API_URL } = env;
  const { TOSS_SECRET_KEY, TOSS_CLIENT_KEY, TOSS_API_URL } = env;
  const gateways: Gateway[] = [];
  if (MOCK_WEBHOOK_SECRETS) gateways.push(mockGateway(MOCK_WEBHOOK_SECRETS, { url: MOCK_GATEWAY_URL }));
  if (STRIPE_SECRET_KEY && STRIPE_WEBHOOK_SECRETS) {
    const { stripeGateway } = await import('@commerce-core/gateway-stripe');
    const keys = { secretKey: STRIPE_SECRET_KEY, publishableKey: STRIPE_PUBLISHABLE_KEY };
    gateways.push(stripeGateway({ ...keys, webhookSecrets: STRIPE_WEBHOOK_SECRETS, url: STRIPE_API_URL }));
  }
  if (TOSS_SECRET_KEY && TOSS_CLIENT_KEY) {
    const { tossGateway } = await import('@commerce-core/gateway-toss');
    gateways.push(tossGateway({ secretKey: TOSS_SECRET_KEY, clientKey: TOSS_CLIENT_KEY, url: TOSS_API_URL }));
  }
  const { PORTONE_API_SECRET: apiSecret, PORTONE_WEBHOOK_SECRETS: webhookSecrets } = env;
  const { PORTONE_STORE_ID: storeId, PORTONE_CHANNEL_KEY: channelKey, PORTONE_API_URL: url } = env;
  if (apiSecret && webhookSecrets && storeId && channelKey) {
    const { portoneGateway } = await import('@commerce-core/gateway-portone');
    gateways.push(portoneGateway({ apiSecret, webhookSecrets, storeId, channelKey, url }));
  }
  return gateways.map((gateway) => onTerms(gateway, env));
}

function areStripeSecrets(secrets: readonly string[]): boolean {
  return secrets.length > 0 && secrets.every((secret) => /^whsec_\w+$/.test(secret));
}

/** Whether a text is `whsec_` and at least 16 bytes in base64. */
export const isWebhookSecret = (secret: string): boolean => areWebhookSecrets([secret]);

function areWebhookSecrets(secrets: readonly string[]): boolean {
  try {
    mockGateway(secrets);
    return secrets.length > 0;
  } catch {
    return false;
  }
}
