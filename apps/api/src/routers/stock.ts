import {
  countStockInput,
  listStockInput,
  listStockMovementsInput,
  productIdInput,
  receiveStockInput,
} from '@commerce-core/core';
import { procedure, router } from '../trpc/trpc.ts';

/**
 * Stock, in units. `availableQty` aren't sold (reserved units included), unpaid orders have reserved `reservedQty` of
 * them, and `sellableQty` is the difference. `unshippedQty` are sold and wait in READY parcels. Both lie on the shelf:
 * `shelfQty` is `availableQty` + `unshippedQty`. All procedures are for operators with the scope `stock`.
 */
export const stockRouter = router({
  /**
   * Adds `quantity` units (1 to 1,000,000,000) to a product's stock, with an optional `reason` of up to 500 characters.
   *
   * Returns the stock.
   * @throws product_not_found when no product has this id
   * @throws stock_too_large when `availableQty` would exceed 1,000,000,000 units
   */
  receive: procedure.input(receiveStockInput).mutation(({ ctx, input }) => ctx.commerce.receiveStock(input, ctx.call)),
  /**
   * Takes `countedQty`, the 0 to 2,000,000,000 units that were counted on the shelf. Sold units that haven't left are
   * among them and stay sold; only the difference from `shelfQty` changes `availableQty`, as an ADJUSTED movement.
   * `reason` has 1 to 500 characters. With `expectedShelfQty`, the count is refused when `shelfQty` is another number
   * by now. Sales don't change it, dispatches and receipts do.
   *
   * Returns the stock.
   * @throws product_not_found when no product has this id
   * @throws stock_changed when `shelfQty` is not `expectedShelfQty`; `details.shelfQty`
   * @throws stock_below_orders when `countedQty` is less than orders have reserved and bought; `details.reservedQty`,
   * `details.unshippedQty`
   * @throws stock_too_large when `availableQty` would exceed 1,000,000,000 units
   */
  count: procedure.input(countStockInput).mutation(({ ctx, input }) => ctx.commerce.countStock(input, ctx.call)),
  /**
   * Returns a product's stock.
   * @throws product_not_found when no product has this id
   */
  get: procedure.input(productIdInput).query(({ ctx, input }) => ctx.commerce.getStock(input)),
  /**
   * Returns a page of the stock of products, with their `sku` and `name`. `q` finds products as in `product.list`,
   * `maxSellableQty` those that have at most so many units left to sell. `sort` is `sku` (the default) or
   * `sellableQty`, or one of them with `-` for the opposite order. Archived products are left out unless
   * `includeArchived` is set.
   * @throws cursor_of_another_list when the cursor is of a list with another sort or other filters
   */
  list: procedure.input(listStockInput.optional()).query(({ ctx, input }) => ctx.commerce.listStock(input)),
  /**
   * Returns a page of the changes of `availableQty`, the latest first.
   * @throws product_not_found when no product has this id
   */
  movements: procedure.input(listStockMovementsInput).query(({ ctx, input }) => ctx.commerce.listStockMovements(input)),
});
