import { pageOf, type Page, type PageRequest, type Reader } from '../../database/page.ts';
import { CommerceError } from '../../errors.ts';
import { listStockMovements, readStocks, type StockMovement } from '../../inventory/stock-repository.ts';
import { sellable, type Stock } from '../../inventory/stock.ts';

/** A stock row with `sellableQty`, the units on hand that no order reserves. */
export type StockView = Stock & { sellableQty: number };

/** Adds the sellable units to a stock row. */
export const stockView = (stock: Stock): StockView => ({ ...stock, sellableQty: sellable(stock) });

/**
 * Reads a product's stock.
 * @throws product_not_found when there is no such product
 */
export async function readStock(reader: Reader, productId: string): Promise<StockView> {
  const stock = (await readStocks(reader, [productId])).get(productId);
  if (stock) return stockView(stock);
  throw new CommerceError('product_not_found', 'no such product', { productIds: [productId] });
}

/**
 * Reads a page of a product's stock movements, the latest first.
 * @throws product_not_found when there is no such product
 */
export async function readStockMovements(
  reader: Reader,
  { productId, cursor, limit }: PageRequest & { productId: string },
): Promise<Page<StockMovement>> {
  await readStock(reader, productId);
  return pageOf(await listStockMovements(reader, productId, cursor, limit + 1), limit, ({ id }) => id);
}
