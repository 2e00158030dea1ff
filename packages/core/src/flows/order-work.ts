import type { Transaction } from '../database/transaction.ts';
import { newEvent, type Event, type OrderEventType } from '../events/event.ts';
import { insertEvents } from '../events/event-repository.ts';
import { newId } from '../ids.ts';
import { movementOf, stepStock, type Demand, type Stock, type StockStep } from '../inventory/stock.ts';
import { insertStockMovements, lockStocks, lockStocksOfOrders, updateStocks, type StockMovement } from '../inventory/stock-repository.ts';
import { attentionReasons, sumByProduct, type AttentionReason, type Order, type OrderLine } from '../order/order.ts';
import { insertOrderLines, insertOrders, lockOrders, readLockedOrderLines, updateOrders } from '../order/order-repository.ts';
import type { Payment } from '../payment/payment.ts';
import { insertPayments, lockPaymentsOfOrders, updatePayments } from '../payment/payment-repository.ts';
import type { Refund } from '../payment/refund.ts';
import { insertRefunds } from '../payment/refund-repository.ts';
import type { Shipment, ShipmentLine } from '../shipping/shipment.ts';
import {
  insertShipmentLines, insertShipments, lockShipmentsOfOrders, readLockedShipmentLines, updateShipments,
} from '../shipping/shipment-repository.ts';

/** One locked order with what belongs to it, while a flow decides about it. */
export type OrderUnit = {
  order: Order;
  lines: OrderLine[];
  payments: Payment[];
  shipments: Shipment[];
  shipmentLines: ShipmentLine[];
};

/** What is locked beside orders and payments. */
type Also = { shipments?: boolean; stocks?: boolean };

/** Units per product that an order reserves or takes. */
export const demandOf = (unit: OrderUnit): Demand =>
  sumByProduct(unit.lines.flatMap(({ productId, quantity }) => (productId ? [{ productId, quantity }] : [])));

/**
 * What a flow has locked, and what it decides: changed in memory, one command after the other, then written with one
 * statement a table. Rows are locked class by class for the whole batch, in the one order that all flows keep:
 * orders → payments → shipments → stocks, each by ascending id.
 */
export class OrderWork {
  readonly units = new Map<string, OrderUnit>();
  readonly #tx: Transaction;
  #stocks = new Map<string, Stock>();
  #changed = { orders: new Set<string>(), payments: new Map<string, Payment>(), shipments: new Map<string, Shipment>(), stocks: new Set<string>() };
  #added = {
    orders: new Set<string>(), payments: new Set<string>(), refunds: [] as Refund[], shipments: new Set<string>(),
    shipmentLines: [] as ShipmentLine[], movements: [] as StockMovement[], events: [] as Event[],
  };

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  /** The database's clock when the transaction began; known once something is locked. */
  get now(): Date {
    return this.#tx.now;
  }

  /** Locks orders by id with what belongs to them, in one round trip. Unknown ids get no unit. */
  static async lock(tx: Transaction, orderIds: Iterable<string>, also: Also = {}): Promise<OrderWork> {
    const ids = [...new Set(orderIds)];
    return OrderWork.around(tx, ids, lockOrders(tx, ids), also);
  }

  /** Locks what belongs to orders whose own locks were asked for already. */
  static async around(tx: Transaction, ids: readonly string[], locked: Promise<Order[]>, also: Also = {}): Promise<OrderWork> {
    const work = new OrderWork(tx);
    const [orders, allPayments, allShipments, stocks, allLines, allShipmentLines] = await Promise.all([
      locked,
      lockPaymentsOfOrders(tx, ids),
      also.shipments ? lockShipmentsOfOrders(tx, ids) : [],
      also.stocks ? lockStocksOfOrders(tx, ids) : new Map<string, Stock>(),
      readLockedOrderLines(tx, ids),
      also.shipments ? readLockedShipmentLines(tx, ids) : [],
    ]);
    work.#stocks = stocks;
    const payments = Map.groupBy(allPayments, ({ orderId }) => orderId);
    const shipments = Map.groupBy(allShipments, ({ orderId }) => orderId);
    const shipmentLines = Map.groupBy(allShipmentLines, ({ orderId }) => orderId);
    const lines = Map.groupBy(allLines, ({ orderId }) => orderId);
    for (const order of orders) {
      work.units.set(order.id, {
        order,
        lines: lines.get(order.id) ?? [],
        payments: payments.get(order.id) ?? [],
        shipments: shipments.get(order.id) ?? [],
        shipmentLines: shipmentLines.get(order.id) ?? [],
      });
    }
    return work;
  }

  /** Locks the stock rows of products: the last class of locks. */
  async lockStocks(productIds: Iterable<string>): Promise<void> {
    this.#stocks = await lockStocks(this.#tx, productIds);
  }

  /** Locks the stock rows of the units that need it. */
  async lockStocksOf(needed: (unit: OrderUnit) => boolean): Promise<void> {
    const units = [...this.units.values()].filter(needed);
    await this.lockStocks(units.flatMap((unit) => [...demandOf(unit).keys()]));
  }

  get stocks(): ReadonlyMap<string, Stock> {
    return this.#stocks;
  }

  addOrder(order: Order, lines: OrderLine[]): OrderUnit {
    const unit: OrderUnit = { order, lines, payments: [], shipments: [], shipmentLines: [] };
    this.units.set(order.id, unit);
    this.#added.orders.add(order.id);
    return unit;
  }

  setOrder(unit: OrderUnit, order: Order): void {
    unit.order = order;
    this.#changed.orders.add(order.id);
  }

  addPayment(unit: OrderUnit, payment: Payment): void {
    this.#added.payments.add(payment.id);
    this.setPayment(unit, payment);
  }

  setPayment(unit: OrderUnit, payment: Payment): void {
    unit.payments = [...unit.payments.filter(({ id }) => id !== payment.id), payment];
    this.#changed.payments.set(payment.id, payment);
  }

  addRefund(refund: Refund): void {
    this.#added.refunds.push(refund);
  }

  addShipment(unit: OrderUnit, shipment: Shipment, lines: ShipmentLine[]): void {
    this.#added.shipments.add(shipment.id);
    this.#added.shipmentLines.push(...lines);
    unit.shipmentLines = [...unit.shipmentLines, ...lines];
    this.setShipment(unit, shipment);
  }

  setShipment(unit: OrderUnit, shipment: Shipment): void {
    unit.shipments = [...unit.shipments.filter(({ id }) => id !== shipment.id), shipment];
    this.#changed.shipments.set(shipment.id, shipment);
  }

  /** One step of a whole demand on the locked stock rows, with a movement for each product where units came or went. */
  moveStock(step: StockStep, demand: Demand, causeId: string): void {
    for (const [productId, quantity] of demand) {
      const stock = this.#stocks.get(productId);
      if (!stock) throw new Error('stock was moved without its lock');
      const after = stepStock(stock, step, quantity);
      this.#stocks.set(productId, after);
      this.#changed.stocks.add(productId);
      const kind = movementOf[step];
      if (!kind) continue;
      const movement = { id: newId(), productId, kind, quantity: after.availableQty - stock.availableQty, causeId };
      this.#added.movements.push({ ...movement, reason: null, createdAt: this.now });
    }
  }

  /** Adds a fact to the order's history: the next version, with the order's state after it. */
  tell(unit: OrderUnit, type: OrderEventType, facts: Record<string, unknown> = {}): void {
    this.setOrder(unit, { ...unit.order, version: unit.order.version + 1, updatedAt: this.now });
    const { id, version, status, fulfillmentStatus, reservationStatus } = unit.order;
    const payload = { orderId: id, orderStatus: status, fulfillmentStatus, reservationStatus, ...facts };
    this.#added.events.push(newEvent({ aggregatetype: 'order', aggregateid: id, version, type, payload }, this.now));
  }

  /** Asks for a person's look. Of several reasons the most urgent one stays on the order; the history has them all. */
  raiseAttention(unit: OrderUnit, reason: AttentionReason): void {
    const reasons = [unit.order.needsAttention, reason];
    const needsAttention = attentionReasons.find((known) => reasons.includes(known)) ?? reason;
    this.setOrder(unit, { ...unit.order, needsAttention });
    this.tell(unit, 'order.attention_raised', { reason });
  }

  /** Sends all that was decided, one statement a table, to be waited for with the commit. */
  write(): void {
    const tx = this.#tx;
    const units = [...this.units.values()];
    const isNewOrder = ({ order }: OrderUnit) => this.#added.orders.has(order.id);
    const added = units.filter(isNewOrder);
    insertOrders(tx, added.map(({ order }) => order));
    insertOrderLines(tx, added.flatMap(({ lines }) => lines));
    updateOrders(tx, units.filter((unit) => !isNewOrder(unit) && this.#changed.orders.has(unit.order.id)).map(({ order }) => order));
    this.#save(tx, this.#changed.payments, this.#added.payments, insertPayments, updatePayments);
    insertRefunds(tx, this.#added.refunds);
    this.#save(tx, this.#changed.shipments, this.#added.shipments, insertShipments, updateShipments);
    insertShipmentLines(tx, this.#added.shipmentLines);
    updateStocks(tx, [...this.#changed.stocks].map((id) => this.#stocks.get(id)!));
    insertStockMovements(tx, this.#added.movements);
    insertEvents(tx, this.#added.events);
  }

  #save<R>(
    tx: Transaction,
    rows: ReadonlyMap<string, R>,
    added: ReadonlySet<string>,
    insert: (tx: Transaction, rows: R[]) => void,
    update: (tx: Transaction, rows: R[]) => void,
  ): void {
    update(tx, [...rows].filter(([id]) => !added.has(id)).map(([, row]) => row));
    insert(tx, [...rows].filter(([id]) => added.has(id)).map(([, row]) => row));
  }
}
