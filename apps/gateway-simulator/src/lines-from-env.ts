import { z } from 'zod';
import { portoneDialect } from './dialects/portone.ts';
import { stripeDialect } from './dialects/stripe.ts';
import { tossDialect } from './dialects/toss.ts';
import { webhookKey } from './sign.ts';
import type { Line } from './told.ts';

const webhookUrl = z.url({ protocol: /^https?$/ }).optional();

/** What turns on the providers beside the mock: where the shop takes one's webhooks, and what the two share. */
export const lineVariables = {
  STRIPE_WEBHOOK_URL: webhookUrl,
  /** What webhooks are signed with. */
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_\w+$/)
    .optional(),
  /** The key that calls must carry; any unless given. */
  STRIPE_SECRET_KEY: z.string().min(1).optional(),
  TOSS_WEBHOOK_URL: webhookUrl,
  TOSS_SECRET_KEY: z.string().min(1).optional(),
  PORTONE_WEBHOOK_URL: webhookUrl,
  PORTONE_API_SECRET: z.string().min(1).optional(),
  PORTONE_WEBHOOK_SECRET: z
    .string()
    .refine(isWebhookSecret, 'is not whsec_ followed by base64 of 16 bytes or more')
    .optional(),
  PORTONE_STORE_ID: z.string().min(1).optional(),
};
const lineEnv = z.object(lineVariables);

/** The providers to play beside the mock; one of which a variable is missing isn't played. */
export function linesFromEnv(env: z.output<typeof lineEnv>): Line[] {
  const { STRIPE_WEBHOOK_URL, STRIPE_WEBHOOK_SECRET, STRIPE_SECRET_KEY, TOSS_WEBHOOK_URL, TOSS_SECRET_KEY } = env;
  const lines: Line[] = [];
  if (STRIPE_WEBHOOK_URL && STRIPE_WEBHOOK_SECRET) {
    const dialect = stripeDialect({ webhookSecret: STRIPE_WEBHOOK_SECRET, secretKey: STRIPE_SECRET_KEY });
    lines.push({ dialect, webhookUrl: STRIPE_WEBHOOK_URL });
  }
  if (TOSS_WEBHOOK_URL && TOSS_SECRET_KEY) {
    lines.push({ dialect: tossDialect({ secretKey: TOSS_SECRET_KEY }), webhookUrl: TOSS_WEBHOOK_URL });
  }
  const { PORTONE_WEBHOOK_URL, PORTONE_API_SECRET: apiSecret } = env;
  const { PORTONE_WEBHOOK_SECRET: webhookSecret, PORTONE_STORE_ID: storeId } = env;
  if (PORTONE_WEBHOOK_URL && apiSecret && webhookSecret && storeId) {
    lines.push({ dialect: portoneDialect({ apiSecret, webhookSecret, storeId }), webhookUrl: PORTONE_WEBHOOK_URL });
  }
  return lines;
}

export function isWebhookSecret(value: string): boolean {
  try {
    return webhookKey(value).length > 0;
  } catch {
    return false;
  }
}
