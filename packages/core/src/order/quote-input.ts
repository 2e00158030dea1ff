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
    error: 'a discount must not be above zero, anything else not below',
  });

/** What the embedder's `quote` answered, checked. @throws Error, a fault of the embedder's and not of the shopper's */
export function parseQuote(answer: unknown): QuoteLine[] {
  const parsed = z.array(quoteLine).max(100).safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new Error(`the quote hook answered something unusable: ${z.prettifyError(parsed.error)}`);
}
