import { isArchived, type Product } from '../../catalog/product.ts';
import { loadProducts } from '../../catalog/product-repository.ts';
import { accepted, CommerceError, refused, type Outcome } from '../../errors.ts';
import { shortages, type Demand } from '../../inventory/stock.ts';
import type { PlaceOrder } from '../../order/order-input.ts';
import {
  orderTotal,
  productLines,
  quotedLines,
  sumByProduct,
  type Order,
  type OrderLine,
  type Quote,
} from '../../order/order.ts';
import { parseQuote } from '../../order/quote-input.ts';
import type { Traced } from '../../unit-of-work/pending-changes.ts';
import type { SharedFlow } from '../../unit-of-work/shared-flow.ts';
import type { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';

/** An order to place. The caller makes `id` before the transaction. */
export type PlaceOrderCommand = PlaceOrder & Traced & { id: string; customerId: string };

export type PlacedOrder = Order & { lines: readonly OrderLine[] };

export type OrderPolicy = {
  /** For how long an order's stock is reserved. */
  reservationMs: number;
  quote?: Quote | undefined;
};

/**
 * Places orders: locks the stock of all their products, then decides one order after the other. An order is placed with
 * all of its lines or refused. Returns one outcome a command, in the order of the commands.
 * @returns the order in CREATED, its stock reserved until `reservedUntil` · refusals: product_not_found,
 * currency_mismatch, insufficient_stock, amount_too_large, validation_failed (the quote makes the total negative)
 */
export const placeOrders =
  (policy: OrderPolicy): SharedFlow<PlaceOrderCommand, Outcome<PlacedOrder>> =>
  async (tx, commands) => {
    const demands = new Map(commands.map((command) => [command, sumByProduct(command.lines)]));
    const productIds = [...new Set([...demands.values()].flatMap((demand) => [...demand.keys()]))];
    return {
      locks: { productIds },
      read: async () => {
        // Read after the locks: a join in the locking statement would return the price from before a wait for a lock.
        const products = await loadProducts(tx, productIds);
        return (work, running) =>
          running.map((command) => place(work, command, demands.get(command) ?? new Map(), products, policy));
      },
    };
  };

function place(
  work: UnitOfWork,
  command: PlaceOrderCommand,
  demand: Demand,
  products: ReadonlyMap<string, Product>,
  policy: OrderPolicy,
): Outcome<PlacedOrder> {
  work.decideFor(command);
  try {
    const currency = currencyOf(demand, products);
    const lines = priceLines(command, demand, products, currency, policy.quote);
    const short = shortages(work.stocks, demand);
    if (short.length > 0) {
      return refused(new CommerceError('insufficient_stock', 'there is not enough stock', { products: short }));
    }
    return accepted(reserve(work, newOrder(work.now, command, currency, lines, policy.reservationMs), lines, demand));
  } catch (error) {
    if (error instanceof CommerceError) return refused(error);
    throw error;
  }
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

function priceLines(
  { id, customerId, shippingAddress, metadata }: PlaceOrderCommand,
  demand: Demand,
  products: ReadonlyMap<string, Product>,
  currency: string,
  quote: Quote | undefined,
): OrderLine[] {
  const lines = productLines(id, demand, products);
  if (!quote) return lines;
  const order = { customerId, currency, lines, shippingAddress: shippingAddress ?? null, metadata: metadata ?? null };
  return [...lines, ...quotedLines(id, parseQuote(quote(order)), lines.length + 1)];
}

function newOrder(
  now: Date,
  { id, customerId, contact, shippingAddress, reference, metadata }: PlaceOrderCommand,
  currency: string,
  lines: readonly OrderLine[],
  reservationMs: number,
): Order {
  return {
    id,
    customerId,
    status: 'CREATED',
    fulfillmentStatus: 'UNFULFILLED',
    reservationStatus: 'HELD',
    reservedUntil: new Date(now.getTime() + reservationMs),
    currency,
    totalAmount: orderTotal(lines),
    contact: contact ?? null,
    shippingAddress: shippingAddress ?? null,
    reference: reference ?? null,
    metadata: metadata ?? null,
    needsAttention: null,
    attentionReasons: null,
    version: 0,
    createdAt: now,
    updatedAt: now,
  };
}

function reserve(work: UnitOfWork, row: Order, lines: OrderLine[], demand: Demand): PlacedOrder {
  const order = work.addOrder(row, lines);
  order.reserveStock(demand);
  order.record('order.created', {
    customerId: row.customerId,
    currency: row.currency,
    totalAmount: row.totalAmount,
    reservedUntil: row.reservedUntil.toISOString(),
    lines: lines.map(({ lineNo, kind, productId, quantity, unitAmount }) => ({
      lineNo,
      kind,
      productId,
      quantity,
      unitAmount,
    })),
  });
  return order.placed();
}
