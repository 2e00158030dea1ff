import type { Reader } from '../../database/page.ts';
import { CommerceError } from '../../errors.ts';
import type { Quote } from '../../order/quote.ts';
import { pricedAs, StaleQuote, type QuoteService, type ServiceLines } from '../../order/quote-service.ts';
import { priceForQuote, quoteOrder, type OrderToQuote } from './quote-order.ts';

/** Where an order's lines besides products and shipping come from: at most one of both. */
export type Pricing = { quote: Quote | undefined; quoteService: QuoteService | undefined };

/**
 * Asks the quote service for an order's lines. Nothing is locked, so prices may change before the order is placed.
 * @throws the errors of `priceOrder` and of the service
 */
async function askQuoteService(reader: Reader, service: QuoteService, order: OrderToQuote): Promise<ServiceLines> {
  const { lines, basket } = await priceForQuote(reader, undefined, order);
  const asked = {
    customerId: order.customerId,
    currency: basket.currency,
    lines,
    shippingAddress: order.shippingAddress ?? null,
    metadata: order.metadata ?? null,
  };
  return { pricedAs: pricedAs(asked), lines: await service(asked) };
}

/**
 * Prices an order, with the quote service where there is one.
 * @throws the errors of `quoteOrder`, quote_refused and quote_unavailable
 */
export async function quoteWithService(reader: Reader, { quote, quoteService }: Pricing, order: OrderToQuote) {
  if (!quoteService) return quoteOrder(reader, quote, order);
  const { lines } = await askQuoteService(reader, quoteService, order);
  return quoteOrder(reader, () => [...lines], order);
}

/**
 * Places an order with the lines of the quote service. If a price changes between the question and the order, the service
 * is asked once more.
 * @param place places the order; it throws StaleQuote when the service saw other prices
 * @throws total_changed when prices have changed twice, and what `place` and the service throw
 */
export async function placeWithService<T>(
  reader: Reader,
  service: QuoteService,
  order: OrderToQuote,
  place: (answer: ServiceLines) => Promise<T>,
): Promise<T> {
  for (let isAgain = false; ; isAgain = true) {
    try {
      return await place(await askQuoteService(reader, service, order));
    } catch (error) {
      if (!(error instanceof StaleQuote)) throw error;
      if (!isAgain) continue;
      const now = await quoteWithService(reader, { quote: undefined, quoteService: service }, order);
      const { totalAmount, currency } = now;
      throw new CommerceError('total_changed', 'prices are changing at the moment', { totalAmount, currency });
    }
  }
}
