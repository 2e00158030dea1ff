import { queryClient, trpc } from '../../api.ts';

/** Reads products and their stock again, after a change. */
export function readProductsAgain(): void {
  for (const queryKey of [trpc.product.pathKey(), trpc.stock.pathKey()])
    void queryClient.invalidateQueries({ queryKey });
}
