import type { Credit, CreditPart } from '../credit/credit.ts';
import type { CreditEnd } from '../credit/credit-repository.ts';
import type { Dispute } from '../dispute/dispute.ts';
import { hasCredit, type Order, type OrderLine } from '../order/order.ts';
import type { Payment } from '../payment/payment.ts';
import type { Refund, RefundLine } from '../refund/refund.ts';
import type { Return, ReturnLine } from '../returns/return.ts';
import type { TrackingEvent } from '../shipping/checkpoint.ts';
import type { Parcel } from '../shipping/parcel.ts';
import type { Shipment, ShipmentLine } from '../shipping/shipment.ts';
import type { OrderParts } from './lock-parts.ts';
import { LockedOrderRow } from './locked-order-row.ts';
import type { PendingChanges } from './pending-changes.ts';
import { partTables, type PartName, type RowOf } from './table-registry.ts';

/** The rows of one locked order and its parts. */
export class LockedOrderRows extends LockedOrderRow {
  readonly #parts: OrderParts;
  #hasMoney: boolean;

  constructor(changes: PendingChanges, row: Order, parts: OrderParts, hasMoney = true) {
    super(changes, row);
    this.#parts = parts;
    this.#hasMoney = hasMoney;
  }

  /** Whether the order's refunds and disputes are known. */
  get hasMoney(): boolean {
    return this.#hasMoney;
  }

  /** Adds the refunds and disputes of the order, which are locked now. */
  setMoney({ refunds, disputes }: Pick<OrderParts, 'refunds' | 'disputes'>): void {
    this.#parts.refunds = refunds;
    this.#parts.disputes = disputes;
    this.#hasMoney = true;
  }

  get lines(): readonly OrderLine[] {
    return this.#parts.lines;
  }

  get payments(): readonly Payment[] {
    return this.#parts.payments;
  }

  /** @throws Error unless `money` was requested: a decision without them may send the same money twice */
  get refunds(): readonly Refund[] {
    return this.#money().refunds;
  }

  /** Empty unless `refundLines` was requested. */
  get refundLines(): readonly RefundLine[] {
    return this.#parts.refundLines;
  }

  /** @throws Error unless `money` was requested */
  get disputes(): readonly Dispute[] {
    return this.#money().disputes;
  }

  /** What a return of another order pays of this one. Undefined unless `credits` was requested. */
  get credit(): Credit | undefined {
    return this.#parts.credits[0];
  }

  /** Empty unless `credits` was requested. */
  get creditParts(): readonly CreditPart[] {
    return this.#parts.creditParts;
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

  addCredit(credit: Credit, parts: readonly CreditPart[]): void {
    this.#add('credits', credit);
    for (const part of parts) this.#add('creditParts', part);
  }

  setCredit(credit: Credit): void {
    this.#set('credits', credit);
  }

  setCreditPart(part: CreditPart): void {
    this.#set('creditParts', part);
  }

  /** Ends the reservation of the order's credit, if it has one: the order is paid, or ended unpaid. */
  endCreditReservation(to: CreditEnd['to']): void {
    if (hasCredit(this)) this.changes.rows('creditEnds').add({ orderId: this.id, to });
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

  #money(): Pick<OrderParts, 'refunds' | 'disputes'> {
    if (this.#hasMoney) return this.#parts;
    throw new Error(`the refunds and disputes of order ${this.id} were not requested`);
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

  protected requireLine(lineNo: number): OrderLine {
    const line = this.lines.find((one) => one.lineNo === lineNo);
    if (line) return line;
    throw new Error(`order ${this.id} has no line ${lineNo}`);
  }

  protected productOf(lineNo: number): string {
    const { productId } = this.requireLine(lineNo);
    if (productId) return productId;
    throw new Error(`line ${lineNo} of order ${this.id} is no line of a product`);
  }
}
