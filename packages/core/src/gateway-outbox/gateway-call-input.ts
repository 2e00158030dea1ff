import { z } from 'zod';
import { id } from '../ids.ts';
import { pageInput } from '../list-input.ts';
import { gatewayCallStatuses } from './gateway-call.ts';

export const listGatewayCallsInput = z.strictObject({
  ...pageInput,
  orderId: id.optional(),
  status: z.enum(gatewayCallStatuses).optional(),
});
