import { accepted, CommerceError, refused, type Outcome } from '../errors.ts';
import { onShelf, stockMax, type Stock } from './stock.ts';

/** What was counted on a product's shelf, in units. `expectedShelfQty` lay there when the count began. */
export type StockCount = { countedQty: number; expectedShelfQty?: number | undefined };

/**
 * The units that aren't sold after a count: sold ones that haven't left were counted, too, and stay sold.
 * @returns `availableQty` · refusals: stock_changed, stock_below_orders, stock_too_large
 */
export function availableAfterCount(stock: Stock, { countedQty, expectedShelfQty }: StockCount): Outcome<number> {
  const { availableQty: present, reservedQty, unshippedQty } = stock;
  const shelfQty = onShelf(stock);
  if (expectedShelfQty !== undefined && expectedShelfQty !== shelfQty) {
    return refused(new CommerceError('stock_changed', 'the shelf does not hold what you expected', { shelfQty }));
  }
  if (countedQty < reservedQty + unshippedQty) {
    const message = 'orders have reserved or bought more units than were counted';
    return refused(new CommerceError('stock_below_orders', message, { reservedQty, unshippedQty }));
  }
  const availableQty = countedQty - unshippedQty;
  return availableQty > Math.max(stockMax, present) ? refused(stockTooLarge()) : accepted(availableQty);
}

/** The error for more units than can be for sale. */
export const stockTooLarge = () =>
  new CommerceError('stock_too_large', `no more than ${stockMax} units can be for sale`);
