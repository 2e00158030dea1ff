import { z } from 'zod';

/** What happens to the webhook about a scan. */
const fate = z.strictObject({
  copies: z.int().min(1).max(100).default(1),
  delayMs: z.int().min(0).max(600_000).default(0),
  lost: z.boolean().default(false),
});

/**
 * What a carrier scans: `POST <path>/scans`. `at` defaults to now; null is a scan without a time. With `wait`, the
 * response comes when the webhook was accepted or given up.
 */
export const scanInput = <S extends z.ZodType>(status: S) =>
  z.strictObject({
    carrier: z.string().min(1).max(100),
    trackingNumber: z.string().min(1).max(100),
    status,
    detail: z.string().max(100).nullable().default(null),
    at: z.iso
      .datetime({ offset: true })
      .transform((text) => new Date(text))
      .nullable()
      .optional(),
    webhook: fate.prefault({}),
    wait: z.boolean().default(false),
  });
