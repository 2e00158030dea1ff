import { z } from 'zod';

const currency = z.string().regex(/^[A-Z]{3}$/, 'three capital letters, as in ISO 4217');
const dayMs = 24 * 3_600_000;

/** The input of `POST /pay`. */
export const payInput = z
  .strictObject({
    provider: z.string().default('mock'),
    /** The shop's id of the payment, or the gateway's own. */
    paymentId: z.string().min(1).max(100),
    /** In minor units of `currency`. A payment that the gateway knows needs neither. */
    amount: z.int().min(0).optional(),
    currency: currency.optional(),
    /**
     * AUTHORIZED and CAPTURED: the shopper pays. PENDING: the shopper requests a virtual account. ATTEMPT_FAILED: the
     * attempt fails and the shopper can try again. FAILED: the payment is declined. CANCELED: the payment expires.
     */
    outcome: z.enum(['AUTHORIZED', 'CAPTURED', 'PENDING', 'ATTEMPT_FAILED', 'FAILED', 'CANCELED']),
    failureCode: z.string().min(1).max(100).optional(),
    method: z.string().min(1).max(100).optional(),
    /** The key by which the hostile mode draws this payment's faults. Defaults to the payment's ordinal. */
    luck: z.string().min(1).max(100).optional(),
    /** How long a virtual account accepts its deposit, from now. */
    payableMs: z
      .int()
      .min(1)
      .max(30 * dayMs)
      .default(3 * dayMs),
    /** How many deliveries of the event start at the same time. Each one has its own retries. */
    repeat: z.int().min(1).max(100).default(1),
    /** The pause before the event's first delivery. */
    delayMs: z.int().min(0).max(3_600_000).default(0),
    /** Whether the response waits until the shop has responded to a delivery, or the event was given up. */
    wait: z.boolean().default(true),
  })
  .refine(
    ({ outcome, failureCode }) => failureCode === undefined || outcome === 'FAILED' || outcome === 'ATTEMPT_FAILED',
    {
      path: ['failureCode'],
      message: 'only the outcomes FAILED and ATTEMPT_FAILED have a failure code',
    },
  );

export type PayInput = z.infer<typeof payInput>;
