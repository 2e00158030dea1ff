import { CommerceError } from '../errors.ts';
import type { OrderEventFacts, OrderEventType } from '../events/payloads.ts';
import type { ClosedCall } from '../gateway-outbox/gateway-call-repository.ts';
import type { CalledPayment, RequestedCall } from '../gateway-outbox/gateway-call.ts';
import { transitionOrder, withAttention, type AttentionReason, type Order, type OrderStatus } from '../order/order.ts';
import type { PendingChanges } from './pending-changes.ts';

/**
 * The order's own row of one locked order, with its events and its calls to gateways. Every change is kept here for
 * later commands and in the transaction's pending changes.
 */
export class LockedOrderRow {
  protected readonly changes: PendingChanges;
  #row: Order;

  constructor(changes: PendingChanges, row: Order) {
    this.changes = changes;
    this.#row = row;
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

  /** @throws order_changed when the order has another version than the caller expects */
  requireVersion(expectedVersion: number | undefined): void {
    const { version } = this.#row;
    if (expectedVersion === undefined || expectedVersion === version) return;
    throw new CommerceError('order_changed', 'the order has changed since it was read', { version });
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
}
