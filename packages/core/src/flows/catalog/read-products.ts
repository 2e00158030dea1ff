import { listProducts, readProducts, type ProductFilter } from '../../catalog/product-repository.ts';
import type { Product } from '../../catalog/product.ts';
import type { PageRequest, Reader } from '../../database/page.ts';
import { CommerceError } from '../../errors.ts';
import { readStocks } from '../../inventory/stock-repository.ts';
import { sellable } from '../../inventory/stock.ts';

/** A product as anyone may see it: with the units that can be sold, and with no other number of its stock. */
export type ProductView = Omit<Product, 'version'> & { sellableQty: number };

/** Lists products with the units that can be sold, the newest first. */
export async function listProductViews(
  reader: Reader,
  filter: ProductFilter,
  page: PageRequest,
): Promise<ProductView[]> {
  return withSellable(reader, await listProducts(reader, filter, page));
}

/**
 * Reads a product.
 * @throws product_not_found when there is no such product, or it is archived and `includeArchived` isn't set
 */
export async function readProduct(
  reader: Reader,
  { productId, includeArchived }: { productId: string; includeArchived?: boolean | undefined },
): Promise<ProductView> {
  const product = (await readProducts(reader, [productId])).get(productId);
  const shown = product && (includeArchived || !product.archivedAt) ? [product] : [];
  const [view] = await withSellable(reader, shown);
  if (view) return view;
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
