import { isArchived, type Product } from '../../catalog/product.ts';
import { loadProducts } from '../../catalog/product-repository.ts';
import type { Transaction } from '@commerce-core/pg-pipeline';
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
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';

/** An order to place: `id` is minted by the caller before the transaction. */
export type PlaceOrderCommand = PlaceOrder & { id: string; customerId: string };

export type PlacedOrder = Order & { lines: OrderLine[] };

export type OrderPolicy = { reservationMs: number; quote?: Quote | undefined };

/**
 * Places orders: locks the stock of all their products, then takes one order after the other, each in whole or not at
 * all. One outcome a command, in the order of the commands.
 * @returns the order in CREATED, its stock HELD until `reservedUntil` · refusals: product_not_found, currency_mismatch,
 * insufficient_stock, amount_too_large, validation_failed (a quote below zero)
 */
export async function placeOrders(
  tx: Transaction,
  commands: readonly PlaceOrderCommand[],
  policy: OrderPolicy,
): Promise<Outcome<PlacedOrder>[]> {
  const demands = commands.map(({ lines }) => sumByProduct(lines));
  const productIds = new Set(demands.flatMap((demand) => [...demand.keys()]));
  const work = new UnitOfWork(tx);
  // Sent together and run one after the other: the prices are read after the locks. A join in the locking statement would
  // answer the price from before a wait.
  const [, products] = await Promise.all([work.lockStocks(productIds), loadProducts(tx, productIds)]);
  const outcomes = commands.map((command, index) => place(work, command, demands[index]!, products, policy));
  work.write();
  return outcomes;
}

function place(
  work: UnitOfWork,
  command: PlaceOrderCommand,
  demand: Demand,
  products: ReadonlyMap<string, Product>,
  policy: OrderPolicy,
): Outcome<PlacedOrder> {
  try {
    const currency = currencyOf(demand, products);
    const lines = priceLines(command, demand, products, currency, policy.quote);
    const short = shortages(work.stocks, demand);
    if (short.length > 0) {
      throw new CommerceError('insufficient_stock', 'there is not enough stock', { products: short });
    }
    return accepted(reserve(work, newOrder(work.now, command, currency, lines, policy.reservationMs), lines, demand));
  } catch (error) {
    if (error instanceof CommerceError) return refused(error);
    throw error;
  }
}

function currencyOf(demand: Demand, products: ReadonlyMap<string, Product>): string {
  const found = [...demand.keys()].map((id) => ({ id, product: products.get(id) }));
  const productIds = found.filter(({ product }) => !product || isArchived(product)).map(({ id }) => id);
  if (productIds.length > 0) throw new CommerceError('product_not_found', 'no such product', { productIds });
  const currencies = [...new Set(found.map(({ product }) => product!.currency))];
  if (currencies.length === 1) return currencies[0]!;
  throw new CommerceError('currency_mismatch', 'an order has one currency', { currencies });
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
  const asked = { customerId, currency, lines, shippingAddress: shippingAddress ?? null, metadata: metadata ?? null };
  return [...lines, ...quotedLines(id, parseQuote(quote(asked)), lines.length + 1)];
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

function reserve(work: UnitOfWork, order: Order, lines: OrderLine[], demand: Demand): PlacedOrder {
  work.moveStock('reserve', demand, order.id);
  const unit = work.addOrder(order, lines);
  work.tell(unit, 'order.created', {
    customerId: order.customerId,
    currency: order.currency,
    totalAmount: order.totalAmount,
    reservedUntil: order.reservedUntil,
    lines: lines.map(({ lineNo, kind, productId, quantity, unitAmount }) => ({
      lineNo,
      kind,
      productId,
      quantity,
      unitAmount,
    })),
  });
  return { ...unit.order, lines };
}
