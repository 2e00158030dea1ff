import type { Transaction } from '@commerce-core/pg-pipeline';
import { loadProducts } from '../catalog/product-repository.ts';
import { lockStocks } from '../inventory/stock-repository.ts';
import type { Order, OrderLine } from '../order/order.ts';
import { LockedOrder } from './locked-order.ts';
import { LockedProduct } from './locked-product.ts';
import { lockMoney, lockRows, noParts, type LockedRows, type LockRequest, type RequestedParts } from './lock-parts.ts';
import { PendingChanges } from './pending-changes.ts';

/**
 * The locked orders or products of one transaction and the changes that a flow decides about them. A flow locks all
 * that its commands need, decides one command after the other in memory, and writes once. Every flow locks rows in the
 * same order, each class by ascending id: orders → payments → refunds → shipments → stocks → gateway calls.
 */
export class UnitOfWork extends PendingChanges {
  /** The locked orders by id. */
  readonly orders: ReadonlyMap<string, LockedOrder>;
  readonly #tx: Transaction;
  readonly #orders: Map<string, LockedOrder>;
  /** The locked products by id. */
  readonly products: ReadonlyMap<string, LockedProduct>;

  /** A unit of work that has locked nothing yet. */
  constructor(tx: Transaction, { orders, stocks, products }: Partial<LockedRows> = {}) {
    super(tx, stocks);
    this.#tx = tx;
    this.#orders = new Map(
      orders?.map(({ order, parts, hasMoney }) => [order.id, new LockedOrder(this, order, parts, hasMoney)]),
    );
    this.orders = this.#orders;
    this.products = new Map(products?.map((product) => [product.id, new LockedProduct(this, product)]));
  }

  /** Locks what the requests ask for, in one round trip. Unknown ids are left out. */
  static async lock(tx: Transaction, ...requests: readonly LockRequest[]): Promise<UnitOfWork> {
    return new UnitOfWork(tx, await lockRows(tx, requests));
  }

  /** Locks the requested parts of orders whose own rows the caller has locked. */
  static async lockPartsOf(tx: Transaction, locked: readonly Order[], requested?: RequestedParts): Promise<UnitOfWork> {
    const orderIds = locked.map(({ id }) => id);
    return new UnitOfWork(tx, await lockRows(tx, [{ orderIds, ...requested }], Promise.resolve([...locked])));
  }

  /**
   * Locks products by their stock rows in ascending id, then reads the products. Unknown ids are left out of
   * `products`.
   */
  static async lockProducts(tx: Transaction, productIds: Iterable<string>): Promise<UnitOfWork> {
    const ids = [...productIds];
    const [stocks, products] = await Promise.all([lockStocks(tx, ids), loadProducts(tx, ids)]);
    return new UnitOfWork(tx, { stocks, products: [...products.values()].filter(({ id }) => stocks.has(id)) });
  }

  /** Locks the stock rows of those orders that need it. */
  async lockStocksOf(isNeeded: (order: LockedOrder) => boolean): Promise<void> {
    await this.lockStocks([...this.orders.values()].filter(isNeeded).flatMap((order) => [...order.demand.keys()]));
  }

  /**
   * Locks the refunds and reads the disputes of those orders that need them and don't have them. It is another round
   * trip, and only then. Every flow locks an order before its refunds, so they may be locked after stock rows, too.
   */
  async lockMoneyOf(isNeeded: (order: LockedOrder) => boolean): Promise<void> {
    const needing = [...this.orders.values()].filter((order) => !order.hasMoney && isNeeded(order));
    if (needing.length === 0) return;
    const { refunds, disputes } = await lockMoney(
      this.#tx,
      needing.map(({ id }) => id),
    );
    for (const order of needing) {
      const isItsOwn = ({ orderId }: { orderId: string }) => orderId === order.id;
      order.setMoney({ refunds: refunds.filter(isItsOwn), disputes: disputes.filter(isItsOwn) });
    }
  }

  /** Adds a new order. Its stock is locked by `lockStocks`. */
  addOrder(row: Order, lines: OrderLine[]): LockedOrder {
    const order = new LockedOrder(this, row, { ...noParts(), lines });
    this.#orders.set(row.id, order);
    this.rows('orders').add(row);
    for (const line of lines) this.rows('lines').add(line);
    return order;
  }
}
