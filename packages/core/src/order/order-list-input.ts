import { z } from 'zod';
import { id } from '../ids.ts';
import { pageInput } from '../list-input.ts';
import { customerId } from './order-input.ts';
import { orderStatuses } from './order.ts';

export const orderIdInput = z.strictObject({ orderId: id });

/** `customerId` and `needsAttention` are an operator's; a customer's own list is always their own. */
export const listOrdersInput = z.strictObject({
  ...pageInput,
  status: z.enum(orderStatuses).optional(),
  customerId: customerId.optional(),
  needsAttention: z.boolean().optional(),
});

/** History is read from its beginning; `cursor` is the version that was read last. */
export const orderHistoryInput = z.strictObject({
  orderId: id,
  cursor: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional(),
  limit: z.int().min(1).max(500).default(100),
});
