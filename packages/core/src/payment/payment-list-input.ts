import { z } from 'zod';
import { id } from '../ids.ts';
import { pageInput } from '../list-input.ts';
import { line } from '../text.ts';
import { eventOutcomes } from './gateway-event.ts';
import { refundStatuses } from './refund.ts';

export const listRefundsInput = z.strictObject({ ...pageInput, orderId: id.optional(), status: z.enum(refundStatuses).optional() });

export const listGatewayEventsInput = z.strictObject({
  ...pageInput,
  provider: line(50).optional(),
  outcome: z.enum(eventOutcomes).optional(),
  paymentId: id.optional(),
});
