import { readProducts } from '../../catalog/product-repository.ts';
import type { Reader } from '../../database/page.ts';
import { sumByProduct } from '../../order/product-lines.ts';
import { pricedAs, type QuoteService, type ServiceLines } from '../../order/quote-service.ts';
import { readShippingOptions } from '../../pricing/shipping-option-repository.ts';
import { priceOrder, quotedOrder, type OrderToPrice, type Prices } from './price-order.ts';

/**
 * Reads what is in the catalogue now for an order. Nothing is locked, so prices may change before the order is placed.
 */
export async function readPrices(reader: Reader, { lines, shippingOptionId }: OrderToPrice): Promise<Prices> {
  const [products, options] = await Promise.all([
    readProducts(reader, new Set(lines.map(({ productId }) => productId))),
    readShippingOptions(reader, shippingOptionId === undefined ? [] : [shippingOptionId]),
  ]);
  return { products, options };
}

/**
 * Asks the quote service for an order's lines at these prices.
 * @throws the errors of `priceOrder` and of the service
 */
export async function askQuoteService(
  service: QuoteService,
  order: OrderToPrice,
  prices: Prices,
): Promise<ServiceLines> {
  const asked = quotedOrder(order, priceOrder(order, sumByProduct(order.lines), prices, undefined));
  return { pricedAs: pricedAs(asked), lines: await service(asked) };
}
