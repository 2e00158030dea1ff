import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, refused, type Outcome } from '../../errors.ts';
import { stockMax, type Stock } from '../../inventory/stock.ts';
import type { LockedProduct } from '../../unit-of-work/locked-product.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { locateProduct } from '../catalog/locate-product.ts';

/** A change of one product's stock, in units. `id` is the movement's; the caller makes it before the transaction. */
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
 * Receives stock, or sets the units on hand if they still are what the caller saw. Each change records a movement.
 * @returns the stock · refusals: product_not_found, stock_too_large, stock_changed (with the units on hand),
 * stock_below_reserved
 */
export async function changeStock(tx: Transaction, commands: readonly ChangeStockCommand[]): Promise<Outcome<Stock>[]> {
  const work = await UnitOfWork.lockProducts(
    tx,
    commands.map(({ productId }) => productId),
  );
  const outcomes = commands.map((command): Outcome<Stock> => {
    const located = locateProduct(work, command);
    if (!located.ok) return located;
    const product = located.value;
    const refusal = command.change === 'receive' ? receive(product, command) : set(product, command);
    return refusal ? refused(refusal) : accepted(product.stock);
  });
  work.write();
  return outcomes;
}

type Receive = Extract<ChangeStockCommand, { change: 'receive' }>;
type Set = Extract<ChangeStockCommand, { change: 'set' }>;

function receive(product: LockedProduct, { id, quantity, ...command }: Receive): CommerceError | undefined {
  const reason = command.reason ?? null;
  const availableQty = product.stock.availableQty + quantity;
  if (availableQty > stockMax)
    return new CommerceError('stock_too_large', `no more than ${stockMax} units can be in stock`);
  product.setAvailable(availableQty, { id, kind: 'RECEIVED', reason });
  product.change({}, 'stock.received', { quantity, availableQty, reason });
  return undefined;
}

function set(product: LockedProduct, command: Set): CommerceError | undefined {
  const { id, expectedAvailableQty, availableQty, reason } = command;
  const { availableQty: present, reservedQty } = product.stock;
  if (present !== expectedAvailableQty) {
    return new CommerceError('stock_changed', 'the stock is not what you saw', { availableQty: present });
  }
  if (availableQty < reservedQty) {
    return new CommerceError('stock_below_reserved', 'orders reserve more than that', { reservedQty });
  }
  if (availableQty === present) return undefined;
  product.setAvailable(availableQty, { id, kind: 'ADJUSTED', reason });
  product.change({}, 'stock.adjusted', { quantity: availableQty - present, availableQty, reason });
  return undefined;
}
