import { z } from 'zod';
import type { TrackerEmulator } from '../../trackers/tracker-emulator.ts';
import { webhookSecretSchema } from '../emulators-from-env.ts';
import { mockCarrierEmulator } from './mock-carrier.ts';

/** The environment variables that turn on the mock carrier. */
export const mockCarrierVariables = {
  MOCK_CARRIER_WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
  MOCK_CARRIER_SECRET: webhookSecretSchema.optional(),
  /** With it, each parcel makes its way by itself, one place after this time. */
  MOCK_CARRIER_STEP_MS: z.coerce.number().int().min(0).max(600_000).optional(),
};
const mockCarrierEnv = z.object(mockCarrierVariables);

/** Returns the mock carrier when its address and secret are set. */
export function mockCarrierFromEnv(env: z.output<typeof mockCarrierEnv>): TrackerEmulator[] {
  const { MOCK_CARRIER_WEBHOOK_URL: webhookUrl, MOCK_CARRIER_SECRET: secret, MOCK_CARRIER_STEP_MS: stepMs } = env;
  return webhookUrl && secret ? [mockCarrierEmulator({ webhookUrl, secret, stepMs })] : [];
}
