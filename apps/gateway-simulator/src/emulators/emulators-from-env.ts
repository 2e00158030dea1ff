import { z } from 'zod';
import { webhookKey } from '../delivery/sign-webhook.ts';
import type { EmulatedProvider } from './emulated-provider.ts';
import { portoneEmulator } from './portone/portone.ts';
import { stripeEmulator } from './stripe/stripe.ts';
import { tossEmulator } from './toss/toss.ts';

const webhookUrl = z.url({ protocol: /^https?$/ }).optional();

/** A `whsec_` secret as the mock and PortOne sign with it. */
export const webhookSecretSchema = z
  .string()
  .refine(isWebhookSecret, 'is not whsec_ followed by base64 of 16 bytes or more');

/** The environment variables that turn on the other providers' emulators. */
export const emulatorVariables = {
  STRIPE_WEBHOOK_URL: webhookUrl,
  /** Webhooks are signed with this secret. */
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_\w+$/)
    .optional(),
  /** Calls must carry this key. Defaults to any key that looks like Stripe's. */
  STRIPE_SECRET_KEY: z.string().min(1).optional(),
  TOSS_WEBHOOK_URL: webhookUrl,
  TOSS_SECRET_KEY: z.string().min(1).optional(),
  PORTONE_WEBHOOK_URL: webhookUrl,
  PORTONE_API_SECRET: z.string().min(1).optional(),
  PORTONE_WEBHOOK_SECRET: webhookSecretSchema.optional(),
  PORTONE_STORE_ID: z.string().min(1).optional(),
};
const emulatorEnv = z.object(emulatorVariables);

/** Returns an emulator for each provider whose required variables are all set. The mock is not among them. */
export function emulatorsFromEnv(env: z.output<typeof emulatorEnv>): EmulatedProvider[] {
  const { STRIPE_WEBHOOK_URL, STRIPE_WEBHOOK_SECRET, STRIPE_SECRET_KEY, TOSS_WEBHOOK_URL, TOSS_SECRET_KEY } = env;
  const providers: EmulatedProvider[] = [];
  if (STRIPE_WEBHOOK_URL && STRIPE_WEBHOOK_SECRET) {
    const emulator = stripeEmulator({ webhookSecret: STRIPE_WEBHOOK_SECRET, secretKey: STRIPE_SECRET_KEY });
    providers.push({ emulator, webhookUrl: STRIPE_WEBHOOK_URL });
  }
  if (TOSS_WEBHOOK_URL && TOSS_SECRET_KEY) {
    providers.push({ emulator: tossEmulator({ secretKey: TOSS_SECRET_KEY }), webhookUrl: TOSS_WEBHOOK_URL });
  }
  const { PORTONE_WEBHOOK_URL, PORTONE_API_SECRET: apiSecret } = env;
  const { PORTONE_WEBHOOK_SECRET: webhookSecret, PORTONE_STORE_ID: storeId } = env;
  if (PORTONE_WEBHOOK_URL && apiSecret && webhookSecret && storeId) {
    const emulator = portoneEmulator({ apiSecret, webhookSecret, storeId });
    providers.push({ emulator, webhookUrl: PORTONE_WEBHOOK_URL });
  }
  return providers;
}

function isWebhookSecret(value: string): boolean {
  try {
    return webhookKey(value).length > 0;
  } catch {
    return false;
  }
}
