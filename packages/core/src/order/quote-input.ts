import { z } from 'zod';
import { unitAmountMax } from '../money.ts';
import { line } from '../text.ts';
import { quantityMax } from './order-input.ts';
import type { QuoteLine } from './order.ts';

const quoteLine = z
  .strictObject({
    kind: z.enum(['SHIPPING', 'DISCOUNT', 'TAX']),
    name: line(300),
    quantity: z.int().min(1).max(quantityMax).default(1),
    unitAmount: z.int().min(-unitAmountMax).max(unitAmountMax),
  })
  .refine(({ kind, unitAmount }) => (kind === 'DISCOUNT' ? unitAmount <= 0 : unitAmount >= 0), {
    error: 'a discount must be zero or below, any other line zero or above',
  });

/**
 * Checks the lines that the shop's `quote` returned.
 * @throws Error when they are invalid: the shop's defect, not the shopper's
 */
export function parseQuote(returned: unknown): QuoteLine[] {
  const parsed = z.array(quoteLine).max(100).safeParse(returned);
  if (parsed.success) return parsed.data;
  throw new Error(`the quote hook returned invalid lines: ${z.prettifyError(parsed.error)}`);
}
