import type { Transaction } from '@commerce-core/pg-pipeline';
import { loadProducts } from '../../catalog/product-repository.ts';
import { CommerceError, decided, unwrap, type Outcome } from '../../errors.ts';
import type { Gateway } from '../../gateways/gateway.ts';
import type { PlaceOrder } from '../../order/order-input.ts';
import { nothingGivenUp, requireRecipient, type OrderLineView } from '../../order/order.ts';
import { orderTotal, sumByProduct } from '../../order/product-lines.ts';
import type { ServiceLines } from '../../order/quote-service.ts';
import { noProvider, paysForOrder } from '../../payment/payment.ts';
import { loadShippingOptions } from '../../pricing/shipping-option-repository.ts';
import type { RefundFee } from '../../refund/refund.ts';
import { readOrderIdsOfReturns } from '../../returns/return-repository.ts';
import type { Return } from '../../returns/return.ts';
import type { LineQuantity, LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { placePriced, priceCommand, type OrderPolicy, type PlacedOrder } from '../order/place-orders.ts';
import { createPayment } from '../payment/create-payments.ts';
import type { Prices } from '../pricing/price-order.ts';
import { locateReturn, moneyParts, type ReturnCommand } from '../returns/change-returns.ts';
import { priceReturn, type ReturnPrice } from '../returns/price-return.ts';
import { requireRefundable } from '../returns/refund-returns.ts';
import { fundExchange } from './fund-exchange.ts';
import { giveCredit } from './give-credit.ts';

/**
 * A return to exchange: `lines` of it, or all that it owes, for `order`. The caller makes the ids of the new order, of
 * its payment and of the refund before the transaction. `fees` are kept back.
 */
export type ExchangeReturnCommand = ReturnCommand & {
  id: string;
  paymentId: string;
  refundId: string;
  lines?: readonly LineQuantity[] | undefined;
  fees: readonly RefundFee[];
  order: Omit<PlaceOrder, 'contact'>;
  serviceLines?: ServiceLines | undefined;
};

/** The new order, and how it was paid, in minor units of its currency. `refundId` is null where nothing is refunded. */
export type ExchangeOrder = PlacedOrder & {
  exchange: {
    returnId: string;
    returnOrderId: string;
    creditAmount: number;
    refundAmount: number;
    refundId: string | null;
  };
};

export type ExchangePolicy = OrderPolicy & { gateways: ReadonlyMap<string, Gateway> };

/**
 * Places orders that returns pay for: what the returned units are worth lowers what is to be paid. An order that costs
 * more is paid as usual; an order that costs as much or less is PAID at once, and the rest is refunded.
 * @returns the order · refusals: return_not_found, order_changed, order_redacted, units_not_in_return,
 * fees_exceed_refund, nothing_to_refund, dispute_open, refund_exceeds_balance, amount_not_supported, and those of
 * `placeOrders`
 */
export const exchangeReturns =
  (policy: ExchangePolicy) =>
  async (tx: Transaction, commands: readonly ExchangeReturnCommand[]): Promise<Outcome<ExchangeOrder>[]> => {
    const orderIds = await readOrderIdsOfReturns(
      tx.db,
      commands.map(({ returnId }) => returnId),
    );
    const productIds = [...new Set(commands.flatMap(({ order }) => order.lines.map(({ productId }) => productId)))];
    const optionIds = commands.flatMap(({ order }) => order.shippingOptionId ?? []);
    const work = await UnitOfWork.lock(tx, {
      orderIds: [...new Set(orderIds.values())],
      ...moneyParts,
      shipments: true,
      productIds,
    });
    const [products, options] = await Promise.all([loadProducts(tx, productIds), loadShippingOptions(tx, optionIds)]);
    const outcomes = commands.map((command) =>
      decided(() => {
        const { order, aReturn } = locateReturn(work, orderIds, command);
        return exchange(work, order, aReturn, { command, prices: { products, options }, policy });
      }),
    );
    work.write();
    return outcomes;
  };

type Requested = { command: ExchangeReturnCommand; prices: Prices; policy: ExchangePolicy };

function exchange(
  work: UnitOfWork,
  order: LockedOrder,
  aReturn: Return,
  { command, prices, policy }: Requested,
): ExchangeOrder {
  const { id, refundId, lines: selected, fees } = command;
  // The new order has the contact of the old one.
  requireRecipient(order.row);
  const price = priceReturn(order, aReturn, fees, selected);
  if (price.amount === 0) throw new CommerceError('nothing_to_refund', 'nothing is owed for this return');
  const payment = order.payments.find(paysForOrder);
  const { customerId, contact, shippingAddress: oldAddress, currency } = order.row;
  const shippingAddress = command.order.shippingAddress ?? oldAddress ?? undefined;
  const placing = { ...command.order, id, customerId, contact: contact ?? undefined, shippingAddress };
  const placed = { ...placing, serviceLines: command.serviceLines };
  const demand = sumByProduct(placed.lines);
  const priced = priceCommand(placed, demand, prices, policy);
  if (priced.currency !== currency)
    throw new CommerceError('currency_mismatch', 'an exchange has one currency', {
      currencies: [currency, priced.currency],
    });
  const amount = payableBy(price, orderTotal(priced.lines));
  const funding = fundExchange(order, payment, { worth: price.amount, amount });
  if (payment && funding.refunded > 0) requireRefundable(policy.gateways, payment, funding.refunded);
  const lines = [...priced.lines, creditLine(id, amount, priced.lines.length + 1)];
  // The last step that can refuse: what follows changes both orders.
  placePriced(work, placed, demand, { lines, currency, returnId: aReturn.id }, policy.reservationMs);
  const created = work.orders.get(id);
  if (!created) throw new Error(`order ${id} was placed and is not among the orders`);
  giveCredit(order, created, aReturn, { price, fees, payment, funding, amount, refundId });
  if (created.row.totalAmount === 0) payFree(work, command);
  return {
    ...created.placed(),
    exchange: {
      returnId: aReturn.id,
      returnOrderId: order.id,
      creditAmount: amount,
      refundAmount: price.amount - amount,
      refundId: funding.refunded > 0 ? refundId : null,
    },
  };
}

/** What a return pays of an order that costs `total`. @throws validation_failed when the order costs nothing */
export function payableBy({ amount }: Pick<ReturnPrice, 'amount'>, total: number): number {
  if (total > 0) return Math.min(amount, total);
  const message = 'the order costs nothing: place it without an exchange';
  throw new CommerceError('validation_failed', message, { issues: [{ path: 'order.lines', message }] });
}

/** The line of a new order that a return pays. */
export const creditLine = (orderId: string, amount: number, lineNo: number): OrderLineView => ({
  orderId,
  lineNo,
  kind: 'CREDIT',
  productId: null,
  sku: null,
  name: 'Return credit',
  quantity: 1,
  unitAmount: -amount,
  amount: -amount,
  discountAmount: 0,
  taxAmount: 0,
  ...nothingGivenUp,
  paidAmount: -amount,
});

/** Pays an order that has nothing left to pay, without a gateway. */
function payFree(work: UnitOfWork, { id: orderId, paymentId: id }: ExchangeReturnCommand): void {
  const withoutGateway = {
    provider: noProvider,
    method: null,
    capture: 'AUTOMATIC',
    amountRule: () => undefined,
  } as const;
  unwrap(createPayment(work, { id, orderId, ...withoutGateway, reservationMs: 0 }));
}
