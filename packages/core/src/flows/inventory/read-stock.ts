import type { KeysetRequest } from '../../database/keyset.ts';
import type { PageRequest, Reader } from '../../database/page.ts';
import { read } from '../../database/transaction.ts';
import { wholeList } from '../../database/whole-list.ts';
import { CommerceError } from '../../errors.ts';
import { listStockMovements, readStocks, type StockMovement } from '../../inventory/stock-repository.ts';
import type { StockFilter } from '../../inventory/stock-input.ts';
import { listStocks, listStocksOfWindow, type ListedStock } from '../../stock-list/stock-list-repository.ts';
import { onShelf, sellable, type Stock } from '../../inventory/stock.ts';

/**
 * A stock row with `sellableQty`, the units that no order has reserved or bought, and `shelfQty`, the units that lie on
 * the shelf.
 */
export type StockView = Stock & { sellableQty: number; shelfQty: number };

/** Adds the sellable units and those on the shelf to a stock row. */
export const stockView = (stock: Stock): StockView => ({
  ...stock,
  sellableQty: sellable(stock),
  shelfQty: onShelf(stock),
});

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
 * Lists a product's stock movements, the latest first.
 * @throws product_not_found when there is no such product
 */
export async function listMovementsOfProduct(
  reader: Reader,
  filter: { productId: string },
  page: PageRequest,
): Promise<StockMovement[]> {
  await readStock(reader, filter.productId);
  return listStockMovements(reader, filter, page);
}

/** Lists the stocks of products. */
export async function listStockViews(
  reader: Reader,
  filter: StockFilter,
  request: KeysetRequest,
): Promise<(StockView & ListedStock)[]> {
  return (await listStocks(reader, filter, request)).map((stock) => ({ ...stock, ...stockView(stock) }));
}

/** Reads all stocks of products that match, by SKU, up to 5,000 at once. */
export async function* exportStockViews(
  reader: Reader,
  filter: StockFilter,
): AsyncGenerator<(StockView & ListedStock)[], void, undefined> {
  const parts = wholeList(async (after) => read(async () => listStocksOfWindow(reader, filter, after)));
  for await (const stocks of parts) yield stocks.map((stock) => ({ ...stock, ...stockView(stock) }));
}
