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

function mayIncludeArchived(caller: Caller, { includeArchived }: { includeArchived?: boolean | undefined }): void {
  if (includeArchived) requireScope(caller, 'catalog');
}

export const productRouter = router({
  create: procedure.input(createProductInput).mutation(({ ctx, input }) => ctx.commerce.createProduct(input, ctx.call)),
  list: procedure.input(listProductsInput.optional()).query(({ ctx, input = {} }) => {
    mayIncludeArchived(ctx.caller, input);
    return ctx.commerce.listProducts(input);
  }),
  get: procedure.input(getProductInput).query(({ ctx, input: { productId, includeArchived = false } }) => {
    mayIncludeArchived(ctx.caller, { includeArchived });
    return ctx.commerce.getProduct({ productId, includeArchived });
  }),
  rename: procedure.input(renameProductInput).mutation(({ ctx, input }) => ctx.commerce.renameProduct(input, ctx.call)),
  reprice: procedure
    .input(repriceProductInput)
    .mutation(({ ctx, input }) => ctx.commerce.repriceProduct(input, ctx.call)),
  archive: procedure.input(productIdInput).mutation(({ ctx, input }) => ctx.commerce.archiveProduct(input, ctx.call)),
});
