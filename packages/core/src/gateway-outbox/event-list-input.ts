import { z } from 'zod';
import { line } from '../text.ts';

export const fetchMissedEventsInput = z.strictObject({
  /** All that list their events unless said. */
  provider: line(50).optional(),
  // A typing error in the year would find nothing and say so; a clock that is a little ahead is none.
  since: z.date().refine((since) => since.getTime() < Date.now() + 60_000, 'is in the future'),
});
