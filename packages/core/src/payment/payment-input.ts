import { z } from 'zod';
import { id } from '../ids.ts';
import { line, providerName } from '../text.ts';
import { captureModes, paymentStatuses } from './payment.ts';
import { instant, pageInput } from '../list-input.ts';

/**
 * `method` and `capture` default to the provider's own. `method` is needed where the provider keeps the stock for a
 * time of its own, like `virtual_account`.
 */
export const createPaymentInput = z.strictObject({
  orderId: id,
  provider: providerName,
  method: line(50).optional(),
  capture: z.enum(captureModes).optional(),
});

export type CreatePayment = z.output<typeof createPaymentInput>;

/** `token` is what the shopper's browser got from the gateway's page (Toss: `paymentKey`). */
export const confirmPaymentInput = z.strictObject({ paymentId: id, token: line(300) });

export const capturePaymentInput = z.strictObject({ paymentId: id, amount: z.int().min(1).optional() });

export const decideReviewInput = z.strictObject({ paymentId: id, decision: z.enum(['ACCEPT', 'REJECT']) });

export const paymentIdInput = z.strictObject({ paymentId: id });
export const listAllPaymentsInput = z.strictObject({
  ...pageInput,
  provider: providerName.optional(),
  status: z.enum(paymentStatuses).optional(),
  sort: z.enum(['-createdAt', 'createdAt']).default('-createdAt'),
});

/** `createdFrom` is included, `createdTo` isn't. */
export const reconcilePaymentsInput = z.strictObject({
  ...pageInput,
  provider: providerName.optional(),
  createdFrom: instant.optional(),
  createdTo: instant.optional(),
});
