import { listStockMovementsInput, productIdInput, receiveStockInput, setStockInput } from '@commerce-core/core';
import { procedure, router } from '../trpc/trpc.ts';

export const stockRouter = router({
  receive: procedure.input(receiveStockInput).mutation(({ ctx, input }) => ctx.commerce.receiveStock(input, ctx.call)),
  set: procedure.input(setStockInput).mutation(({ ctx, input }) => ctx.commerce.setStock(input, ctx.call)),
  get: procedure.input(productIdInput).query(({ ctx, input }) => ctx.commerce.getStock(input)),
  movements: procedure.input(listStockMovementsInput).query(({ ctx, input }) => ctx.commerce.listStockMovements(input)),
});
