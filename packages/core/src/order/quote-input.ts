import { z } from 'zod';
import { unitAmountMax } from '../money.ts';
import { line } from '../text.ts';
import { quantityMax } from './order-input.ts';
import { isCharged, type OrderLine } from './order.ts';
import type { QuoteLine } from './quote.ts';

const quoteLine = z
  .strictObject({
    kind: z.enum(['SHIPPING', 'DISCOUNT', 'TAX']),
    name: line(300),
    quantity: z.int().min(1).max(quantityMax).default(1),
    unitAmount: z.int().min(-unitAmountMax).max(unitAmountMax),
    appliesTo: z.array(z.int().min(1)).min(1).optional(),
  })
  .refine(({ kind, unitAmount }) => (kind === 'DISCOUNT' ? unitAmount <= 0 : unitAmount >= 0), {
    error: 'a discount must be zero or below, any other line zero or above',
  })
  .refine(({ kind, appliesTo }) => kind !== 'SHIPPING' || appliesTo === undefined, {
    error: 'only a discount or a tax applies to lines',
  });

// Made once: to make a schema takes longer than to use it.
const quoteLines = z.array(quoteLine).max(100);

/**
 * Checks the lines that the shop's `quote` returned for an order of these products.
 * @throws Error when they are invalid: the shop's defect, not the shopper's
 */
export function parseQuote(returned: unknown, products: readonly OrderLine[]): QuoteLine[] {
  const parsed = quoteLines.safeParse(returned);
  if (!parsed.success) throw invalidQuote(z.prettifyError(parsed.error));
  const charged = new Set([...products, ...parsed.data].flatMap((one, index) => (isCharged(one) ? [index + 1] : [])));
  for (const { name, appliesTo = [] } of parsed.data) {
    const unknown = appliesTo.find((lineNo) => !charged.has(lineNo));
    if (unknown !== undefined)
      throw invalidQuote(`${name} applies to line ${unknown}, which is no line of a product or of shipping`);
  }
  return parsed.data;
}

const invalidQuote = (why: string): Error => new Error(`the quote hook returned invalid lines: ${why}`);
