import { readProducts } from '../../catalog/product-repository.ts';
import type { Reader } from '../../database/page.ts';
import type { Shortage } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { readStocks } from '../../inventory/stock-repository.ts';
import { shortages } from '../../inventory/stock.ts';
import type { QuoteOrder } from '../../order/order-input.ts';
import { orderTotal, sumByProduct, type OrderLine, type Quote } from '../../order/order.ts';
import { readOfferedById, readOfferedOptions } from '../../pricing/shipping-option-repository.ts';
import { shippingPrice, whyInapplicable, type Basket, type ShippingOption } from '../../pricing/shipping-option.ts';
import { noSuchOption } from './change-shipping-options.ts';
import { priceOrder } from './price-order.ts';

/** A shipping option that applies to an order, with its price for this order. */
export type OfferedOption = Pick<ShippingOption, 'id' | 'name' | 'priceAmount' | 'currency' | 'freeFromAmount'>;

/** What an order would cost now. */
export type OrderQuote = {
  /** The lines as the order would have them. */
  lines: Omit<OrderLine, 'orderId'>[];
  /** The options that apply, the cheapest first, each with its price for this order. */
  shippingOptions: OfferedOption[];
  /** With the option that was chosen; without shipping when none was. */
  totalAmount: number;
  currency: string;
  /** The products that have too few units at the moment. */
  shortages: Shortage[];
};

/**
 * Prices an order as placing it would, and writes nothing.
 * @throws the errors of `priceOrder` and `orderTotal`, and shipping_option_not_found
 */
export async function quoteOrder(
  reader: Reader,
  quote: Quote | undefined,
  { lines, shippingOptionId, shippingAddress, metadata, customerId }: QuoteOrder & { customerId: string | null },
): Promise<OrderQuote> {
  const demand = sumByProduct(lines);
  const productIds = [...demand.keys()];
  const [products, stocks, chosen] = await Promise.all([
    readProducts(reader, productIds),
    readStocks(reader, productIds),
    shippingOptionId === undefined ? [] : readOfferedById(reader, [shippingOptionId]),
  ]);
  const [option] = chosen;
  if (shippingOptionId !== undefined && !option) throw noSuchOption();
  const { lines: priced, basket } = priceOrder({
    // The hook may look at it; no order will have it.
    orderId: newId(),
    customerId,
    demand,
    products,
    shippingAddress: shippingAddress ?? null,
    metadata: metadata ?? null,
    option,
    quote,
  });
  return {
    lines: priced.map(({ orderId: _, ...line }) => line),
    shippingOptions: offersFor(await readOfferedOptions(reader, basket.currency), basket),
    totalAmount: orderTotal(priced),
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
