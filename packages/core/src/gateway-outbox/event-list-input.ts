import { z } from 'zod';
import { providerName } from '../text.ts';

export const fetchMissedEventsInput = z.strictObject({
  /** Defaults to all gateways that list their events. */
  provider: providerName.optional(),
  // A mistyped year would find nothing without an error. A clock that is up to a minute ahead is accepted.
  since: z.date().refine((since) => since.getTime() < Date.now() + 60_000, 'is in the future'),
});
