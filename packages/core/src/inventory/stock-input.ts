import { z } from 'zod';
import { id } from '../ids.ts';
import { line } from '../text.ts';
import { stockMax } from './stock.ts';
import { pageInput } from '../list-input.ts';

const reason = line(500);

export const receiveStockInput = z.strictObject({
  productId: id,
  quantity: z.int().min(1).max(stockMax),
  reason: reason.optional(),
});

/**
 * Compare-and-set: `expectedAvailableQty` is the number that the caller saw, `availableQty` the number that was
 * counted.
 */
export const setStockInput = z.strictObject({
  productId: id,
  expectedAvailableQty: z.int().min(0).max(stockMax),
  availableQty: z.int().min(0).max(stockMax),
  reason,
});

export const listStockMovementsInput = z.strictObject({ ...pageInput, productId: id });
