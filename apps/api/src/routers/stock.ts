import { listStockMovementsInput, productIdInput, receiveStockInput, setStockInput } from '@commerce-core/core';
import { procedure, router } from '../trpc/trpc.ts';

/**
 * Stock, in units: `availableQty` on hand (reserved units included), `reservedQty`, and `sellableQty`, the difference.
 * All procedures are for operators with the scope `stock`.
 */
export const stockRouter = router({
  /**
   * Adds `quantity` units (1 to 1,000,000,000) to a product's stock, with an optional `reason` of up to 500 characters.
   *
   * Returns the stock.
   * @throws product_not_found when no product has this id
   * @throws stock_too_large when the stock would exceed 1,000,000,000 units
   */
  receive: procedure.input(receiveStockInput).mutation(({ ctx, input }) => ctx.commerce.receiveStock(input, ctx.call)),
  /**
   * Sets `availableQty` to what was counted, if it still is `expectedAvailableQty` (compare-and-set). `reason` has 1 to
   * 500 characters.
   *
   * Returns the stock.
   * @throws product_not_found when no product has this id
   * @throws stock_changed when the stock is not `expectedAvailableQty`; `details.availableQty`
   * @throws stock_below_reserved when orders reserve more than `availableQty`; `details.reservedQty`
   */
  set: procedure.input(setStockInput).mutation(({ ctx, input }) => ctx.commerce.setStock(input, ctx.call)),
  /**
   * Returns a product's stock.
   * @throws product_not_found when no product has this id
   */
  get: procedure.input(productIdInput).query(({ ctx, input }) => ctx.commerce.getStock(input)),
  /**
   * Returns a page of the changes of `availableQty`, the latest first.
   * @throws product_not_found when no product has this id
   */
  movements: procedure.input(listStockMovementsInput).query(({ ctx, input }) => ctx.commerce.listStockMovements(input)),
});
