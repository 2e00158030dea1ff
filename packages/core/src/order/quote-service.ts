import type { QuotedOrder, QuoteLine } from './quote.ts';

/**
 * The shop's own pricing, outside this process. It is asked before the transaction that places an order.
 * @throws CommerceError quote_refused when it refuses the order, quote_unavailable when it can't answer
 */
export type QuoteService = (order: QuotedOrder) => Promise<readonly QuoteLine[]>;

/** Lines of the quote service, bound to the products and the shipping that it saw. */
export type ServiceLines = { pricedAs: string; lines: readonly QuoteLine[] };

/** The catalogue has other prices than the quote service saw. Nothing was written. */
export class StaleQuote extends Error {
  override readonly name = 'StaleQuote';

  constructor() {
    super('prices have changed since the quote service saw them');
  }
}

/** What the lines cost, as a text that is equal exactly for equal prices. */
export const pricedAs = ({ currency, lines }: Pick<QuotedOrder, 'currency' | 'lines'>): string =>
  JSON.stringify([currency, lines.map(({ kind, sku, quantity, unitAmount }) => [kind, sku, quantity, unitAmount])]);

/**
 * Returns a `quote` function that adds the lines of the quote service.
 * @throws StaleQuote, from the function, when the order's prices aren't those that the service saw
 */
export const quoteOf =
  (answer: ServiceLines) =>
  (order: QuotedOrder): QuoteLine[] => {
    if (pricedAs(order) !== answer.pricedAs) throw new StaleQuote();
    return [...answer.lines];
  };
