import { accepted, CommerceError, refused, type Outcome } from '../../errors.ts';
import type { LockedProduct } from '../../unit-of-work/locked-product.ts';
import type { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';

/**
 * Finds the locked product that a command names.
 * @returns the product · refusals: product_not_found
 */
export function locateProduct(work: UnitOfWork, { productId }: { productId: string }): Outcome<LockedProduct> {
  const product = work.products.get(productId);
  if (product) return accepted(product);
  return refused(new CommerceError('product_not_found', 'no such product', { productIds: [productId] }));
}
