import { z } from 'zod';
import { id } from '../ids.ts';
import { pageInput } from '../list-input.ts';
import { providerName } from '../text.ts';
import { eventOutcomes } from './gateway-event.ts';

export const gatewayEventIdInput = z.strictObject({ gatewayEventId: id });

export const listGatewayEventsInput = z.strictObject({
  ...pageInput,
  provider: providerName.optional(),
  outcome: z.enum(eventOutcomes).optional(),
  paymentId: id.optional(),
});
