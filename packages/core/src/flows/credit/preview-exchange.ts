import type { Reader } from '../../database/page.ts';
import { CommerceError } from '../../errors.ts';
import { readOrders } from '../../order/order-repository.ts';
import { requireRecipient } from '../../order/order.ts';
import { readReturn } from '../../returns/return-repository.ts';
import type { OrderToPrice } from '../pricing/price-order.ts';
import type { OrderQuote } from '../pricing/quote-order.ts';
import type { ReturnRefund } from '../returns/refund-returns.ts';
import { creditLine, payableBy, type ExchangeReturnCommand } from './exchange-returns.ts';

/**
 * What an exchange would cost now: the order with its CREDIT line, of which `totalAmount` is to be paid. `refundAmount`
 * goes back. Amounts are in minor units of `currency`.
 */
export type ExchangeQuote = OrderQuote & {
  returnId: string;
  returnOrderId: string;
  orderVersion: number;
  creditAmount: number;
  refundAmount: number;
};

/**
 * Reads the order of an exchange as pricing needs it: for the customer of the returned order, and to its address unless
 * another one is given.
 * @throws return_not_found when there is no such return, order_redacted when its order has no contact any more
 */
export async function readExchange(
  reader: Reader,
  { id, returnId, order }: Pick<ExchangeReturnCommand, 'id' | 'returnId' | 'order'>,
): Promise<OrderToPrice> {
  const aReturn = await readReturn(reader, returnId);
  const [old] = aReturn ? await readOrders(reader, [aReturn.orderId]) : [];
  if (!old) throw new CommerceError('return_not_found', 'no such return');
  requireRecipient(old);
  const shippingAddress = order.shippingAddress ?? old.shippingAddress ?? undefined;
  return { ...order, id, customerId: old.customerId, shippingAddress };
}

/**
 * The quote of an order that a return pays for.
 * @param worth what goes back for the return without the exchange
 * @throws validation_failed when the order costs nothing, currency_mismatch when it has another currency,
 * nothing_to_refund when nothing is owed for the return
 */
export function withCredit(quote: OrderQuote, worth: ReturnRefund): ExchangeQuote {
  const { returnId, orderId, orderVersion, currency } = worth;
  if (worth.amount === 0) throw new CommerceError('nothing_to_refund', 'nothing is owed for this return');
  if (quote.currency !== currency)
    throw new CommerceError('currency_mismatch', 'an exchange has one currency', {
      currencies: [currency, quote.currency],
    });
  const creditAmount = payableBy(worth, quote.totalAmount);
  const { orderId: _, ...line } = creditLine('', creditAmount, quote.lines.length + 1);
  return {
    ...quote,
    lines: [...quote.lines, line],
    totalAmount: quote.totalAmount - creditAmount,
    returnId,
    returnOrderId: orderId,
    orderVersion,
    creditAmount,
    refundAmount: worth.amount - creditAmount,
  };
}
