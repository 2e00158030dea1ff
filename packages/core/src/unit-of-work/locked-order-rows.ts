import type { Dispute } from '../dispute/dispute.ts';
import type { OrderEventFacts, OrderEventType } from '../events/payloads.ts';
import type { ClosedCall } from '../gateway-outbox/gateway-call-repository.ts';
import type { CalledPayment, RequestedCall } from '../gateway-outbox/gateway-call.ts';
import {
  transitionOrder,
  withAttention,
  type AttentionReason,
  type Order,
  type OrderLine,
  type OrderStatus,
} from '../order/order.ts';
import type { Payment } from '../payment/payment.ts';
import type { Refund, RefundLine } from '../refund/refund.ts';
import type { Return, ReturnLine } from '../returns/return.ts';
import type { TrackingEvent } from '../shipping/checkpoint.ts';
import type { Parcel } from '../shipping/parcel.ts';
import type { Shipment, ShipmentLine } from '../shipping/shipment.ts';
import type { OrderParts } from './lock-parts.ts';
import type { PendingChanges } from './pending-changes.ts';
import { partTables, type PartName, type RowOf } from './table-registry.ts';

/**
 * The rows of one locked order. Every change is kept here for later commands and in the transaction's pending changes.
 */
export class LockedOrderRows {
  protected readonly changes: PendingChanges;
  #row: Order;
  readonly #parts: OrderParts;

  constructor(changes: PendingChanges, row: Order, parts: OrderParts) {
    this.changes = changes;
    this.#row = row;
    this.#parts = parts;
  }

  /** The database's clock when the transaction began. */
  get now(): Date {
    return this.changes.now;
  }

  get id(): string {
    return this.#row.id;
  }

  get status(): OrderStatus {
    return this.#row.status;
  }

  /** The order's row, decided changes included. */
  get row(): Order {
    return this.#row;
  }

  get lines(): readonly OrderLine[] {
    return this.#parts.lines;
  }

  get payments(): readonly Payment[] {
    return this.#parts.payments;
  }

  /** Empty unless `money` was requested. */
  get refunds(): readonly Refund[] {
    return this.#parts.refunds;
  }

  /** Empty unless `refundLines` was requested. */
  get refundLines(): readonly RefundLine[] {
    return this.#parts.refundLines;
  }

  /** Empty unless `money` was requested. */
  get disputes(): readonly Dispute[] {
    return this.#parts.disputes;
  }

  /** Empty unless `shipments` was requested. */
  get returns(): readonly Return[] {
    return this.#parts.returns;
  }

  get returnLines(): readonly ReturnLine[] {
    return this.#parts.returnLines;
  }

  /** Empty unless `shipments` was requested. */
  get shipments(): readonly Shipment[] {
    return this.#parts.shipments;
  }

  get shipmentLines(): readonly ShipmentLine[] {
    return this.#parts.shipmentLines;
  }

  /** Empty unless `parcels` was requested. */
  get parcels(): readonly Parcel[] {
    return this.#parts.parcels;
  }

  /** Sets what was given up of a line. */
  protected setLine(line: OrderLine): void {
    this.#set('lines', line);
  }

  payment(id: string | null): Payment | undefined {
    return this.payments.find((payment) => payment.id === id);
  }

  /** The payment that a refund or a call belongs to. @throws Error when the order has no such payment */
  paymentOf({ paymentId }: { paymentId: string }): Payment {
    const payment = this.payment(paymentId);
    if (payment) return payment;
    throw new Error(`order ${this.id} has no payment ${paymentId}`);
  }

  refund(id: string | null): Refund | undefined {
    return this.refunds.find((refund) => refund.id === id);
  }

  addPayment(payment: Payment): void {
    this.#add('payments', payment);
  }

  setPayment(payment: Payment): void {
    this.#set('payments', payment);
  }

  addRefund(refund: Refund, lines: readonly RefundLine[] = []): void {
    this.#add('refunds', refund);
    for (const line of lines) this.#add('refundLines', line);
  }

  setRefund(refund: Refund): void {
    this.#set('refunds', refund);
  }

  addDispute(dispute: Dispute): void {
    this.#add('disputes', dispute);
  }

  setDispute(dispute: Dispute): void {
    this.#set('disputes', dispute);
  }

  addReturn(aReturn: Return, lines: readonly ReturnLine[]): void {
    this.#add('returns', aReturn);
    for (const line of lines) this.#add('returnLines', line);
  }

  setReturn(aReturn: Return): void {
    this.#set('returns', aReturn);
  }

  setReturnLine(line: ReturnLine): void {
    this.#set('returnLines', line);
  }

  addShipment(shipment: Shipment, lines: readonly ShipmentLine[]): void {
    this.#add('shipments', shipment);
    for (const line of lines) this.#add('shipmentLines', line);
  }

  setShipment(shipment: Shipment): void {
    this.#set('shipments', shipment);
  }

  /** Adds units to a shipment. */
  addToShipment(shipmentId: string, { lineNo, quantity }: Pick<ShipmentLine, 'lineNo' | 'quantity'>): void {
    const line = this.#shipmentLine(shipmentId, lineNo);
    if (line) this.#set('shipmentLines', { ...line, quantity: line.quantity + quantity });
    else this.#add('shipmentLines', { shipmentId, orderId: this.id, lineNo, quantity });
  }

  /** Takes units out of a shipment. A line without units leaves it. */
  takeFromShipment(shipmentId: string, { lineNo, quantity }: Pick<ShipmentLine, 'lineNo' | 'quantity'>): void {
    const line = this.#shipmentLine(shipmentId, lineNo);
    if (!line) throw new Error(`shipment ${shipmentId} has no line ${lineNo}`);
    const left = { ...line, quantity: line.quantity - quantity };
    this.#set('shipmentLines', left);
    const lines = this.#parts.shipmentLines;
    if (left.quantity === 0) lines.splice(lines.indexOf(left), 1);
  }

  addParcel(parcel: Parcel): void {
    this.#add('parcels', parcel);
  }

  setParcel(parcel: Parcel): void {
    this.#set('parcels', parcel);
  }

  /** Adds checkpoints of its parcels, which the database doesn't have yet. */
  addTrackingEvents(events: readonly TrackingEvent[]): void {
    for (const event of events) this.changes.rows('trackingEvents').add(event);
  }

  /** Takes the order into a status; its reservation status follows. @throws invalid_transition */
  transition(to: OrderStatus): void {
    this.setRow(transitionOrder(this.#row, to, this.now));
  }

  /** Sets until when the order's stock is reserved while it is unpaid. */
  setReservedUntil(reservedUntil: Date): void {
    this.setRow({ ...this.#row, reservedUntil, updatedAt: this.now });
  }

  /** Records an event as the next version of the order. Its payload holds the order's state after it and `facts`. */
  record<T extends OrderEventType>(type: T, facts: OrderEventFacts<T>): void {
    this.setRow({ ...this.#row, version: this.#row.version + 1, updatedAt: this.now });
    const { id, version, status, fulfillmentStatus, reservationStatus } = this.#row;
    const payload = { orderId: id, orderStatus: status, fulfillmentStatus, reservationStatus, ...facts };
    this.changes.addEvent({ aggregatetype: 'order', aggregateid: id, version, type, payload });
  }

  /** Marks the order for an operator, for one more reason. A reason that it has already stays as it is. */
  raiseAttention(reason: AttentionReason): void {
    if (this.#row.attentionReasons?.includes(reason)) return;
    this.setRow(withAttention(this.#row, { raise: reason }));
    this.record('order.attention_raised', { reason });
  }

  /** Takes one reason for an operator's attention off the order, if it has that reason. Other reasons stay. */
  clearAttention(reason: AttentionReason): void {
    if (!this.#row.attentionReasons?.includes(reason)) return;
    this.setRow(withAttention(this.#row, { clear: reason }));
    this.record('order.attention_cleared', { reason });
  }

  /** Requests a call to a payment's gateway, made after the commit. */
  callGateway(payment: CalledPayment, call: RequestedCall): void {
    this.changes.callGateway(payment, call);
  }

  /** Closes calls to a gateway that are still to be made and no longer needed. */
  closeCalls(closed: ClosedCall): void {
    this.changes.closeCalls(closed);
  }

  protected setRow(row: Order): void {
    this.#row = row;
    this.changes.rows('orders').set(row);
  }

  #shipmentLine(shipmentId: string, lineNo: number): ShipmentLine | undefined {
    return this.shipmentLines.find((line) => line.shipmentId === shipmentId && line.lineNo === lineNo);
  }

  #add<N extends PartName>(name: N, row: RowOf<N>): void {
    this.#parts[name].push(row);
    this.changes.rows(name).add(row);
  }

  #set<N extends PartName>(name: N, row: RowOf<N>): void {
    const key = partTables[name].change?.key;
    if (!key) throw new Error(`${name} never change`);
    const rows = this.#parts[name];
    const at = rows.findIndex((other) => key(other) === key(row));
    // In its place, because the order of lines is that of their numbers.
    rows[at < 0 ? rows.length : at] = row;
    this.changes.rows(name).set(row);
  }
}
