import type { Transaction } from '@commerce-core/pg-pipeline';
import type { Product } from '../catalog/product.ts';
import type { Stock } from '../inventory/stock.ts';
import { lockStocksOfOrders, lockStocksOfPayments } from '../inventory/stock-repository.ts';
import type { Order } from '../order/order.ts';
import { lockOrdersOfPayments } from '../order/order-repository.ts';
import { partNames, partTables, type PartName, type RowOf } from './table-registry.ts';

/** What a flow locks in addition to orders, their lines and their payments. */
export type RequestedParts = {
  /** Refunds and disputes. */
  money?: boolean;
  refundLines?: boolean;
  /** Parcels with their lines. */
  shipments?: boolean;
  /** The stock rows of the orders' products. */
  stocks?: boolean;
};

/** The parts that can be locked by payment. */
export type PartsOfPayments = Pick<RequestedParts, 'money' | 'stocks'>;

/** The rows that belong to one order; empty where they weren't requested. */
export type OrderParts = { [N in PartName]: RowOf<N>[] };

/** Rows that a transaction has locked. */
export type LockedRows = {
  orders: readonly { order: Order; parts: OrderParts }[];
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
  shipments: [],
  shipmentLines: [],
});

/** Hands the rows of one table to the orders that they belong to. */
type Distribute = (partsOf: ReadonlyMap<string, OrderParts>) => void;

const distributing =
  <N extends PartName>(name: N, rows: readonly RowOf<N>[]): Distribute =>
  (partsOf) => {
    for (const row of rows) partsOf.get(row.orderId)?.[name].push(row);
  };

/**
 * Locks the requested parts of orders that `locking` locks, class by class. All statements are sent in one tick, so
 * they share a round trip.
 */
export async function lockPartsOfOrders(
  tx: Transaction,
  orderIds: readonly string[],
  locking: Promise<Order[]>,
  requested: RequestedParts,
): Promise<Omit<LockedRows, 'products'>> {
  const read = async <N extends PartName>(name: N) => distributing(name, await partTables[name].ofOrders(tx, orderIds));
  const lockStocks = async () => (requested.stocks ? lockStocksOfOrders(tx, orderIds) : new Map<string, Stock>());
  return lockInOrder(locking, read, lockStocks, requested);
}

/** Locks the orders of payments with the requested parts, class by class, in one round trip. */
export async function lockPartsOfPayments(
  tx: Transaction,
  paymentIds: readonly string[],
  requested: PartsOfPayments,
): Promise<Omit<LockedRows, 'products'>> {
  const read = async <N extends PartName>(name: N) => {
    const { ofPayments } = partTables[name];
    if (!ofPayments) throw new Error(`${name} cannot be read by payment`);
    return distributing(name, await ofPayments(tx, paymentIds));
  };
  const lockStocks = async () => (requested.stocks ? lockStocksOfPayments(tx, paymentIds) : new Map<string, Stock>());
  return lockInOrder(lockOrdersOfPayments(tx, paymentIds), read, lockStocks, requested);
}

/** Sends the statements in the order in which rows are locked; tables that need no lock are read last. */
async function lockInOrder(
  locking: Promise<Order[]>,
  read: (name: PartName) => Promise<Distribute>,
  lockStocks: () => Promise<Map<string, Stock>>,
  requested: RequestedParts,
): Promise<Omit<LockedRows, 'products'>> {
  const names = partNames.filter((name) => {
    const { only } = partTables[name];
    return only === undefined || requested[only];
  });
  const lockingParts = names.filter((name) => partTables[name].locks).map(read);
  const lockingStocks = lockStocks();
  const readingParts = names.filter((name) => !partTables[name].locks).map(read);
  const [rows, stocks, ...distributes] = await Promise.all([locking, lockingStocks, ...lockingParts, ...readingParts]);
  const orders = rows.map((order) => ({ order, parts: noParts() }));
  const partsOf = new Map(orders.map(({ order, parts }) => [order.id, parts]));
  for (const distribute of distributes) distribute(partsOf);
  return { orders, stocks };
}
