import { z } from 'zod';
import { currency } from '../currency.ts';
import { id } from '../ids.ts';
import { unitAmountMax } from '../money.ts';
import { line } from '../text.ts';
import { pageInput } from '../list-input.ts';

const priceAmount = z.int().min(0).max(unitAmountMax);
const name = line(300);

export const createProductInput = z.strictObject({ sku: line(100), name, priceAmount, currency });
export const renameProductInput = z.strictObject({ productId: id, name });
export const repriceProductInput = z.strictObject({ productId: id, priceAmount });
export const productIdInput = z.strictObject({ productId: id });

export type CreateProduct = z.output<typeof createProductInput>;

/** `includeArchived` is for operators. */
export const listProductsInput = z.strictObject({
  ...pageInput,
  sku: line(100).optional(),
  includeArchived: z.boolean().optional(),
});
