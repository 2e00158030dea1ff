import { loadProducts } from '../../catalog/product-repository.ts';
import { CommerceError, decided, type Outcome } from '../../errors.ts';
import { shortages, type Demand } from '../../inventory/stock.ts';
import type { PlaceOrder } from '../../order/order-input.ts';
import { mintOrderNumber } from '../../order/order-number.ts';
import { type Order, type OrderLineView } from '../../order/order.ts';
import { orderTotal, sumByProduct } from '../../order/product-lines.ts';
import type { Quote } from '../../order/quote.ts';
import { loadShippingOptions } from '../../pricing/shipping-option-repository.ts';
import { quoteOf, type ServiceLines } from '../../order/quote-service.ts';
import type { Traced } from '../../unit-of-work/pending-changes.ts';
import type { SharedFlow } from '../../unit-of-work/shared-flow.ts';
import type { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { priceOrder, type Prices } from '../pricing/price-order.ts';

/** An order to place. The caller makes `id` before the transaction. */
export type PlaceOrderCommand = PlaceOrder &
  Traced & { id: string; customerId: string; serviceLines?: ServiceLines | undefined };

export type PlacedOrder = Order & { lines: readonly OrderLineView[] };

export type OrderPolicy = {
  /** For how long an order's stock is reserved. */
  reservationMs: number;
  quote?: Quote | undefined;
  /** Whether an order without a shipping option is refused. */
  requireShippingOption: boolean;
};

/**
 * Places orders: locks the stock of all their products, then decides one order after the other. An order is placed with
 * all of its lines or refused. Returns one outcome a command, in the order of the commands.
 * @returns the order in CREATED, its stock reserved until `reservedUntil` · refusals: product_not_found,
 * currency_mismatch, insufficient_stock, amount_too_large, validation_failed (a discount exceeds the lines that it
 * applies to), shipping_option_not_found, shipping_option_not_applicable, shipping_option_required, total_changed
 */
export const placeOrders =
  (policy: OrderPolicy): SharedFlow<PlaceOrderCommand, Outcome<PlacedOrder>> =>
  async (tx, commands) => {
    const demands = new Map(commands.map((command) => [command, sumByProduct(command.lines)]));
    const productIds = [...new Set([...demands.values()].flatMap((demand) => [...demand.keys()]))];
    const optionIds = [...new Set(commands.flatMap(({ shippingOptionId }) => shippingOptionId ?? []))];
    return {
      locks: { productIds },
      read: async () => {
        // Read after the locks: a join in the locking statement would return the price from before a wait for a lock.
        const [products, options] = await Promise.all([
          loadProducts(tx, productIds),
          loadShippingOptions(tx, optionIds),
        ]);
        const prices = { products, options };
        return (work, running) =>
          running.map((command) => place(work, command, demands.get(command) ?? new Map(), prices, policy));
      },
    };
  };

function place(
  work: UnitOfWork,
  command: PlaceOrderCommand,
  demand: Demand,
  prices: Prices,
  policy: OrderPolicy,
): Outcome<PlacedOrder> {
  work.decideFor(command);
  return decided(() =>
    placePriced(work, command, demand, priceCommand(command, demand, prices, policy), policy.reservationMs),
  );
}

/** The lines of an order to place. With `returnId`, one of them is a credit of that return. */
export type PricedLines = { lines: OrderLineView[]; currency: string; returnId?: string };

/**
 * Places an order whose lines are priced. The stock is locked.
 * @throws total_changed, insufficient_stock, validation_failed and amount_too_large, before anything is changed
 */
export function placePriced(
  work: UnitOfWork,
  command: PlaceOrderCommand,
  demand: Demand,
  priced: PricedLines,
  reservationMs: number,
): PlacedOrder {
  const order = newOrder(work.now, command, priced, reservationMs);
  checkTotal(order, command.expectedTotalAmount);
  const short = shortages(work.stocks, demand);
  if (short.length > 0) throw new CommerceError('insufficient_stock', 'there is not enough stock', { products: short });
  return reserve(work, order, priced, demand);
}

/** Prices an order to place. @throws shipping_option_required, and the errors of `priceOrder` */
export function priceCommand(
  command: PlaceOrderCommand,
  demand: Demand,
  prices: Prices,
  { quote, requireShippingOption }: OrderPolicy,
): PricedLines {
  const { shippingOptionId, serviceLines } = command;
  if (shippingOptionId === undefined && requireShippingOption)
    throw new CommerceError('shipping_option_required', 'an order of this shop needs a shipping option');
  const { lines, basket } = priceOrder(command, demand, prices, serviceLines ? quoteOf(serviceLines) : quote);
  return { lines, currency: basket.currency };
}

/** @throws total_changed when the shopper has seen another total */
function checkTotal({ totalAmount, currency }: Order, expected: number | undefined): void {
  if (expected === undefined || expected === totalAmount) return;
  throw new CommerceError('total_changed', 'the order costs another amount now', { totalAmount, currency });
}

function newOrder(
  now: Date,
  { id, customerId, contact, shippingAddress, reference, metadata, shippingOptionId }: PlaceOrderCommand,
  { currency, lines }: PricedLines,
  reservationMs: number,
): Order {
  return {
    id,
    number: mintOrderNumber(now),
    customerId,
    status: 'CREATED',
    fulfillmentStatus: 'UNFULFILLED',
    reservationStatus: 'HELD',
    reservedUntil: new Date(now.getTime() + reservationMs),
    currency,
    totalAmount: orderTotal(lines),
    shippingOptionId: shippingOptionId ?? null,
    contact: contact ?? null,
    shippingAddress: shippingAddress ?? null,
    reference: reference ?? null,
    metadata: metadata ?? null,
    redactedAt: null,
    needsAttention: null,
    attentionReasons: null,
    version: 0,
    createdAt: now,
    updatedAt: now,
  };
}

function reserve(work: UnitOfWork, row: Order, { lines, returnId }: PricedLines, demand: Demand): PlacedOrder {
  const order = work.addOrder(row, lines);
  order.reserveStock(demand);
  order.record('order.created', {
    number: row.number,
    customerId: row.customerId,
    currency: row.currency,
    totalAmount: row.totalAmount,
    reservedUntil: row.reservedUntil.toISOString(),
    ...(returnId !== undefined && { returnId }),
    lines: lines.map(({ lineNo, kind, productId, quantity, unitAmount }) => ({
      lineNo,
      kind,
      productId,
      quantity,
      unitAmount,
    })),
  });
  return { ...order.row, lines };
}
