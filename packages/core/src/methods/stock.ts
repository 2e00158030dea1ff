import type { z } from 'zod';
import { productIdInput } from '../catalog/product-input.ts';
import { read } from '../database/transaction.ts';
import type { Page } from '../database/page.ts';
import { changeStock } from '../flows/inventory/change-stock.ts';
import { listMovementsOfProduct, readStock, stockView, type StockView } from '../flows/inventory/read-stock.ts';
import { newId } from '../ids.ts';
import { listStockMovementsInput, receiveStockInput, setStockInput } from '../inventory/stock-input.ts';
import type { StockMovement } from '../inventory/stock-repository.ts';
import { stocks } from '../inventory/tables.ts';
import type { Call, Context } from '../run/context.ts';
import { listPage } from '../run/list-page.ts';
import { runAlone } from '../run/run-flow.ts';
import { parse } from '../validation.ts';

/** Stock of products, in units. `availableQty` is on hand and includes reserved units. */
export function stockMethods(context: Context) {
  const { db } = context.database;
  const change = runAlone(context, { name: 'stock.change', flow: changeStock, answer: stocks });

  return {
    /**
     * Adds 1 to 10^9 units to a product's stock, and records a RECEIVED movement.
     * @returns the stock after it
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws product_not_found when there is no such product
     * @throws stock_too_large when more than 10^9 units would be in stock
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
     * Sets the units on hand to the 0 to 10^9 units that were counted (`availableQty`), and records an ADJUSTED
     * movement.
     * @param input `expectedAvailableQty` is the number that the caller saw before counting
     * @returns the stock after it
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws product_not_found when there is no such product
     * @throws stock_changed when `expectedAvailableQty` isn't on hand any more; the details hold the current number
     * @throws stock_below_reserved when orders reserve more units than were counted
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    setStock: async (input: z.input<typeof setStockInput>, call?: Call): Promise<StockView> => {
      const given = { change: 'set' as const, ...parse(setStockInput, input) };
      return stockView(await change({ ...given, id: newId() }, call, given));
    },

    /**
     * Reads a product's stock: units on hand, reserved, and left to sell.
     * @throws validation_failed when the id isn't a UUID
     * @throws product_not_found when there is no such product
     * @throws database_unavailable when the database can't be reached
     */
    getStock: async (input: z.input<typeof productIdInput>): Promise<StockView> =>
      read(async () => readStock(db, parse(productIdInput, input).productId)),

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
