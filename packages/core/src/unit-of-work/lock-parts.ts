import type { Transaction } from '@commerce-core/pg-pipeline';
import type { Product } from '../catalog/product.ts';
import type { OrderNames } from '../database/named-orders.ts';
import type { Stock } from '../inventory/stock.ts';
import { lockNamedStocks, type StockNames } from '../inventory/stock-repository.ts';
import type { Order } from '../order/order.ts';
import { lockOrders } from '../order/order-repository.ts';
import { partNames, partTables, type PartName, type RowOf } from './table-registry.ts';

/** What a flow locks in addition to orders, their lines and their payments. */
export type RequestedParts = {
  /** Refunds and disputes. */
  money?: boolean;
  refundLines?: boolean;
  /** Shipments and returns with their lines. */
  shipments?: boolean;
  parcels?: boolean;
  /** What returns of other orders pay of the orders. */
  credits?: boolean;
  /**
   * The stock rows of the orders' products: of all orders, or of those for which an attempt to pay changes stock,
   * because their reservation was released or they are free.
   */
  stocks?: 'all' | 'attempted';
};

/** The rows that a flow locks: orders with parts, and the stock rows of products. */
export type LockRequest = OrderNames & RequestedParts & { productIds?: readonly string[] };

/** The rows that belong to one order; empty where they weren't requested. */
export type OrderParts = { [N in PartName]: RowOf<N>[] };

/** Rows that a transaction has locked. */
export type LockedRows = {
  /** `hasMoney`: whether refunds and disputes were requested, so that none of them is missing. */
  orders: readonly { order: Order; parts: OrderParts; hasMoney: boolean }[];
  stocks: Map<string, Stock>;
  products: readonly Product[];
};

/** An order's parts when there are none. */
export const noParts = (): OrderParts => ({
  lines: [],
  payments: [],
  refunds: [],
  refundLines: [],
  disputes: [],
  credits: [],
  creditParts: [],
  returns: [],
  returnLines: [],
  shipments: [],
  shipmentLines: [],
  parcels: [],
});

/** Hands the rows of one table to the orders that they belong to. */
type Distribute = (partsOf: ReadonlyMap<string, OrderParts>) => void;

/**
 * Locks all that the requests ask for, class by class. All statements are sent in one tick, so they share a round trip.
 * Of several requests each part is locked for all orders, and stock rows only for the orders of their own request.
 * @param locking the lock on the orders' own rows, where the caller has requested it already
 */
export async function lockRows(
  tx: Transaction,
  requests: readonly LockRequest[],
  locking?: Promise<Order[]>,
): Promise<Omit<LockedRows, 'products'>> {
  const named = { orderIds: unique(requests, 'orderIds'), paymentIds: unique(requests, 'paymentIds') };
  const hasOrders = named.orderIds.length + named.paymentIds.length > 0;
  const names = hasOrders ? partNames.filter((name) => isRequested(name, requests)) : [];
  const read = async <N extends PartName>(name: N): Promise<Distribute> => {
    const rows = await partTables[name].ofOrders(tx, named);
    return (partsOf) => {
      for (const row of rows) partsOf.get(row.orderId)?.[name].push(row);
    };
  };
  // In the order in which all flows lock; tables that need no lock are read last.
  const orders = locking ?? (hasOrders ? lockOrders(tx, named) : []);
  const lockingParts = names.filter((name) => partTables[name].locks).map(read);
  const lockingStocks = lockNamedStocks(tx, stocksOf(requests));
  const readingParts = names.filter((name) => !partTables[name].locks).map(read);
  const [rows, stocks, ...distributes] = await Promise.all([orders, lockingStocks, ...lockingParts, ...readingParts]);
  const hasMoney = names.includes('refunds');
  const locked = rows.map((order) => ({ order, parts: noParts(), hasMoney }));
  const partsOf = new Map(locked.map(({ order, parts }) => [order.id, parts]));
  for (const distribute of distributes) distribute(partsOf);
  return { orders: locked, stocks };
}

/** Locks the refunds of locked orders, and reads their disputes. */
export async function lockMoney(
  tx: Transaction,
  orderIds: readonly string[],
): Promise<Pick<OrderParts, 'refunds' | 'disputes'>> {
  const [refunds, disputes] = await Promise.all([
    partTables.refunds.ofOrders(tx, { orderIds }),
    partTables.disputes.ofOrders(tx, { orderIds }),
  ]);
  return { refunds, disputes };
}

function isRequested(name: PartName, requests: readonly LockRequest[]): boolean {
  const { only } = partTables[name];
  return only === undefined || requests.some((request) => request[only]);
}

function stocksOf(requests: readonly LockRequest[]): StockNames {
  const all = requests.filter(({ stocks }) => stocks === 'all');
  const attempted = requests.filter(({ stocks }) => stocks === 'attempted');
  return {
    orderIds: unique(all, 'orderIds'),
    paymentIds: unique(all, 'paymentIds'),
    productIds: unique(requests, 'productIds'),
    ifAttempted: unique(attempted, 'orderIds'),
  };
}

const unique = (requests: readonly LockRequest[], of: 'orderIds' | 'paymentIds' | 'productIds'): string[] => [
  ...new Set(requests.flatMap((request) => request[of] ?? [])),
];
