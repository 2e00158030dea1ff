import { z } from 'zod';
import { easyPostEmulator } from '../emulators/easypost/easypost.ts';
import { trackerDeliveryEmulator } from '../emulators/tracker-delivery/tracker-delivery.ts';
import type { TrackerEmulator } from './tracker-emulator.ts';

const text = z.string().min(1).optional();

/** The environment variables that turn on the emulators of tracking providers. */
export const trackerVariables = {
  EASYPOST_WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Webhooks are signed with this secret. */
  EASYPOST_WEBHOOK_SECRET: text,
  /** Calls must carry this key. */
  EASYPOST_API_KEY: text,
  /** Calls must carry this API key. The shop's registrations say where callbacks go. */
  TRACKER_DELIVERY_CLIENT_ID: text,
  TRACKER_DELIVERY_CLIENT_SECRET: text,
};
const trackerEnv = z.object(trackerVariables);

/** Returns an emulator for each tracking provider whose variables are all set. */
export function trackersFromEnv(env: z.output<typeof trackerEnv>): TrackerEmulator[] {
  const { EASYPOST_WEBHOOK_URL: webhookUrl, EASYPOST_WEBHOOK_SECRET: webhookSecret, EASYPOST_API_KEY: apiKey } = env;
  const { TRACKER_DELIVERY_CLIENT_ID: clientId, TRACKER_DELIVERY_CLIENT_SECRET: clientSecret } = env;
  const trackers: TrackerEmulator[] = [];
  if (webhookUrl && webhookSecret && apiKey) trackers.push(easyPostEmulator({ webhookUrl, webhookSecret, apiKey }));
  if (clientId && clientSecret) trackers.push(trackerDeliveryEmulator({ clientId, clientSecret }));
  return trackers;
}
