import { z } from 'zod';
import { id } from '../ids.ts';
import { line } from '../text.ts';
import { stockCeiling, stockMax } from './stock.ts';
import { cursorInput, pageInput } from '../list-input.ts';

const reason = line(500);

export const receiveStockInput = z.strictObject({
  productId: id,
  quantity: z.int().min(1).max(stockMax),
  reason: reason.optional(),
});

/**
 * A count of a product's shelf: `countedQty` units lie there, sold ones that haven't left included. `expectedShelfQty`
 * is the number on the shelf (`shelfQty`) that the caller saw before.
 */
export const countStockInput = z.strictObject({
  productId: id,
  countedQty: z.int().min(0).max(stockCeiling),
  expectedShelfQty: z
    .int()
    .min(0)
    .max(2 * stockCeiling)
    .optional(),
  reason,
});

/** A count of an import, by SKU. */
export const importedCountInput = countStockInput.omit({ productId: true }).extend({ sku: line(100) });

export const listStockMovementsInput = z.strictObject({ ...pageInput, productId: id });

export const stockSorts = ['sku', '-sku', 'sellableQty', '-sellableQty'] as const;
export type StockSort = (typeof stockSorts)[number];

/** `q` is looked for in sku, name and description. `maxSellableQty` selects products that are running out. */
export const listStockInput = z.strictObject({
  ...cursorInput,
  q: line(200).optional(),
  maxSellableQty: z.int().min(0).max(stockCeiling).optional(),
  includeArchived: z.boolean().optional(),
  sort: z.enum(stockSorts).default('sku'),
});

export type StockFilter = Omit<z.output<typeof listStockInput>, 'cursor' | 'limit'>;

/** Which stock to export: the filters of a list. Only sorts by SKU: the units change while the export reads. */
export const exportStockInput = listStockInput
  .omit({ cursor: true, limit: true })
  .extend({ sort: z.enum(['sku', '-sku']).default('sku') });
export type ImportedCount = z.output<typeof importedCountInput>;
