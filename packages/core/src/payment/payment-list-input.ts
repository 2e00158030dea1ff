import { z } from 'zod';
import { id } from '../ids.ts';
import { pageInput } from '../list-input.ts';
import { line } from '../text.ts';
import { disputeStatuses } from './dispute.ts';
import { gatewayCallStatuses } from './gateway-call.ts';
import { eventOutcomes } from './gateway-event.ts';
import { paymentStatuses } from './payment.ts';
import { refundStatuses } from './refund.ts';

export const listAllPaymentsInput = z.strictObject({
  ...pageInput,
  provider: line(50).optional(),
  status: z.enum(paymentStatuses).optional(),
});

export const listGatewayCallsInput = z.strictObject({
  ...pageInput,
  orderId: id.optional(),
  status: z.enum(gatewayCallStatuses).optional(),
});

export const listDisputesInput = z.strictObject({
  ...pageInput,
  orderId: id.optional(),
  status: z.enum(disputeStatuses).optional(),
});

export const listRefundsInput = z.strictObject({
  ...pageInput,
  orderId: id.optional(),
  status: z.enum(refundStatuses).optional(),
});

export const listGatewayEventsInput = z.strictObject({
  ...pageInput,
  provider: line(50).optional(),
  outcome: z.enum(eventOutcomes).optional(),
  paymentId: id.optional(),
});
