import type { z } from 'zod';
import { productIdInput } from '../catalog/product-input.ts';
import { read } from '../database/transaction.ts';
import type { Page } from '../database/page.ts';
import type { Outcome } from '../errors.ts';
import { changeStock } from '../flows/inventory/change-stock.ts';
import { importCounts, previewCounts, type CountEffect } from '../flows/inventory/import-counts.ts';
import {
  exportStockViews,
  listMovementsOfProduct,
  listStockViews,
  readStock,
  stockView,
  type StockView,
} from '../flows/inventory/read-stock.ts';
import { newId } from '../ids.ts';
import {
  countStockInput,
  exportStockInput,
  importedCountInput,
  listStockInput,
  listStockMovementsInput,
  receiveStockInput,
} from '../inventory/stock-input.ts';
import type { StockMovement } from '../inventory/stock-repository.ts';
import { stocks } from '../inventory/tables.ts';
import type { Call, Context } from '../run/context.ts';
import { keysetPage } from '../run/keyset-page.ts';
import { listPage } from '../run/list-page.ts';
import { runAlone } from '../run/run-flow.ts';
import { runImport } from '../run/run-import.ts';
import { stockKey, type ListedStock } from '../stock-list/stock-list-repository.ts';
import { parse } from '../validation.ts';

/**
 * Stock of products, in units. `availableQty` aren't sold, reserved units included; `unshippedQty` are sold and haven't
 * left; both together are on the shelf (`shelfQty`).
 */
export function stockMethods(context: Context) {
  const { db } = context.database;
  const change = runAlone(context, { name: 'stock.change', flow: changeStock, answer: stocks });

  return {
    /**
     * Adds 1 to 10^9 units to a product's stock, and records a RECEIVED movement.
     * @returns the stock after it
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws product_not_found when there is no such product
     * @throws stock_too_large when more than 10^9 units would be unsold
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    receiveStock: async (input: z.input<typeof receiveStockInput>, call?: Call): Promise<StockView> => {
      const given = { change: 'receive' as const, ...parse(receiveStockInput, input) };
      return stockView(await change({ ...given, id: newId() }, call, given));
    },

    /**
     * Takes the 0 to 2 × 10^9 units that were counted on a product's shelf (`countedQty`). Sold units that haven't left
     * lie there, too, and stay sold. An ADJUSTED movement records the difference, if there is one.
     * @param input with `expectedShelfQty`, the `shelfQty` that the caller saw before, a count is refused when parcels
     * or receipts have changed the shelf since; sales don't change it
     * @returns the stock after it
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws product_not_found when there is no such product
     * @throws stock_changed when `expectedShelfQty` isn't on the shelf any more; the details hold the current
     * `shelfQty`
     * @throws stock_below_orders when fewer units were counted than orders have reserved and bought; the details hold
     * both numbers
     * @throws stock_too_large when more than 10^9 units would be unsold
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    countStock: async (input: z.input<typeof countStockInput>, call?: Call): Promise<StockView> => {
      const given = { change: 'count' as const, ...parse(countStockInput, input) };
      return stockView(await change({ ...given, id: newId() }, call, given));
    },

    /**
     * Takes what was counted on the shelves of up to 1,000 products, by SKU, in one transaction: each as `countStock`
     * does. A shelf that holds `countedQty` already is unchanged, also when `expectedShelfQty` is another number: a
     * call that is repeated changes nothing.
     * @param options with `dryRun` nothing is written: the outcomes say what would be done
     * @returns one outcome a count: what was done, or why this one was refused (validation_failed, product_not_found,
     * stock_changed, stock_below_orders, stock_too_large), which leaves the others as they are
     * @throws validation_failed when there are more than 1,000 counts
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    importStockCounts: async (
      counts: readonly z.input<typeof importedCountInput>[],
      { dryRun = false }: { dryRun?: boolean } = {},
    ): Promise<Outcome<CountEffect>[]> =>
      runImport(context, { schema: importedCountInput, flow: importCounts, preview: previewCounts }, counts, dryRun),

    /**
     * Reads a product's stock: units that aren't sold, reserved, sold but not shipped, left to sell, and on the shelf.
     * @throws validation_failed when the id isn't a UUID
     * @throws product_not_found when there is no such product
     * @throws database_unavailable when the database can't be reached
     */
    getStock: async (input: z.input<typeof productIdInput>): Promise<StockView> =>
      read(async () => readStock(db, parse(productIdInput, input).productId)),

    /**
     * Lists the stock of products with their sku and name, 1 to 100 a page (`limit`, 50 by default). `q` selects
     * products as in `listProducts`, `maxSellableQty` those that have at most so many units left to sell. Archived
     * products are left out unless `includeArchived` is set. `sort` is by sku or by the units left to sell, `sku` by
     * default.
     * @returns a page; its `nextCursor` is null on the last page
     * @throws validation_failed when a field is unknown or out of its bounds
     * @throws cursor_of_another_list when the cursor is of a list with another sort or other filters
     * @throws database_unavailable when the database can't be reached
     */
    listStock: async (input: z.input<typeof listStockInput> = {}): Promise<Page<StockView & ListedStock>> =>
      keysetPage(db, listStockInput, input, { name: 'stock', list: listStockViews, keyOf: stockKey }),

    /**
     * Reads the stock of all products that match the filters of `listStock`, by SKU (`sort` is `sku` or `-sku`), up to
     * 5,000 at once, each part when the caller has taken the one before. A product that exists all the time comes once,
     * with its stock at about the time of its part.
     * @throws validation_failed when a filter is unknown or out of its bounds
     * @throws database_unavailable when the database can't be reached, also between two parts
     */
    async *exportStock(
      input: z.input<typeof exportStockInput> = {},
    ): AsyncGenerator<(StockView & ListedStock)[], void, undefined> {
      yield* exportStockViews(db, parse(exportStockInput, input));
    },

    /**
     * Lists the movements of a product's stock, the newest first, 1 to 100 a page (`limit`, 50 by default).
     * @returns a page; its `nextCursor` is null on the last page
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws product_not_found when there is no such product
     * @throws database_unavailable when the database can't be reached
     */
    listStockMovements: async (input: z.input<typeof listStockMovementsInput>): Promise<Page<StockMovement>> =>
      listPage(db, listStockMovementsInput, input, listMovementsOfProduct),
  };
}
