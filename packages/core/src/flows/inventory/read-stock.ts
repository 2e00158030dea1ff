import type { PageRequest, Reader } from '../../database/page.ts';
import { CommerceError } from '../../errors.ts';
import { listStockMovements, readStocks, type StockMovement } from '../../inventory/stock-repository.ts';
import { sellable, type Stock } from '../../inventory/stock.ts';

/** Units on hand (`availableQty`, reserved ones included), held by orders, and left to sell. */
export type StockView = Stock & { sellableQty: number };

export const stockView = (stock: Stock): StockView => ({ ...stock, sellableQty: sellable(stock) });

/** @throws product_not_found */
export async function readStock(reader: Reader, productId: string): Promise<StockView> {
  const stock = (await readStocks(reader, [productId])).get(productId);
  if (stock) return stockView(stock);
  throw new CommerceError('product_not_found', 'no such product', { productIds: [productId] });
}

/** The ledger of what is on hand, the latest movement first. @throws product_not_found */
export async function listMovementsOfProduct(
  reader: Reader,
  filter: { productId: string },
  page: PageRequest,
): Promise<StockMovement[]> {
  await readStock(reader, filter.productId);
  return listStockMovements(reader, filter, page);
}
