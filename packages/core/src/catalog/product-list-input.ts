import { z } from 'zod';
import { pageInput } from '../list-input.ts';
import { line } from '../text.ts';

/** `includeArchived` is an operator's. */
export const listProductsInput = z.strictObject({
  ...pageInput,
  sku: line(100).optional(),
  includeArchived: z.boolean().optional(),
});
