import { CommerceError } from '../errors.ts';
import { multiplyAmount, sumAmounts } from '../money.ts';
import { nothingGivenUp, type OrderLine, type OrderLineView } from './order.ts';

export type Priced = { id: string; sku: string; name: string; priceAmount: number; currency: string };

/**
 * PRODUCT lines with each product's name and price, in the order in which the products were first requested.
 * @throws product_not_found when a product is missing
 * @throws amount_too_large when a line's amount exceeds 2^53 - 1
 */
export function productLines(
  orderId: string,
  demand: ReadonlyMap<string, number>,
  products: ReadonlyMap<string, Priced>,
) {
  return [...demand].map(([productId, quantity], index): OrderLineView => {
    const product = products.get(productId);
    if (!product) throw new CommerceError('product_not_found', 'there is no such product', { productIds: [productId] });
    const { sku, name, priceAmount } = product;
    const amount = multiplyAmount(priceAmount, quantity);
    return {
      orderId,
      lineNo: index + 1,
      kind: 'PRODUCT',
      productId,
      sku,
      name,
      quantity,
      unitAmount: priceAmount,
      amount,
      discountAmount: 0,
      taxAmount: 0,
      ...nothingGivenUp,
      paidAmount: amount,
    };
  });
}

/**
 * The sum of the lines in minor units.
 * @throws validation_failed when the discounts exceed the other lines
 * @throws amount_too_large when the sum exceeds 2^53 - 1
 */
export function orderTotal(lines: readonly OrderLine[]): number {
  const total = sumAmounts(lines.map((line) => line.amount));
  if (total >= 0) return total;
  const message = 'the discounts exceed the price of the order';
  throw new CommerceError('validation_failed', message, { issues: [{ path: 'lines', message }] });
}

/** The requested units by product, summed over the lines of each product. */
export function sumByProduct(lines: readonly { productId: string; quantity: number }[]): Map<string, number> {
  const demand = new Map<string, number>();
  for (const { productId, quantity } of lines) demand.set(productId, (demand.get(productId) ?? 0) + quantity);
  return demand;
}
