import { loadProducts, updateProducts } from '../catalog/product-repository.ts';
import type { Product } from '../catalog/product.ts';
import type { Transaction } from '@commerce-core/pg-pipeline';
import { newEvent, type Event, type ProductEventType } from '../events/event.ts';
import { insertEvents } from '../events/event-repository.ts';
import { insertStockMovements, lockStocks, updateStocks, type StockMovement } from '../inventory/stock-repository.ts';
import type { Stock } from '../inventory/stock.ts';

/** A product and its stock, while a flow decides about them. The lock on the stock row is the lock on both. */
export type LockedProduct = { product: Product; stock: Stock };

/** What a flow changes about products: decided in memory under the locks, then written with one statement a table. */
export class ProductUnitOfWork {
  readonly now: Date;
  readonly units: ReadonlyMap<string, LockedProduct>;
  #changedProducts = new Set<string>();
  #changedStocks = new Set<string>();
  #movements: StockMovement[] = [];
  #events: Event[] = [];

  private constructor(now: Date, units: ReadonlyMap<string, LockedProduct>) {
    this.now = now;
    this.units = units;
  }

  /** Locks the stock of products in ascending id, then reads the products. Unknown ids get no unit. */
  static async lock(tx: Transaction, productIds: Iterable<string>): Promise<ProductUnitOfWork> {
    const ids = [...productIds];
    const [stocks, products] = await Promise.all([lockStocks(tx, ids), loadProducts(tx, ids)]);
    const units = [...stocks].map(([id, stock]) => [id, { product: products.get(id)!, stock }] as const);
    return new ProductUnitOfWork(tx.now, new Map(units));
  }

  /** Changes the product and tells it as the next version of its history. */
  change(unit: LockedProduct, change: Partial<Product>, type: ProductEventType, facts: Record<string, unknown>): void {
    unit.product = { ...unit.product, ...change, version: unit.product.version + 1, updatedAt: this.now };
    this.#changedProducts.add(unit.product.id);
    const { id, version } = unit.product;
    const payload = { productId: id, ...facts };
    this.#events.push(newEvent({ aggregatetype: 'product', aggregateid: id, version, type, payload }, this.now));
  }

  /** Sets what is on hand, with the movement that says why. */
  setAvailable(
    unit: LockedProduct,
    availableQty: number,
    movement: Pick<StockMovement, 'id' | 'kind' | 'reason'>,
  ): void {
    const quantity = availableQty - unit.stock.availableQty;
    const { id: causeId } = movement;
    this.#movements.push({ ...movement, productId: unit.product.id, quantity, causeId, createdAt: this.now });
    unit.stock = { ...unit.stock, availableQty };
    this.#changedStocks.add(unit.product.id);
  }

  write(tx: Transaction): void {
    updateProducts(
      tx,
      [...this.#changedProducts].map((id) => this.units.get(id)!.product),
    );
    updateStocks(
      tx,
      [...this.#changedStocks].map((id) => this.units.get(id)!.stock),
    );
    insertStockMovements(tx, this.#movements);
    insertEvents(tx, this.#events);
  }
}
