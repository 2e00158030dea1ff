import type { Transaction } from '@commerce-core/pg-pipeline';
import { newEvent, type Event, type OrderEventType } from '../events/event.ts';
import { insertEvents } from '../events/event-repository.ts';
import { newId } from '../ids.ts';
import { movementOf, stepStock, type Demand, type Stock, type StockStep } from '../inventory/stock.ts';
import { insertStockMovements, lockStocks, updateStocks, type StockMovement } from '../inventory/stock-repository.ts';
import { withAttention, type AttentionReason, type Order, type OrderLine } from '../order/order.ts';
import { insertOrderLines, insertOrders, lockOrders, updateOrders } from '../order/order-repository.ts';
import type { Dispute } from '../dispute/dispute.ts';
import { insertDisputes, updateDisputes } from '../dispute/dispute-repository.ts';
import { newGatewayCall, type GatewayCall } from '../gateway-outbox/gateway-call.ts';
import { closeGatewayCalls, insertGatewayCalls, type ClosedCall } from '../gateway-outbox/gateway-call-repository.ts';
import type { Payment } from '../payment/payment.ts';
import { insertPayments, updatePayments } from '../payment/payment-repository.ts';
import type { Refund, RefundLine } from '../refund/refund.ts';
import { insertRefundLines, insertRefunds, updateRefunds } from '../refund/refund-repository.ts';
import type { Shipment, ShipmentLine } from '../shipping/shipment.ts';
import { insertShipmentLines, insertShipments, updateShipments } from '../shipping/shipment-repository.ts';
import {
  demandOf,
  lockUnits,
  lockUnitsOfPayments,
  newUnit,
  type Also,
  type LockedOrders,
  type LockedOrder,
} from './locked-order.ts';

/** Rows of one table that a flow has changed, by id, and which of them are new. */
class Rows<R extends { id: string }> {
  readonly #rows = new Map<string, R>();
  readonly #added = new Set<string>();

  add(row: R): void {
    this.#added.add(row.id);
    this.#rows.set(row.id, row);
  }

  set(row: R): void {
    this.#rows.set(row.id, row);
  }

  write(
    tx: Transaction,
    insert: (tx: Transaction, rows: R[]) => void,
    update: (tx: Transaction, rows: R[]) => void,
  ): void {
    const { added = [], changed = [] } = Object.groupBy(this.#rows.values(), ({ id }) =>
      this.#added.has(id) ? 'added' : 'changed',
    );
    update(tx, changed);
    insert(tx, added);
  }
}

const without = <R extends { id: string }>(rows: readonly R[], { id }: R): R[] => rows.filter((row) => row.id !== id);

/**
 * What a flow has locked, and what it decides: changed in memory, one command after the other, then written with one
 * statement a table. Rows are locked class by class for the whole batch, in the one order that all flows keep:
 * orders → payments → refunds → shipments → stocks → gateway calls, each by ascending id.
 */
export class UnitOfWork {
  readonly units: Map<string, LockedOrder>;
  readonly #tx: Transaction;
  #stocks: Map<string, Stock>;
  readonly #orders = new Rows<Order>();
  readonly #orderLines: OrderLine[] = [];
  readonly #payments = new Rows<Payment>();
  readonly #refunds = new Rows<Refund>();
  readonly #refundLines: RefundLine[] = [];
  readonly #disputes = new Rows<Dispute>();
  readonly #shipments = new Rows<Shipment>();
  readonly #shipmentLines: ShipmentLine[] = [];
  readonly #movedStocks = new Set<string>();
  readonly #movements: StockMovement[] = [];
  readonly #events: Event[] = [];
  #calls: GatewayCall[] = [];
  readonly #closedCalls: ClosedCall[] = [];

  constructor(tx: Transaction, { units, stocks }: LockedOrders = { units: new Map(), stocks: new Map() }) {
    this.#tx = tx;
    this.units = units;
    this.#stocks = stocks;
  }

  /** The database's clock when the transaction began; known once something is locked. */
  get now(): Date {
    return this.#tx.now;
  }

  /** Locks orders by id with what belongs to them, in one round trip. Unknown ids get no unit. */
  static async lock(tx: Transaction, orderIds: Iterable<string>, also: Also = {}): Promise<UnitOfWork> {
    const ids = [...new Set(orderIds)];
    return UnitOfWork.around(tx, ids, lockOrders(tx, ids), also);
  }

  /** Locks what belongs to orders whose own locks were asked for already. */
  static async around(
    tx: Transaction,
    ids: readonly string[],
    locked: Promise<Order[]>,
    also: Also = {},
  ): Promise<UnitOfWork> {
    return new UnitOfWork(tx, await lockUnits(tx, ids, locked, also));
  }

  /** Locks the orders that payments are for, with their payments and stock, in one round trip. Unknown payments get no unit. */
  static async lockOfPayments(
    tx: Transaction,
    paymentIds: Iterable<string>,
    also: Pick<Also, 'money'> = {},
  ): Promise<UnitOfWork> {
    return new UnitOfWork(tx, await lockUnitsOfPayments(tx, [...new Set(paymentIds)], also));
  }

  /** Locks the stock rows of products: the last class of rows that are locked. */
  async lockStocks(productIds: Iterable<string>): Promise<void> {
    this.#stocks = await lockStocks(this.#tx, productIds);
  }

  /** Locks the stock rows of the units that need it. */
  async lockStocksOf(needed: (unit: LockedOrder) => boolean): Promise<void> {
    const units = [...this.units.values()].filter(needed);
    await this.lockStocks(units.flatMap((unit) => [...demandOf(unit).keys()]));
  }

  get stocks(): ReadonlyMap<string, Stock> {
    return this.#stocks;
  }

  addOrder(order: Order, lines: OrderLine[]): LockedOrder {
    const unit = newUnit(order, { lines });
    this.units.set(order.id, unit);
    this.#orders.add(order);
    this.#orderLines.push(...lines);
    return unit;
  }

  setOrder(unit: LockedOrder, order: Order): void {
    unit.order = order;
    this.#orders.set(order);
  }

  addPayment(unit: LockedOrder, payment: Payment): void {
    unit.payments = [...unit.payments, payment];
    this.#payments.add(payment);
  }

  setPayment(unit: LockedOrder, payment: Payment): void {
    unit.payments = [...without(unit.payments, payment), payment];
    this.#payments.set(payment);
  }

  addRefund(unit: LockedOrder, refund: Refund, lines: readonly RefundLine[] = []): void {
    unit.refunds = [...unit.refunds, refund];
    unit.refundLines = [...unit.refundLines, ...lines];
    this.#refunds.add(refund);
    this.#refundLines.push(...lines);
  }

  setRefund(unit: LockedOrder, refund: Refund): void {
    unit.refunds = [...without(unit.refunds, refund), refund];
    this.#refunds.set(refund);
  }

  addDispute(unit: LockedOrder, dispute: Dispute): void {
    unit.disputes = [...unit.disputes, dispute];
    this.#disputes.add(dispute);
  }

  setDispute(unit: LockedOrder, dispute: Dispute): void {
    unit.disputes = [...without(unit.disputes, dispute), dispute];
    this.#disputes.set(dispute);
  }

  addShipment(unit: LockedOrder, shipment: Shipment, lines: ShipmentLine[]): void {
    unit.shipments = [...unit.shipments, shipment];
    unit.shipmentLines = [...unit.shipmentLines, ...lines];
    this.#shipments.add(shipment);
    this.#shipmentLines.push(...lines);
  }

  setShipment(unit: LockedOrder, shipment: Shipment): void {
    unit.shipments = [...without(unit.shipments, shipment), shipment];
    this.#shipments.set(shipment);
  }

  /** Has the gateway called after the commit. Of an POLL or CANCEL that waits already there is no second one. */
  callGateway(
    payment: Pick<Payment, 'id' | 'orderId' | 'provider'>,
    call: Pick<GatewayCall, 'kind'> & Partial<Pick<GatewayCall, 'refundId' | 'amount'>>,
  ): void {
    this.#calls.push(newGatewayCall(payment, call, this.now));
  }

  /** Ends open calls that have become needless, those that were decided just before too. */
  closeCalls(closed: ClosedCall): void {
    this.#closedCalls.push(closed);
    this.#calls = this.#calls.filter(
      (call) => call.kind !== closed.kind || (call.refundId ?? call.paymentId) !== closed.subjectId,
    );
  }

  /** One step of a whole demand on the locked stock rows, with a movement for each product where units came or went. */
  moveStock(step: StockStep, demand: Demand, causeId: string): void {
    for (const [productId, quantity] of demand) {
      const stock = this.#stocks.get(productId);
      if (!stock) throw new Error('stock was moved without its lock');
      const after = stepStock(stock, step, quantity);
      this.#stocks.set(productId, after);
      this.#movedStocks.add(productId);
      const kind = movementOf[step];
      if (!kind) continue;
      const movement = { id: newId(), productId, kind, quantity: after.availableQty - stock.availableQty, causeId };
      this.#movements.push({ ...movement, reason: null, createdAt: this.now });
    }
  }

  /** Adds a fact to the order's history: the next version, with the order's state after it. */
  tell(unit: LockedOrder, type: OrderEventType, facts: Record<string, unknown> = {}): void {
    this.setOrder(unit, { ...unit.order, version: unit.order.version + 1, updatedAt: this.now });
    const { id, version, status, fulfillmentStatus, reservationStatus } = unit.order;
    const payload = { orderId: id, orderStatus: status, fulfillmentStatus, reservationStatus, ...facts };
    this.#events.push(newEvent({ aggregatetype: 'order', aggregateid: id, version, type, payload }, this.now));
  }

  /** Asks for a person's look. */
  raiseAttention(unit: LockedOrder, reason: AttentionReason): void {
    this.setOrder(unit, withAttention(unit.order, { raise: reason }));
    this.tell(unit, 'order.attention_raised', { reason });
  }

  /** Asks for it no more for this reason, if it did: a fact has settled it, or a person. Others stand. */
  clearAttention(unit: LockedOrder, reason: AttentionReason): void {
    if (!unit.order.attentionReasons?.includes(reason)) return;
    this.setOrder(unit, withAttention(unit.order, { clear: reason }));
    this.tell(unit, 'order.attention_cleared', { reason });
  }

  /** Sends all that was decided, one statement a table, to be waited for with the commit. */
  write(): void {
    const tx = this.#tx;
    this.#orders.write(tx, insertOrders, updateOrders);
    insertOrderLines(tx, this.#orderLines);
    this.#payments.write(tx, insertPayments, updatePayments);
    this.#refunds.write(tx, insertRefunds, updateRefunds);
    insertRefundLines(tx, this.#refundLines);
    this.#disputes.write(tx, insertDisputes, updateDisputes);
    this.#shipments.write(tx, insertShipments, updateShipments);
    insertShipmentLines(tx, this.#shipmentLines);
    updateStocks(
      tx,
      [...this.#movedStocks].map((id) => this.#stocks.get(id)!),
    );
    insertStockMovements(tx, this.#movements);
    insertEvents(tx, this.#events);
    closeGatewayCalls(tx, this.#closedCalls);
    insertGatewayCalls(tx, this.#calls);
  }
}
