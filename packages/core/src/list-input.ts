import { z } from 'zod';
import { id } from './ids.ts';

/** What every list takes: `cursor` is the `nextCursor` of the page before, `limit` 1 to 100, 50 unless said. */
export const pageInput = { cursor: id.optional(), limit: z.int().min(1).max(100).default(50) };
