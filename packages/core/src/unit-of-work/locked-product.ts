import type { Product } from '../catalog/product.ts';
import type { ProductEventFacts, ProductEventType } from '../events/payloads.ts';
import type { StockMovement } from '../inventory/stock-repository.ts';
import type { Stock } from '../inventory/stock.ts';
import type { PendingChanges } from './pending-changes.ts';

/** A locked product with its stock. The lock on the stock row is the lock on both. */
export class LockedProduct {
  readonly #changes: PendingChanges;
  #row: Product;

  constructor(changes: PendingChanges, row: Product) {
    this.#changes = changes;
    this.#row = row;
  }

  /** The product's row, decided changes included. */
  get row(): Product {
    return this.#row;
  }

  /** The product's stock row, decided changes included. */
  get stock(): Stock {
    const stock = this.#changes.stocks.get(this.#row.id);
    if (stock) return stock;
    throw new Error(`the stock of product ${this.#row.id} is not locked`);
  }

  /** Changes fields of the product and records the event behind it as the product's next version. */
  change<T extends ProductEventType>(fields: Partial<Product>, type: T, facts: ProductEventFacts<T>): void {
    const { now } = this.#changes;
    this.#row = { ...this.#row, ...fields, version: this.#row.version + 1, updatedAt: now };
    this.#changes.rows('products').set(this.#row);
    const { id, version } = this.#row;
    const payload = { productId: id, ...facts };
    this.#changes.addEvent({ aggregatetype: 'product', aggregateid: id, version, type, payload });
  }

  /** Archives the product now, so that it can't be ordered any more. */
  archive(): void {
    this.change({ archivedAt: this.#changes.now }, 'product.archived', {});
  }

  /** Sets the units that aren't sold, and records the movement, whose id is its own cause. */
  setAvailable(availableQty: number, movement: Pick<StockMovement, 'id' | 'kind' | 'reason'>): void {
    const { stock } = this;
    this.#changes.rows('stockMovements').add({
      ...movement,
      productId: this.#row.id,
      quantity: availableQty - stock.availableQty,
      causeId: movement.id,
      createdAt: this.#changes.now,
    });
    this.#changes.setStock({ ...stock, availableQty });
  }
}
