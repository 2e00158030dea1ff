import { z } from 'zod';
import { isEventId } from '../gateways/event-id.ts';
import { isStorable, line } from '../text.ts';
import { parcelTrackings } from './parcel.ts';
import type { TrackingReport } from './tracking-provider.ts';

const detailMax = 200;

/** Text that a provider sent, on one line and cut to a length; null when nothing is left. */
const shortText = (lengthMax: number) =>
  z
    .string()
    .transform((text) => {
      const cut = Array.from(text.replaceAll(/\p{Cc}+/gu, ' ').trim())
        .slice(0, lengthMax)
        .join('');
      return cut !== '' && isStorable(cut) ? cut : null;
    })
    .nullable();

const checkpoint = z.object({
  checkpointId: z.string().refine(isEventId),
  tracking: z.enum(parcelTrackings),
  // PostgreSQL has no time before 4713 BC, and a carrier's clock that is off by decades is none.
  occurredAt: z
    .date()
    .nullable()
    .transform((time) => (time && time >= new Date('2000-01-01') && time < new Date('2100-01-01') ? time : null)),
  detail: shortText(detailMax),
});

const report = z.object({
  carrier: line(100),
  trackingNumber: line(100),
  providerRef: line(300).nullable(),
  checkpoints: z.array(checkpoint).max(500),
});

/**
 * A provider's reports as they can be stored: details are cut to 200 characters, and impossible times are left out.
 * Returns undefined when a report has no usable number or id, or there are more than 100 reports or 500 checkpoints.
 */
export function storableReports(reports: readonly TrackingReport[]): TrackingReport[] | undefined {
  return z.array(report).max(100).safeParse(reports).data;
}
