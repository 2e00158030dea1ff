import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, refused, type CommerceError, type Outcome } from '../../errors.ts';
import { availableAfterCount, stockTooLarge } from '../../inventory/stock-count.ts';
import { stockMax, type Stock } from '../../inventory/stock.ts';
import type { LockedProduct } from '../../unit-of-work/locked-product.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { locateProduct } from '../catalog/locate-product.ts';

/** A change of one product's stock, in units. `id` is the movement's; the caller makes it before the transaction. */
export type ChangeStockCommand =
  | { change: 'receive'; id: string; productId: string; quantity: number; reason?: string | undefined }
  | {
      change: 'count';
      id: string;
      productId: string;
      countedQty: number;
      expectedShelfQty?: number | undefined;
      reason: string;
    };

/**
 * Receives stock, or takes what was counted on the shelf. Each change records a movement.
 * @returns the stock · refusals: product_not_found, stock_too_large, stock_changed (with the units on the shelf),
 * stock_below_orders
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
    const refusal = command.change === 'receive' ? receive(product, command) : count(product, command);
    return refusal ? refused(refusal) : accepted(product.stock);
  });
  work.write();
  return outcomes;
}

type Receive = Extract<ChangeStockCommand, { change: 'receive' }>;
type Count = Extract<ChangeStockCommand, { change: 'count' }>;

function receive(product: LockedProduct, { id, quantity, ...command }: Receive): CommerceError | undefined {
  const reason = command.reason ?? null;
  const availableQty = product.stock.availableQty + quantity;
  if (availableQty > stockMax) return stockTooLarge();
  product.setAvailable(availableQty, { id, kind: 'RECEIVED', reason });
  product.change({}, 'stock.received', { quantity, availableQty, reason });
  return undefined;
}

/**
 * Units of paid orders lie on the shelf until their parcel leaves, so they were counted, too. Only the others can be
 * for sale.
 */
function count(product: LockedProduct, { id, countedQty, reason, ...command }: Count): CommerceError | undefined {
  const counted = availableAfterCount(product.stock, { countedQty, ...command });
  if (!counted.ok) return counted.error;
  const { availableQty: present } = product.stock;
  const availableQty = counted.value;
  if (availableQty === present) return undefined;
  product.setAvailable(availableQty, { id, kind: 'ADJUSTED', reason });
  product.change({}, 'stock.adjusted', { quantity: availableQty - present, availableQty, countedQty, reason });
  return undefined;
}
