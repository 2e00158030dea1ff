import { listProducts, readProducts, type ProductFilter } from '../../catalog/product-repository.ts';
import type { Product } from '../../catalog/product.ts';
import type { PageRequest, Reader } from '../../database/page.ts';
import { CommerceError } from '../../errors.ts';
import { readStocks } from '../../inventory/stock-repository.ts';
import { sellable } from '../../inventory/stock.ts';

/** A product as anyone may see it: with what can be sold, never the raw numbers. */
export type ProductView = Omit<Product, 'version'> & { sellableQty: number };

/** Products with what can be sold of them, the newest first. */
export async function listProductViews(
  reader: Reader,
  filter: ProductFilter,
  page: PageRequest,
): Promise<ProductView[]> {
  return withSellable(reader, await listProducts(reader, filter, page));
}

/** @throws product_not_found, also for an archived one unless `includeArchived` */
export async function readProduct(
  reader: Reader,
  { productId, includeArchived }: { productId: string; includeArchived?: boolean | undefined },
): Promise<ProductView> {
  const product = (await readProducts(reader, [productId])).get(productId);
  if (product && (includeArchived || !product.archivedAt)) return (await withSellable(reader, [product]))[0]!;
  throw new CommerceError('product_not_found', 'no such product', { productIds: [productId] });
}

async function withSellable(reader: Reader, products: readonly Product[]): Promise<ProductView[]> {
  const stocks = await readStocks(
    reader,
    products.map(({ id }) => id),
  );
  return products.map(({ version: _, ...product }) => {
    const stock = stocks.get(product.id);
    return { ...product, sellableQty: stock && !product.archivedAt ? sellable(stock) : 0 };
  });
}
