import { mockTracking, type TrackingProvider } from '@commerce-core/core';
import { z } from 'zod';
import { baseUrl, rotated, webhookSecrets } from './gateways-from-env.ts';
import { someNumber } from './numbers.ts';
import {
  trackingServiceIssues,
  trackingServicesFromEnv,
  trackingServiceVariables,
} from './tracking-services-from-env.ts';

/** The variables of the providers that track parcels. A provider is on when its secret is set. */
export const trackingVariables = {
  TRACKING_MOCK_SECRET: webhookSecrets
    .optional()
    .describe(`Switches the simulator’s carrier on, for trials. It tracks carriers named \`mock…\`. ${rotated}`),
  TRACKING_MOCK_URL: baseUrl
    .optional()
    .describe(
      'Where the simulator’s carrier begins, like `http://127.0.0.1:3001/mock-carrier`. Without it the mock only ' +
        'sends messages.',
    ),
  ...trackingServiceVariables,
  TRACKING_SILENT_DAYS: someNumber(0.01, 365)
    .default(7)
    .describe('How many days a carrier may say nothing about a parcel before it is SILENT.'),
  TRACKING_POLL_MINUTES: someNumber(0.05, 7 * 24 * 60)
    .default(4 * 60)
    .describe('How often parcels on their way are polled; those that are out for delivery four times as often.'),
};
const trackingEnv = z.object(trackingVariables);
type TrackingEnv = z.output<typeof trackingEnv>;

/** Returns what is wrong between the variables; each issue names one of them. */
export function trackingIssues(env: TrackingEnv): { name: keyof TrackingEnv; message: string }[] {
  const lacksSecret = env.TRACKING_MOCK_URL !== undefined && env.TRACKING_MOCK_SECRET === undefined;
  const issues = trackingServiceIssues(env);
  return lacksSecret ? [{ name: 'TRACKING_MOCK_SECRET', message: 'is missing' }, ...issues] : issues;
}

/** Returns the tracking providers that are on, in the order in which they take parcels. */
export async function trackingFromEnv(env: TrackingEnv): Promise<TrackingProvider[]> {
  const { TRACKING_MOCK_SECRET, TRACKING_MOCK_URL } = env;
  const services = await trackingServicesFromEnv(env);
  return TRACKING_MOCK_SECRET
    ? [mockTracking(TRACKING_MOCK_SECRET, { url: TRACKING_MOCK_URL }), ...services]
    : services;
}

const dayMs = 24 * 60 * 60_000;

/** Returns the times of tracking as `createCommerce` takes them. */
export const trackingTimes = (env: TrackingEnv) => ({
  trackingSilentMs: env.TRACKING_SILENT_DAYS * dayMs,
  trackingPollMs: env.TRACKING_POLL_MINUTES * 60_000,
});
