import { newId } from '../ids.ts';
import { shortages, type Demand } from '../inventory/stock.ts';
import type { Shortage } from '../error-details.ts';
import { sumAmounts } from '../money.ts';
import { requireRecipient, type Order, type OrderLine, type OrderLineView } from '../order/order.ts';
import { sumByProduct } from '../order/product-lines.ts';
import { viewLines } from '../order/paid-amounts.ts';
import { isLive, paysForOrder, type Payment } from '../payment/payment.ts';
import { isOpen, type Refund } from '../refund/refund.ts';
import { receivedOwnQty } from '../returns/return.ts';
import type { Parcel } from '../shipping/parcel.ts';
import {
  fulfillmentOf,
  hasOwnUnits,
  transitionShipment,
  type Shipment,
  type ShipmentLine,
} from '../shipping/shipment.ts';
import { LockedOrderRows } from './locked-order-rows.ts';

/** Units of one line of an order. */
export type LineQuantity = { lineNo: number; quantity: number };

/** Units of one line of an order, with what was paid for them in minor units. */
export type PricedUnits = LineQuantity & { amount: number };

/** One locked order with its parts: what a flow may ask of the order and do to it. */
export class LockedOrder extends LockedOrderRows {
  /** Units by product id that the order reserves or sells. */
  get demand(): Demand {
    return sumByProduct(this.lines.flatMap(({ productId, quantity }) => (productId ? [{ productId, quantity }] : [])));
  }

  /** The order as callers see it, decided changes included. */
  placed(): Order & { lines: readonly OrderLineView[] } {
    return { ...this.row, lines: viewLines(this.lines) };
  }

  line(lineNo: number): OrderLine | undefined {
    return this.lines.find((line) => line.lineNo === lineNo);
  }

  /**
   * The products for which less is left to sell than these units, by default the order's. The stock rows are locked.
   */
  shortages(lines?: readonly LineQuantity[]): Shortage[] {
    return shortages(this.changes.stocks, lines ? this.#unitsOf(lines) : this.demand);
  }

  /** Reserves the stock of the whole order, which the caller has found to be there. */
  reserveStock(demand = this.demand): void {
    this.changes.moveStock('reserve', demand, this.id);
  }

  /** Releases the order's reservation, if it has one. Call it before the status changes. */
  releaseStock(): void {
    if (this.row.reservationStatus === 'HELD') this.changes.moveStock('release', this.demand, this.id);
  }

  /** Sells the order's stock: the reserved units, or units that are free when it has no reservation. */
  sellStock(): void {
    const step = this.row.reservationStatus === 'HELD' ? 'commit' : 'sell';
    this.changes.moveStock(step, this.demand, this.id);
  }

  /** Puts sold units that haven't left back on sale. `causeId` is the order or refund behind it. */
  restock(lines: readonly LineQuantity[], causeId: string): void {
    this.changes.moveStock('restock', this.#unitsOf(lines), causeId);
  }

  /** Takes the units of a parcel that leaves off the shelf. The stock rows are locked. */
  shipStock(lines: readonly LineQuantity[]): void {
    this.changes.moveStock('ship', this.#unitsOf(lines), this.id);
  }

  /** Puts units that came back on sale again. `causeId` is the receipt. The stock rows are locked. */
  returnStock(lines: readonly LineQuantity[], causeId: string): void {
    this.changes.moveStock('return', this.#unitsOf(lines), causeId);
  }

  /** Takes units for a replacement from those that are free. `causeId` is its shipment. The stock rows are locked. */
  replaceStock(lines: readonly LineQuantity[], causeId: string): void {
    this.changes.moveStock('replace', this.#unitsOf(lines), causeId);
  }

  /**
   * Adds a READY shipment with the given units. With `returnId` they replace units of that return. Returns its id.
   * @throws order_redacted when the order has no recipient any more
   */
  packShipment(lines: readonly LineQuantity[], returnId: string | null = null): string {
    requireRecipient(this.row);
    const id = newId();
    const orderId = this.id;
    this.addShipment(
      {
        id,
        orderId,
        returnId,
        status: 'READY',
        carrier: null,
        trackingNumber: null,
        shippedAt: null,
        deliveredAt: null,
        createdAt: this.now,
        updatedAt: this.now,
      },
      lines.map((line) => ({ shipmentId: id, orderId, ...line })),
    );
    this.record('shipment.created', { shipmentId: id, ...(returnId !== null && { returnId }), lines: [...lines] });
    return id;
  }

  /** Cancels the shipments of the order's own units that haven't left. */
  cancelReadyShipments(): void {
    for (const shipment of this.readyShipments()) this.cancelShipment(shipment);
  }

  /** Cancels a shipment that hasn't left. */
  cancelShipment(shipment: Shipment): void {
    this.setShipment(transitionShipment(shipment, 'CANCELED', this.now));
    this.record('shipment.canceled', { shipmentId: shipment.id });
  }

  /** The shipments of the order's own units that haven't left. */
  readyShipments(): Shipment[] {
    return this.shipments.filter((shipment) => shipment.status === 'READY' && hasOwnUnits(shipment));
  }

  /** The contents of the shipments that haven't left, without replacements. */
  unshippedLines(): ShipmentLine[] {
    const ready = new Set(this.readyShipments().map(({ id }) => id));
    return this.shipmentLines.filter(({ shipmentId }) => ready.has(shipmentId));
  }

  /** The contents of one shipment. */
  linesOfShipment(id: string): LineQuantity[] {
    return this.shipmentLines
      .filter(({ shipmentId }) => shipmentId === id)
      .map(({ lineNo, quantity }) => ({ lineNo, quantity }));
  }

  /**
   * Sets the order's fulfillment status to what its shipments and returns say. Replacements don't count, whether they
   * leave or come back. Returns whether that changed it.
   */
  updateFulfillment(): boolean {
    const parcels = this.shipments.filter(hasOwnUnits).map(({ id, status }) => ({
      status,
      quantity: totalQuantity(this.linesOfShipment(id)),
    }));
    const returned = this.returnLines.reduce((sum, line) => sum + receivedOwnQty(line), 0);
    const ordered = totalQuantity(this.lines.filter(({ kind }) => kind === 'PRODUCT'));
    const restocked = totalQuantity(this.refundLines.filter(({ restock }) => restock));
    const canceled = this.lines.reduce((sum, { canceledQty }) => sum + canceledQty, 0);
    const fulfillmentStatus = fulfillmentOf(ordered - restocked - canceled, parcels, returned);
    if (fulfillmentStatus === this.row.fulfillmentStatus) return false;
    this.setRow({ ...this.row, fulfillmentStatus });
    return true;
  }

  /** Sets texts that only `updateOrderTexts` writes: call it with the order's row. */
  setTexts(texts: Partial<Pick<Order, 'contact' | 'shippingAddress' | 'reference' | 'metadata' | 'redactedAt'>>): void {
    this.setRow({ ...this.row, ...texts });
  }

  /** Counts units as canceled. They are in no shipment any more. */
  cancelUnits(units: readonly LineQuantity[]): void {
    for (const { lineNo, quantity } of units) {
      const line = this.requireLine(lineNo);
      this.setLine({ ...line, canceledQty: line.canceledQty + quantity });
    }
  }

  /**
   * Counts units as priced without a refund of their lines: their money isn't captured, or went back in another way.
   */
  releaseUnits(units: readonly PricedUnits[]): void {
    for (const { lineNo, quantity, amount } of units) {
      const line = this.requireLine(lineNo);
      const { releasedQty, releasedAmount } = line;
      this.setLine({ ...line, releasedQty: releasedQty + quantity, releasedAmount: releasedAmount + amount });
    }
  }

  /**
   * What is to be paid without the units whose money was released, in minor units. A credit is the last to be released.
   */
  owedAmount(): number {
    return Math.max(this.row.totalAmount - sumAmounts(this.lines.map(({ releasedAmount }) => releasedAmount)), 0);
  }

  /** Ends the attention for parcels once no parcel needs it. Its parcels are locked with the order. */
  endParcelAttention(): void {
    if (!this.parcels.some(({ troubled }) => troubled)) this.clearAttention('parcel_problem');
  }

  /** The shipment of one of its parcels. @throws Error when the shipments weren't requested */
  shipmentOf({ shipmentId }: Pick<Parcel, 'shipmentId'>): Shipment {
    const shipment = this.shipments.find(({ id }) => id === shipmentId);
    if (shipment) return shipment;
    throw new Error(`order ${this.id} has no shipment ${shipmentId}`);
  }

  /** Whether the order is PAID although no payment pays for it any more, and it still costs something. */
  hasLostItsMoney(): boolean {
    return (
      this.status === 'PAID' &&
      !this.payments.some(paysForOrder) &&
      (this.owedAmount() > 0 || this.lines.every(({ releasedQty }) => releasedQty === 0))
    );
  }

  /** Whether an attempt other than `payment` is still live. */
  hasOtherLivePayment({ id }: Payment): boolean {
    return this.payments.some((other) => other.id !== id && isLive(other));
  }

  /** The VOID of a payment that is REQUESTED, SUBMITTED or UNKNOWN. */
  openVoidOf({ id }: Payment): Refund | undefined {
    return this.#voidsOf(id).find(isOpen);
  }

  /** The VOID of a payment that is open or has succeeded: at most one. */
  standingVoidOf({ id }: Payment): Refund | undefined {
    return this.#voidsOf(id).find(({ status }) => status !== 'FAILED');
  }

  /** The VOID of a payment with nothing captured that hasn't succeeded: the open one, else one that failed. */
  unfinishedVoidOf(payment: Payment): Refund | undefined {
    if (payment.capturedAmount > 0) return undefined;
    const standing = this.standingVoidOf(payment);
    if (standing) return isOpen(standing) ? standing : undefined;
    return this.#voidsOf(payment.id)[0];
  }

  #voidsOf(paymentId: string): Refund[] {
    return this.refunds.filter((refund) => refund.paymentId === paymentId && refund.kind === 'VOID');
  }

  #unitsOf(lines: readonly LineQuantity[]): Demand {
    return sumByProduct(lines.map(({ lineNo, quantity }) => ({ productId: this.productOf(lineNo), quantity })));
  }
}

const totalQuantity = (lines: readonly { quantity: number }[]): number =>
  lines.reduce((sum, { quantity }) => sum + quantity, 0);
