import { readProductDetails, withDetails } from '../../catalog/product-details-repository.ts';
import type { ProductFilter } from '../../catalog/product-input.ts';
import { listProducts, readProducts } from '../../catalog/product-repository.ts';
import { availabilityOf, type Availability, type Product, type ProductDetails } from '../../catalog/product.ts';
import type { KeysetRequest } from '../../database/keyset.ts';
import type { Reader } from '../../database/page.ts';
import { CommerceError } from '../../errors.ts';
import { readStocks } from '../../inventory/stock-repository.ts';
import { sellable } from '../../inventory/stock.ts';

/**
 * A product with the units that can be sold. `sellableQty` is for the shop's own staff; `availability` is for everyone.
 */
export type ProductView = Omit<Product, 'version'> &
  ProductDetails & { availability: Availability; sellableQty: number };

/** Lists products in the order of the filter's sort. `fewLeftQty`: the most units that are few. */
export const listProductViews =
  (fewLeftQty: number) =>
  async (reader: Reader, filter: ProductFilter, page: KeysetRequest): Promise<ProductView[]> =>
    viewsOf(reader, await listProducts(reader, filter, page), fewLeftQty);

/**
 * Reads a product. `fewLeftQty`: the most units that are few.
 * @throws product_not_found when there is no such product, or it is archived and `includeArchived` isn't set
 */
export async function readProduct(
  reader: Reader,
  { productId, includeArchived }: { productId: string; includeArchived?: boolean | undefined },
  fewLeftQty: number,
): Promise<ProductView> {
  const product = (await readProducts(reader, [productId])).get(productId);
  const shown = product && (includeArchived || !product.archivedAt) ? [product] : [];
  const [view] = await viewsOf(reader, shown, fewLeftQty);
  if (view) return view;
  throw new CommerceError('product_not_found', 'no such product', { productIds: [productId] });
}

async function viewsOf(reader: Reader, products: readonly Product[], fewLeftQty: number): Promise<ProductView[]> {
  const ids = products.map(({ id }) => id);
  const [stocks, details] = [await readStocks(reader, ids), await readProductDetails(reader, ids)];
  return products.map(({ version: _, ...product }) => {
    const stock = stocks.get(product.id);
    const sellableQty = stock && !product.archivedAt ? sellable(stock) : 0;
    return { ...withDetails(product, details), availability: availabilityOf(sellableQty, fewLeftQty), sellableQty };
  });
}
