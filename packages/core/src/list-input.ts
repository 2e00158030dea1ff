import { z } from 'zod';
import { id } from './ids.ts';

/** Fields of every list: `cursor` is the `nextCursor` of the previous page; `limit` is 1 to 100 and defaults to 50. */
export const pageInput = { cursor: id.optional(), limit: z.int().min(1).max(100).default(50) };
