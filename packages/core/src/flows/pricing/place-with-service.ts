import type { Reader } from '../../database/page.ts';
import { CommerceError } from '../../errors.ts';
import { StaleQuote, type QuoteService, type ServiceLines } from '../../order/quote-service.ts';
import { askQuoteService, readPrices } from './ask-quote-service.ts';
import type { OrderToPrice } from './price-order.ts';
import { quoteOrder } from './quote-order.ts';

/**
 * Places an order with the lines of the quote service. If a price changes between the question and the order, the
 * service is asked once more.
 * @param place places the order; it throws StaleQuote when the service saw other prices
 * @throws total_changed when prices have changed twice, and what `place` and the service throw
 */
export async function placeWithService<T>(
  reader: Reader,
  quoteService: QuoteService,
  order: OrderToPrice,
  place: (answer: ServiceLines) => Promise<T>,
): Promise<T> {
  for (let isAgain = false; ; isAgain = true) {
    try {
      return await place(await askQuoteService(quoteService, order, await readPrices(reader, order)));
    } catch (error) {
      if (!(error instanceof StaleQuote)) throw error;
      if (!isAgain) continue;
      const { totalAmount, currency } = await quoteOrder(reader, { quoteService }, order);
      throw new CommerceError('total_changed', 'prices are changing at the moment', { totalAmount, currency });
    }
  }
}
