import { z } from 'zod';
import { id } from '../ids.ts';
import { pageInput } from '../list-input.ts';
import { providerName } from '../text.ts';
import { messageOutcomes } from './tracking-message.ts';

export const trackingMessageIdInput = z.strictObject({ messageId: id });

export const listTrackingMessagesInput = z.strictObject({
  ...pageInput,
  provider: providerName.optional(),
  outcome: z.enum(messageOutcomes).optional(),
});

export const parcelHistoryInput = z.strictObject({ ...pageInput, parcelId: id });
