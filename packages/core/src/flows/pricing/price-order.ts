import { isArchived, type Product } from '../../catalog/product.ts';
import { CommerceError } from '../../errors.ts';
import type { Demand } from '../../inventory/stock.ts';
import { sumAmounts } from '../../money.ts';
import { shareDiscountsAndTaxes } from '../../order/line-shares.ts';
import { isGuestOrder } from '../../order/guest.ts';
import { isCharged, type OrderLine, type OrderLineView } from '../../order/order.ts';
import { productLines } from '../../order/product-lines.ts';
import type { QuoteOrder } from '../../order/order-input.ts';
import { quotedLines, type Quote, type QuotedOrder, type QuoteLine } from '../../order/quote.ts';
import { parseQuote } from '../../order/quote-input.ts';
import { shippingPrice, whyInapplicable, type Basket, type ShippingOption } from '../../pricing/shipping-option.ts';
import { noSuchOption } from './change-shipping-options.ts';

/** An order to price. `customerId` is null in a quote for a shopper who isn't known. */
export type OrderToPrice = Pick<QuoteOrder, 'lines' | 'shippingOptionId' | 'shippingAddress' | 'metadata'> & {
  id: string;
  customerId: string | null;
};

/** What was read for an order, or for several: its products, and the shipping option that it names. */
export type Prices = { products: ReadonlyMap<string, Product>; options: ReadonlyMap<string, ShippingOption> };

/** The lines of an order, and what decides which shipping options apply to it. */
export type PricedOrder = { lines: OrderLineView[]; basket: Basket };

/**
 * Prices an order: its products at the catalogue's prices, then the shipping option, then the lines of the shop's
 * `quote`.
 * @param demand the order's units by product
 * @throws product_not_found when a product doesn't exist or is archived
 * @throws currency_mismatch when the products have different currencies
 * @throws amount_too_large when an amount exceeds 2^53 - 1
 * @throws shipping_option_not_found when there is no such option, or it is archived
 * @throws shipping_option_not_applicable when the option doesn't apply to this order
 */
export function priceOrder(
  order: OrderToPrice,
  demand: Demand,
  { products, options }: Prices,
  quote: Quote | undefined,
): PricedOrder {
  const { id, shippingOptionId, shippingAddress } = order;
  const option = shippingOptionId === undefined ? undefined : options.get(shippingOptionId);
  if (shippingOptionId !== undefined && !option) throw noSuchOption();
  const currency = currencyOf(demand, products);
  const lines = productLines(id, demand, products);
  const basket = basketOf(lines, currency, shippingAddress?.country);
  if (option) lines.push(...quotedLines(id, [shippingLine(option, basket)], lines.length + 1));
  if (!quote) return { lines, basket };
  const quoted = parseQuote(quote(quotedOrder(order, { lines: [...lines], basket })), lines);
  return { lines: withQuote(id, lines, quoted), basket };
}

/** An order as the shop's pricing sees it. */
export const quotedOrder = (
  { customerId, shippingAddress, metadata }: OrderToPrice,
  { lines, basket }: PricedOrder,
): QuotedOrder => ({
  // The same as in the quote before the order, so that both have the same total.
  customerId: customerId !== null && isGuestOrder({ customerId }) ? null : customerId,
  currency: basket.currency,
  lines,
  shippingAddress: shippingAddress ?? null,
  metadata: metadata ?? null,
});

/** The lines with those of the quote, and with their shares of its discounts and taxes. */
function withQuote(orderId: string, lines: readonly OrderLineView[], quoted: readonly QuoteLine[]): OrderLineView[] {
  const firstNo = lines.length + 1;
  const all = [...lines, ...quotedLines(orderId, quoted, firstNo)];
  if (quoted.every(isCharged)) return all;
  const appliesTo = quoted.flatMap((line, index): [number, readonly number[]][] =>
    line.appliesTo ? [[firstNo + index, line.appliesTo]] : [],
  );
  return shareDiscountsAndTaxes(all, new Map(appliesTo));
}

const inapplicableMessages = {
  currency: 'this shipping option is for orders in another currency',
  country: 'this shipping option is for other countries, or the order has no address',
  too_many_units: 'this shipping option is for orders of fewer units',
} as const;

const basketOf = (lines: readonly OrderLine[], currency: string, country: string | undefined): Basket => ({
  currency,
  productAmount: sumAmounts(lines.map(({ amount }) => amount)),
  units: lines.reduce((sum, { quantity }) => sum + quantity, 0),
  country,
});

function shippingLine(option: ShippingOption, basket: Basket): QuoteLine {
  const reason = whyInapplicable(option, basket);
  if (reason === undefined)
    return { kind: 'SHIPPING', name: option.name, quantity: 1, unitAmount: shippingPrice(option, basket) };
  throw new CommerceError('shipping_option_not_applicable', inapplicableMessages[reason], { reason });
}

function currencyOf(demand: Demand, products: ReadonlyMap<string, Product>): string {
  const missing: string[] = [];
  const currencies = new Set<string>();
  for (const id of demand.keys()) {
    const product = products.get(id);
    if (!product || isArchived(product)) missing.push(id);
    else currencies.add(product.currency);
  }
  if (missing.length > 0) throw new CommerceError('product_not_found', 'no such product', { productIds: missing });
  const [currency, ...others] = currencies;
  if (currency !== undefined && others.length === 0) return currency;
  throw new CommerceError('currency_mismatch', 'an order has one currency', { currencies: [...currencies] });
}
