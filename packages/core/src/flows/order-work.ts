import type { Transaction } from '../database/transaction.ts';
import { newEvent, type Event, type OrderEventType } from '../events/event.ts';
import { insertEvents } from '../events/event-repository.ts';
import { newId } from '../ids.ts';
import { movementOf, stepStock, type Demand, type Stock, type StockStep } from '../inventory/stock.ts';
import { insertStockMovements, lockStocks, updateStocks, type StockMovement } from '../inventory/stock-repository.ts';
import { attentionReasons, sumByProduct, type AttentionReason, type Order, type OrderLine } from '../order/order.ts';
import { insertOrderLines, insertOrders, lockOrders, readOrderLines, updateOrders } from '../order/order-repository.ts';
import type { Payment } from '../payment/payment.ts';
import { insertPayments, lockPaymentsOfOrders, updatePayments } from '../payment/payment-repository.ts';
import type { Refund } from '../payment/refund.ts';
import { insertRefunds } from '../payment/refund-repository.ts';
import type { Shipment, ShipmentLine } from '../shipping/shipment.ts';
import {
  insertShipmentLines, insertShipments, lockShipmentsOfOrders, readShipmentLines, updateShipments,
} from '../shipping/shipment-repository.ts';

/** One locked order with what belongs to it, while a flow decides about it. */
export type OrderUnit = {
  order: Order;
  lines: OrderLine[];
  payments: Payment[];
  shipments: Shipment[];
  shipmentLines: ShipmentLine[];
};

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
  readonly now: Date;
  #stocks = new Map<string, Stock>();
  #changed = { orders: new Set<string>(), payments: new Map<string, Payment>(), shipments: new Map<string, Shipment>(), stocks: new Set<string>() };
  #added = {
    orders: new Set<string>(), payments: new Set<string>(), refunds: [] as Refund[], shipments: new Set<string>(),
    shipmentLines: [] as ShipmentLine[], movements: [] as StockMovement[], events: [] as Event[],
  };

  constructor(now: Date) {
    this.now = now;
  }

  /** Locks orders by id, then all that belongs to them. Unknown ids get no unit. */
  static async lock(tx: Transaction, orderIds: Iterable<string>, also?: { shipments: boolean }): Promise<OrderWork> {
    return OrderWork.around(tx, await lockOrders(tx, orderIds), also);
  }

  /** Locks what belongs to orders that are locked already. */
  static async around(tx: Transaction, orders: readonly Order[], also = { shipments: false }): Promise<OrderWork> {
    const work = new OrderWork(tx.now);
    if (orders.length === 0) return work;
    const ids = orders.map(({ id }) => id);
    const payments = Map.groupBy(await lockPaymentsOfOrders(tx, ids), ({ orderId }) => orderId);
    const shipments = Map.groupBy(also.shipments ? await lockShipmentsOfOrders(tx, ids) : [], ({ orderId }) => orderId);
    const shipmentLines = Map.groupBy(also.shipments ? await readShipmentLines(tx.db, ids) : [], ({ orderId }) => orderId);
    const lines = Map.groupBy(await readOrderLines(tx.db, ids), ({ orderId }) => orderId);
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

  /** Locks the stock rows of products, or of the units that `needed` picks: the last class of locks. */
  async lockStocks(tx: Transaction, productIds: Iterable<string>): Promise<void> {
    this.#stocks = await lockStocks(tx, productIds);
  }

  async lockStocksOf(tx: Transaction, needed: (unit: OrderUnit) => boolean = () => true): Promise<void> {
    const units = [...this.units.values()].filter(needed);
    await this.lockStocks(tx, units.flatMap((unit) => [...demandOf(unit).keys()]));
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

  /** Writes all that was decided, one statement a table. */
  async write(tx: Transaction): Promise<void> {
    const units = [...this.units.values()];
    const isNewOrder = ({ order }: OrderUnit) => this.#added.orders.has(order.id);
    const added = units.filter(isNewOrder);
    await insertOrders(tx, added.map(({ order }) => order));
    await insertOrderLines(tx, added.flatMap(({ lines }) => lines));
    await updateOrders(tx, units.filter((unit) => !isNewOrder(unit) && this.#changed.orders.has(unit.order.id)).map(({ order }) => order));
    await this.#save(tx, this.#changed.payments, this.#added.payments, insertPayments, updatePayments);
    await insertRefunds(tx, this.#added.refunds);
    await this.#save(tx, this.#changed.shipments, this.#added.shipments, insertShipments, updateShipments);
    await insertShipmentLines(tx, this.#added.shipmentLines);
    await updateStocks(tx, [...this.#changed.stocks].map((id) => this.#stocks.get(id)!));
    await insertStockMovements(tx, this.#added.movements);
    await insertEvents(tx, this.#added.events);
  }

  async #save<R>(
    tx: Transaction,
    rows: ReadonlyMap<string, R>,
    added: ReadonlySet<string>,
    insert: (tx: Transaction, rows: R[]) => Promise<unknown>,
    update: (tx: Transaction, rows: R[]) => Promise<unknown>,
  ): Promise<void> {
    await update(tx, [...rows].filter(([id]) => !added.has(id)).map(([, row]) => row));
    await insert(tx, [...rows].filter(([id]) => added.has(id)).map(([, row]) => row));
  }
}
