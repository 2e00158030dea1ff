import {
  createProductInput,
  listProductsInput,
  productIdInput,
  renameProductInput,
  repriceProductInput,
} from '@commerce-core/core';
import { z } from 'zod';
import { requireScope } from '../auth/access.ts';
import type { Caller } from '../auth/caller.ts';
import { procedure, router } from '../trpc/trpc.ts';

const getProductInput = productIdInput.extend({ includeArchived: z.boolean().optional() });

function requireCatalogForArchived(caller: Caller, { includeArchived }: { includeArchived?: boolean | undefined }) {
  if (includeArchived) requireScope(caller, 'catalog');
}

/**
 * The catalogue. Everyone may call `list` and `get`, without a token too; the others are for operators with the scope
 * `catalog`. `priceAmount` is an integer in minor units of `currency` (ISO 4217).
 */
export const productRouter = router({
  /**
   * Creates a product without stock. `sku` has 1 to 100 characters, `name` 1 to 300. `priceAmount` is 0 to 10^12.
   *
   * Returns the product.
   * @throws sku_taken when another product, archived or not, has this SKU
   */
  create: procedure.input(createProductInput).mutation(({ ctx, input }) => ctx.commerce.createProduct(input, ctx.call)),
  /**
   * Returns a page of products, the latest first, with `sellableQty`, the units that can be ordered now. `sku` filters.
   * `includeArchived` is for operators with the scope `catalog`.
   * @throws unauthenticated when `includeArchived` is set and the caller has no token
   * @throws forbidden when `includeArchived` is set and the caller lacks the scope `catalog`
   */
  list: procedure.input(listProductsInput.optional()).query(({ ctx, input = {} }) => {
    requireCatalogForArchived(ctx.caller, input);
    return ctx.commerce.listProducts(input);
  }),
  /**
   * Returns a product with `sellableQty`. `includeArchived` is for operators with the scope `catalog`.
   * @throws product_not_found when the product does not exist, or is archived and `includeArchived` is not set
   * @throws unauthenticated when `includeArchived` is set and the caller has no token
   * @throws forbidden when `includeArchived` is set and the caller lacks the scope `catalog`
   */
  get: procedure.input(getProductInput).query(({ ctx, input: { productId, includeArchived = false } }) => {
    requireCatalogForArchived(ctx.caller, { includeArchived });
    return ctx.commerce.getProduct({ productId, includeArchived });
  }),
  /**
   * Renames a product (1 to 300 characters). Placed orders keep the old name. Returns the product.
   * @throws product_not_found when no product has this id
   */
  rename: procedure.input(renameProductInput).mutation(({ ctx, input }) => ctx.commerce.renameProduct(input, ctx.call)),
  /**
   * Changes a product's price (0 to 10^12 minor units); the currency stays. Placed orders keep the old price. Returns
   * the product.
   * @throws product_not_found when no product has this id
   */
  reprice: procedure
    .input(repriceProductInput)
    .mutation(({ ctx, input }) => ctx.commerce.repriceProduct(input, ctx.call)),
  /**
   * Takes a product off sale for ever. Placed orders are not affected; archiving it again changes nothing. Returns the
   * product.
   * @throws product_not_found when no product has this id
   */
  archive: procedure.input(productIdInput).mutation(({ ctx, input }) => ctx.commerce.archiveProduct(input, ctx.call)),
});
