import {
  createProductInput,
  listProductsInput,
  productIdInput,
  renameProductInput,
  repriceProductInput,
  updateProductInput,
} from '@commerce-core/core';
import { z } from 'zod';
import { requireScope } from '../auth/access.ts';
import type { Caller } from '../auth/caller.ts';
import { procedure, router } from '../trpc/trpc.ts';

const getProductInput = productIdInput.extend({ includeArchived: z.boolean().optional() });

function requireCatalogForArchived(caller: Caller, { includeArchived }: { includeArchived?: boolean | undefined }) {
  if (includeArchived) requireScope(caller, 'catalog');
}

/** A product as a caller may see it: the exact number of units is for the shop's own staff. */
function forCaller<P extends { sellableQty: number }>(
  caller: Caller,
  { sellableQty, ...product }: P,
): Omit<P, 'sellableQty'> & { sellableQty?: number } {
  const mayKnow = caller.kind === 'operator' && caller.scopes.some((scope) => scope === 'stock' || scope === 'catalog');
  return mayKnow ? { ...product, sellableQty } : product;
}

/**
 * The catalogue. Everyone may call `list` and `get`, without a token too; the others are for operators with the scope
 * `catalog`. `priceAmount` is an integer in minor units of `currency` (ISO 4217). `availability` is IN_STOCK, FEW_LEFT
 * (up to the server's FEW_LEFT_QTY units) or SOLD_OUT. Operators with the scope `stock` or `catalog` also get
 * `sellableQty`, the units that can be ordered now.
 */
export const productRouter = router({
  /**
   * Creates a product without stock. `sku` has 1 to 100 characters, `name` 1 to 300. `priceAmount` is 0 to 10^12.
   * `description` has up to 10,000 characters, `imageUrl` is an http or https address, `metadata` has at most 4,096
   * bytes of JSON.
   *
   * Returns the product.
   * @throws sku_taken when another product, archived or not, has this SKU
   */
  create: procedure.input(createProductInput).mutation(({ ctx, input }) => ctx.commerce.createProduct(input, ctx.call)),
  /**
   * Returns a page of products. `sku` filters; `q` finds products that have all its words, each as the beginning of a
   * word of SKU, name or description. `sort` is `-createdAt` (the latest first, the default), `createdAt`, `name`,
   * `sku` or `priceAmount`, or one of the last three with `-` for the opposite order. `includeArchived` is for
   * operators with the scope `catalog`.
   * @throws cursor_of_another_list when the cursor is of a list with another sort or other filters
   * @throws unauthenticated when `includeArchived` is set and the caller has no token
   * @throws forbidden when `includeArchived` is set and the caller lacks the scope `catalog`
   */
  list: procedure.input(listProductsInput.optional()).query(async ({ ctx, input = {} }) => {
    requireCatalogForArchived(ctx.caller, input);
    const { items, ...page } = await ctx.commerce.listProducts(input);
    return { items: items.map((product) => forCaller(ctx.caller, product)), ...page };
  }),
  /**
   * Returns a product. `includeArchived` is for operators with the scope `catalog`.
   * @throws product_not_found when the product does not exist, or is archived and `includeArchived` is not set
   * @throws unauthenticated when `includeArchived` is set and the caller has no token
   * @throws forbidden when `includeArchived` is set and the caller lacks the scope `catalog`
   */
  get: procedure.input(getProductInput).query(async ({ ctx, input: { productId, includeArchived = false } }) => {
    requireCatalogForArchived(ctx.caller, { includeArchived });
    return forCaller(ctx.caller, await ctx.commerce.getProduct({ productId, includeArchived }));
  }),
  /**
   * Changes a product's `description`, `imageUrl` and `metadata`. What is left out stays; null removes. Returns the
   * product.
   * @throws product_not_found when no product has this id
   */
  update: procedure.input(updateProductInput).mutation(({ ctx, input }) => ctx.commerce.updateProduct(input, ctx.call)),
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
