import type { Reader } from '../../database/page.ts';
import type { Shortage } from '../../error-details.ts';
import { readStocks } from '../../inventory/stock-repository.ts';
import { shortages } from '../../inventory/stock.ts';
import { type OrderLineView } from '../../order/order.ts';
import { orderTotal, sumByProduct } from '../../order/product-lines.ts';
import { quoteOf, type QuoteService } from '../../order/quote-service.ts';
import type { Quote } from '../../order/quote.ts';
import { readOfferedOptions } from '../../pricing/shipping-option-repository.ts';
import { shippingPrice, whyInapplicable, type Basket, type ShippingOption } from '../../pricing/shipping-option.ts';
import { askQuoteService, readPrices } from './ask-quote-service.ts';
import { priceOrder, type OrderToPrice } from './price-order.ts';

/** A shipping option that applies to an order, with its price for this order. */
export type OfferedOption = Pick<ShippingOption, 'id' | 'name' | 'priceAmount' | 'currency' | 'freeFromAmount'>;

/** What an order would cost now. */
export type OrderQuote = {
  /** The lines as the order would have them. */
  lines: Omit<OrderLineView, 'orderId'>[];
  /** The options that apply, the cheapest first, each with its price for this order. */
  shippingOptions: OfferedOption[];
  /** With the option that was chosen; without shipping when none was. */
  totalAmount: number;
  currency: string;
  /** The products that have too few units at the moment. */
  shortages: Shortage[];
};

/** Where an order's lines besides products and shipping come from: one of both, or neither. */
export type Pricing = { quote?: Quote | undefined; quoteService?: QuoteService | undefined };

/**
 * Prices an order as placing it would, and writes nothing.
 * @throws the errors of `priceOrder`, `orderTotal` and the quote service
 */
export async function quoteOrder(
  reader: Reader,
  { quote, quoteService }: Pricing,
  order: OrderToPrice,
): Promise<OrderQuote> {
  const demand = sumByProduct(order.lines);
  const [prices, stocks] = await Promise.all([readPrices(reader, order), readStocks(reader, demand.keys())]);
  const own = quoteService ? quoteOf(await askQuoteService(quoteService, order, prices)) : quote;
  const { lines, basket } = priceOrder(order, demand, prices, own);
  return {
    lines: lines.map(({ orderId: _, ...line }) => line),
    shippingOptions: offersFor(await readOfferedOptions(reader, basket.currency), basket),
    totalAmount: orderTotal(lines),
    currency: basket.currency,
    shortages: shortages(stocks, demand),
  };
}

const offersFor = (options: readonly ShippingOption[], basket: Basket): OfferedOption[] =>
  options
    .filter((option) => whyInapplicable(option, basket) === undefined)
    .map((option) => {
      const { id, name, currency, freeFromAmount } = option;
      return { id, name, priceAmount: shippingPrice(option, basket), currency, freeFromAmount };
    })
    .toSorted((a, b) => a.priceAmount - b.priceAmount);
