import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, refused, type Outcome } from '../../errors.ts';
import { stockMax, type Stock } from '../../inventory/stock.ts';
import { ProductUnitOfWork, type LockedProduct } from '../../unit-of-work/locked-product.ts';

/** `id` names the movement and is minted before the transaction. Quantities in units. */
export type ChangeStockCommand =
  | { change: 'receive'; id: string; productId: string; quantity: number; reason?: string | undefined }
  | {
      change: 'set';
      id: string;
      productId: string;
      expectedAvailableQty: number;
      availableQty: number;
      reason: string;
    };

/**
 * Receives stock, or sets what is on hand where it still is what the caller saw. Each change is a movement.
 * Refusals: product_not_found, stock_too_large, stock_changed (with what is there), stock_below_reserved.
 */
export async function changeStock(tx: Transaction, commands: readonly ChangeStockCommand[]): Promise<Outcome<Stock>[]> {
  const work = await ProductUnitOfWork.lock(
    tx,
    commands.map(({ productId }) => productId),
  );
  const outcomes = commands.map((command): Outcome<Stock> => {
    const unit = work.units.get(command.productId);
    if (!unit)
      return refused(new CommerceError('product_not_found', 'no such product', { productIds: [command.productId] }));
    const refusal = command.change === 'receive' ? receive(work, unit, command) : set(work, unit, command);
    return refusal ? refused(refusal) : accepted(unit.stock);
  });
  work.write(tx);
  return outcomes;
}

type Receive = Extract<ChangeStockCommand, { change: 'receive' }>;
type Set = Extract<ChangeStockCommand, { change: 'set' }>;

function receive(
  work: ProductUnitOfWork,
  unit: LockedProduct,
  { id, quantity, reason }: Receive,
): CommerceError | undefined {
  const availableQty = unit.stock.availableQty + quantity;
  if (availableQty > stockMax)
    return new CommerceError('stock_too_large', `no more than ${stockMax} units can be in stock`);
  work.setAvailable(unit, availableQty, { id, kind: 'RECEIVED', reason: reason ?? null });
  work.change(unit, {}, 'stock.received', { quantity, availableQty, reason: reason ?? null });
  return undefined;
}

function set(work: ProductUnitOfWork, unit: LockedProduct, command: Set): CommerceError | undefined {
  const { id, expectedAvailableQty, availableQty, reason } = command;
  const { stock } = unit;
  if (stock.availableQty !== expectedAvailableQty) {
    return new CommerceError('stock_changed', 'the stock is not what you saw', { availableQty: stock.availableQty });
  }
  if (availableQty < stock.reservedQty) {
    return new CommerceError('stock_below_reserved', 'orders hold more than that', { reservedQty: stock.reservedQty });
  }
  if (availableQty === stock.availableQty) return undefined;
  const quantity = availableQty - stock.availableQty;
  work.setAvailable(unit, availableQty, { id, kind: 'ADJUSTED', reason });
  work.change(unit, {}, 'stock.adjusted', { quantity, availableQty, reason });
  return undefined;
}
