import { z } from 'zod';
import { id } from '../ids.ts';
import { listOfLines, pageInput } from '../list-input.ts';
import { refundStatuses } from './refund.ts';

const refundLine = z.strictObject({
  lineNo: z.int().min(1).max(32_767),
  quantity: z.int().min(1),
  restock: z.boolean().default(false),
});

/**
 * Without `lines` and `amount` all that is left is refunded. `amount` is in minor units. `paymentId` defaults to the
 * payment that pays for the order. Another payment is named when its automatic refund failed. `despiteDispute` refunds
 * what an open dispute may take, too. `expectedVersion` is that of the order as the caller has read it.
 */
export const createRefundInput = z.strictObject({
  orderId: id,
  paymentId: id.optional(),
  amount: z.int().min(1).optional(),
  lines: listOfLines(refundLine, 1_000).optional(),
  despiteDispute: z.boolean().optional(),
  expectedVersion: z.int().min(1).optional(),
});

export const listRefundsInput = z.strictObject({
  ...pageInput,
  orderId: id.optional(),
  status: z.enum(refundStatuses).optional(),
});
