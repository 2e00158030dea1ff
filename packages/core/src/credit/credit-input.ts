import { z } from 'zod';
import { id } from '../ids.ts';
import { pageInput } from '../list-input.ts';
import { creditStatuses } from './credit.ts';

/** `amount` is in minor units; by default all that the order still uses of its credit. */
export const refundCreditInput = z.strictObject({ orderId: id, amount: z.int().min(1).optional() });

/** `orderId` is the order that a credit pays, `returnId` the return that it comes from. */
export const listCreditsInput = z.strictObject({
  ...pageInput,
  orderId: id.optional(),
  returnId: id.optional(),
  status: z.enum(creditStatuses).optional(),
});
