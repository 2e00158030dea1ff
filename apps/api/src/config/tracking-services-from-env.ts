import type { TrackingProvider } from '@commerce-core/core/tracking';
import { z } from 'zod';
import { baseUrl, httpUrl, rotated } from './gateways-from-env.ts';
import { list } from './list.ts';

/**
 * The variables of the services that track parcels. A service is on when all its variables are set, and off when none
 * is. `EASYPOST_CARRIERS` and the `…_API_URL` variables are optional.
 */
export const trackingServiceVariables = {
  EASYPOST_API_KEY: z
    .string()
    .regex(/^\S+$/, 'must be without blanks')
    .optional()
    .describe('Tracks parcels by EasyPost, together with `EASYPOST_WEBHOOK_SECRETS`.'),
  EASYPOST_WEBHOOK_SECRETS: list
    .refine((all) => all.length > 0, 'must be at least one secret')
    .optional()
    .describe(`Secrets of EasyPost’s webhook. ${rotated}`),
  EASYPOST_CARRIERS: list
    .refine((all) => all.every((one) => /^[^=]*[^=\s][^=]*=\s*\w+$/.test(one)), 'must be like Our courier=OnTrac')
    .transform((all) => Object.fromEntries(all.map((one) => one.split('=').map((part) => part.trim()))))
    .pipe(z.record(z.string(), z.string()))
    .optional()
    .describe('Further carriers: EasyPost’s name by the shop’s spelling, comma-separated.'),
  EASYPOST_API_URL: baseUrl.optional().describe('Another address of EasyPost’s API.'),
  TRACKER_DELIVERY_CLIENT_ID: z
    .string()
    .regex(/^[^\s:]+$/, 'must be without blanks and colons')
    .optional()
    .describe('Tracks parcels of Korean carriers by tracker.delivery, together with the next two.'),
  TRACKER_DELIVERY_CLIENT_SECRET: z
    .string()
    .regex(/^\S+$/, 'must be without blanks')
    .optional()
    .describe('The secret of the client at tracker.delivery.'),
  TRACKER_DELIVERY_CALLBACK_URL: httpUrl
    .refine((text) => URL.parse(text)?.pathname.endsWith('/shipments/webhooks/tracker-delivery'), {
      error: 'must end with /api/v1/shipments/webhooks/tracker-delivery',
    })
    .optional()
    .describe('`https://<your shop>/api/v1/shipments/webhooks/tracker-delivery`, as the internet sees it.'),
  TRACKER_DELIVERY_API_URL: httpUrl.optional().describe('Another address of tracker.delivery’s API.'),
};
const trackingServiceEnv = z.object(trackingServiceVariables);
type TrackingServiceEnv = z.output<typeof trackingServiceEnv>;

const together = [
  ['EASYPOST_API_KEY', 'EASYPOST_WEBHOOK_SECRETS'],
  ['TRACKER_DELIVERY_CLIENT_ID', 'TRACKER_DELIVERY_CLIENT_SECRET', 'TRACKER_DELIVERY_CALLBACK_URL'],
] as const satisfies (keyof TrackingServiceEnv)[][];

/** Returns what is missing among the variables of a service; each issue names one of them. */
export function trackingServiceIssues(env: TrackingServiceEnv): { name: keyof TrackingServiceEnv; message: string }[] {
  return together
    .filter((names) => names.some((name) => env[name]))
    .flat()
    .filter((name) => !env[name])
    .map((name) => ({ name, message: 'is missing' }));
}

/** Returns the services that are on. Only their packages are imported. */
export async function trackingServicesFromEnv(env: TrackingServiceEnv): Promise<TrackingProvider[]> {
  const providers: TrackingProvider[] = [];
  const { EASYPOST_API_KEY: apiKey, EASYPOST_WEBHOOK_SECRETS: webhookSecrets } = env;
  if (apiKey && webhookSecrets) {
    const { easyPostTracking } = await import('@commerce-core/tracking-easypost');
    const { EASYPOST_CARRIERS: carriers, EASYPOST_API_URL } = env;
    providers.push(easyPostTracking({ apiKey, webhookSecrets, carriers, url: EASYPOST_API_URL }));
  }
  const { TRACKER_DELIVERY_CLIENT_ID: clientId, TRACKER_DELIVERY_CLIENT_SECRET: clientSecret } = env;
  const { TRACKER_DELIVERY_CALLBACK_URL: callbackUrl, TRACKER_DELIVERY_API_URL } = env;
  if (clientId && clientSecret && callbackUrl) {
    const { trackerDelivery } = await import('@commerce-core/tracking-tracker-delivery');
    providers.push(trackerDelivery({ clientId, clientSecret, callbackUrl, url: TRACKER_DELIVERY_API_URL }));
  }
  return providers;
}
