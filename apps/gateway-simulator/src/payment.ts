import { z } from 'zod';

/** What a shopper does at `POST /pay`. `amount` is in minor units of `currency`. */
export const payInput = z
  .strictObject({
    paymentId: z.string().min(1).max(100),
    amount: z.int().min(0),
    currency: z.string().regex(/^[A-Z]{3}$/, 'three capital letters, as in ISO 4217'),
    outcome: z.enum(['AUTHORIZED', 'FAILED']),
    failureCode: z.string().min(1).max(100).optional(),
    /** How often the same event is delivered, all at once; every delivery has its own retries. */
    repeat: z.int().min(1).max(100).default(1),
    /** How long the event waits before its first delivery. */
    delayMs: z.int().min(0).max(3_600_000).default(0),
    /** Whether the answer waits until the shop has answered one delivery (or all of them were given up). */
    wait: z.boolean().default(true),
  })
  .refine((input) => input.outcome === 'FAILED' || input.failureCode === undefined, {
    path: ['failureCode'],
    message: 'only a FAILED payment has a failure code',
  });

export type PayInput = z.infer<typeof payInput>;

/** One attempt to hand an event to the shop. `answer` is what the shop said of it, when it said so in JSON. */
export type Attempt = {
  at: string;
  durationMs: number;
  status: number | null;
  outcome: string | null;
  duplicate: boolean | null;
  error: string | null;
};

export type GatewayEvent = {
  /** The webhook-id of all its deliveries: the shop's providerEventId. */
  id: string;
  type: PayInput['outcome'];
  amount: number;
  currency: string;
  failureCode: string | null;
  createdAt: string;
  /** PENDING until the shop took one delivery (a 2xx), or all of them were given up. */
  state: 'PENDING' | 'DELIVERED' | 'GIVEN_UP';
  attempts: Attempt[];
  /** Attempts that were made but are no longer listed. */
  attemptsForgotten: number;
};

export type Payment = {
  paymentId: string;
  /** What the shopper was charged: once, however many events say so. */
  charged: { amount: number; currency: string; at: string } | null;
  events: GatewayEvent[];
};
