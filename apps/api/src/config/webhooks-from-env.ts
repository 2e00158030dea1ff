import { z } from 'zod';
import { list } from './list.ts';

const dayS = 24 * 60 * 60;

/** The variables of webhooks to merchants' endpoints. */
export const webhookVariables = {
  WEBHOOK_SECRETS_KEY: z
    .string()
    .regex(/^[A-Za-z0-9+/]{43}=$/, 'must be 32 bytes in base64, as `openssl rand -base64 32` prints them')
    .optional()
    .describe('Encrypts the secrets of webhook endpoints. Without it there are no webhooks to merchants.'),
  WEBHOOK_ALLOW_PRIVATE: z
    .enum(['on', 'off'])
    .default('off')
    .describe('`on` lets webhook endpoints be on this machine, in private networks and without TLS: for development.'),
  WEBHOOK_RETRY_SECONDS: list
    .refine(
      (all) => all.length >= 1 && all.length <= 20 && all.map(Number).every((pause) => pause >= 0.05 && pause <= dayS),
      'must be 1 to 20 numbers from 0.05 to 86400, like 5, 300, 1800',
    )
    .transform((all) => all.map(Number))
    .optional()
    .describe(
      'The pauses after each failed attempt of a delivery to a webhook endpoint, comma-separated. Then it is parked. ' +
        'Without it: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h.',
    ),
};
