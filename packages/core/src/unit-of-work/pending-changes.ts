import type { Transaction } from '@commerce-core/pg-pipeline';
import type { Actor } from '../events/actor.ts';
import { newEvent, type NewEvent } from '../events/event.ts';
import {
  newGatewayCall,
  type CalledPayment,
  type GatewayCall,
  type RequestedCall,
} from '../gateway-outbox/gateway-call.ts';
import { closeGatewayCalls, insertGatewayCalls, type ClosedCall } from '../gateway-outbox/gateway-call-repository.ts';
import { newId } from '../ids.ts';
import { movementOf, stepStock, type Demand, type Stock, type StockStep } from '../inventory/stock.ts';
import { lockStocks } from '../inventory/stock-repository.ts';
import { ChangedRows } from './changed-rows.ts';
import { tableNames, tables, type RowOf, type TableName } from './table-registry.ts';

/**
 * A command with the W3C trace context of its call; null where the call has none. Defaults to the trace context of the
 * transaction, which several calls may share. `actor` is who has sent the command.
 */
export type Traced = { traceparent?: string | null | undefined; actor?: Actor | undefined };

/** The decided changes of one transaction: kept in memory until `write`, which sends one statement a table. */
export class PendingChanges {
  readonly #tx: Transaction;
  readonly #rows: { [N in TableName]?: ChangedRows<RowOf<N>> } = {};
  #stocks: Map<string, Stock>;
  #calls: GatewayCall[] = [];
  #traceparent: string | null | undefined;
  #actor: Actor | undefined;
  readonly #closedCalls: ClosedCall[] = [];

  constructor(tx: Transaction, stocks = new Map<string, Stock>()) {
    this.#tx = tx;
    this.#stocks = stocks;
  }

  /** The database's clock when the transaction began. Known once the transaction has read something. */
  get now(): Date {
    return this.#tx.now;
  }

  /** The W3C trace context that new events and gateway calls carry. */
  get traceparent(): string | null {
    return this.#traceparent === undefined ? this.#tx.traceparent : this.#traceparent;
  }

  /** Who has sent the command that is decided; undefined where the code runs for one actor. */
  get actor(): Actor | undefined {
    return this.#actor;
  }

  /** Says whose command is decided from now on: what it records carries its trace context and its actor. */
  decideFor({ traceparent, actor }: Traced): void {
    this.#traceparent = traceparent;
    this.#actor = actor;
  }

  /** The changed rows of one table. */
  rows<N extends TableName>(name: N): ChangedRows<RowOf<N>> {
    // Under this type TypeScript knows that the entry of `name` holds rows of that table.
    const all: { [K in N]?: ChangedRows<RowOf<K>> } = this.#rows;
    return (all[name] ??= new ChangedRows<RowOf<N>>(tables[name]));
  }

  /** The stock rows that are locked, by product id, decided changes included. */
  get stocks(): ReadonlyMap<string, Stock> {
    return this.#stocks;
  }

  /**
   * Locks the stock rows of products in ascending id. After them, only gateway calls can be locked without a deadlock.
   */
  async lockStocks(productIds: Iterable<string>): Promise<void> {
    this.#stocks = await lockStocks(this.#tx, productIds);
  }

  /** Sets a stock row that is locked. */
  setStock(stock: Stock): void {
    this.#stocks.set(stock.productId, stock);
    this.rows('stocks').set(stock);
  }

  /**
   * Takes a step over the stock of every product in a demand, and records a movement where units came or went.
   * `causeId` is the order or refund behind it.
   */
  moveStock(step: StockStep, demand: Demand, causeId: string): void {
    for (const [productId, quantity] of demand) {
      const stock = this.#stocks.get(productId);
      if (!stock) throw new Error('stock was moved without its lock');
      const after = stepStock(stock, step, quantity);
      this.setStock(after);
      const kind = movementOf[step];
      if (!kind) continue;
      const movement = { id: newId(), productId, kind, quantity: after.availableQty - stock.availableQty, causeId };
      this.rows('stockMovements').add({ ...movement, reason: null, createdAt: this.now });
    }
  }

  /** Adds an event to the log. */
  addEvent(event: NewEvent): void {
    this.rows('events').add(newEvent(event, this));
  }

  /**
   * Requests a call to a payment's gateway, made after the commit. A POLL, CANCEL or CAPTURE that is due for the same
   * payment already is not added twice.
   */
  callGateway(payment: CalledPayment, call: RequestedCall): void {
    this.#calls.push(newGatewayCall(payment, call, this));
  }

  /**
   * Closes calls that are still to be made and no longer needed, those that this transaction has requested included.
   */
  closeCalls(closed: ClosedCall): void {
    this.#closedCalls.push(closed);
    this.#calls = this.#calls.filter(
      (call) => call.kind !== closed.kind || (call.refundId ?? call.paymentId) !== closed.subjectId,
    );
  }

  /** Sends all changes, one statement a table. The commit waits for them and fails if one of them fails. */
  write(): void {
    const tx = this.#tx;
    for (const name of tableNames) if (name !== 'gatewayEvents') this.#rows[name]?.write(tx);
    closeGatewayCalls(tx, this.#closedCalls);
    insertGatewayCalls(tx, this.#calls);
    // A new message is one of the transaction's last locks, see `insertFirstGatewayEvents`.
    this.#rows.gatewayEvents?.write(tx);
  }
}
