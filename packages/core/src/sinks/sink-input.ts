import { z } from 'zod';
import { position } from '../events/event-input.ts';

/** `from` is the position behind which publishing begins anew, or `0` for the beginning of the log. */
export const republishEventsInput = z.strictObject({ sink: z.string().min(1).max(50), from: position });
