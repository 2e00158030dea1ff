import { z } from 'zod';
import { id } from '../ids.ts';
import { pageInput } from '../list-input.ts';
import { disputeStatuses } from './dispute.ts';

export const listDisputesInput = z.strictObject({
  ...pageInput,
  orderId: id.optional(),
  status: z.enum(disputeStatuses).optional(),
});
