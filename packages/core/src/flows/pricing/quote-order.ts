import { readProducts } from '../../catalog/product-repository.ts';
import type { Reader } from '../../database/page.ts';
import type { Shortage } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { readStocks } from '../../inventory/stock-repository.ts';
import { shortages } from '../../inventory/stock.ts';
import type { QuoteOrder } from '../../order/order-input.ts';
import { orderTotal, sumByProduct, type OrderLineView } from '../../order/order.ts';
import type { Quote } from '../../order/quote.ts';
import { readOfferedById, readOfferedOptions } from '../../pricing/shipping-option-repository.ts';
import { shippingPrice, whyInapplicable, type Basket, type ShippingOption } from '../../pricing/shipping-option.ts';
import { noSuchOption } from './change-shipping-options.ts';
import { priceOrder, type PricedOrder } from './price-order.ts';

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

/** An order to price. */
export type OrderToQuote = QuoteOrder & { customerId: string | null };

/**
 * Prices an order by what is in the catalogue now, without a lock.
 * @throws the errors of `priceOrder`, and shipping_option_not_found
 */
export async function priceForQuote(
  reader: Reader,
  quote: Quote | undefined,
  { lines, shippingOptionId, shippingAddress, metadata, customerId }: OrderToQuote,
): Promise<PricedOrder> {
  const demand = sumByProduct(lines);
  const [products, chosen] = await Promise.all([
    readProducts(reader, demand.keys()),
    shippingOptionId === undefined ? [] : readOfferedById(reader, [shippingOptionId]),
  ]);
  const [option] = chosen;
  if (shippingOptionId !== undefined && !option) throw noSuchOption();
  return priceOrder({
    // A quote function may look at it; no order will have it.
    orderId: newId(),
    customerId,
    demand,
    products,
    shippingAddress: shippingAddress ?? null,
    metadata: metadata ?? null,
    option,
    quote,
  });
}

/**
 * Prices an order as placing it would, and writes nothing.
 * @throws the errors of `priceForQuote` and `orderTotal`
 */
export async function quoteOrder(reader: Reader, quote: Quote | undefined, order: OrderToQuote): Promise<OrderQuote> {
  const demand = sumByProduct(order.lines);
  const [{ lines, basket }, stocks] = await Promise.all([
    priceForQuote(reader, quote, order),
    readStocks(reader, demand.keys()),
  ]);
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
