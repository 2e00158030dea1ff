import type { Client } from '@commerce-core/client';
import { Failure } from '../failure.ts';
import { commerceCode } from '../refusal.ts';
import { atOnce } from './at-once.ts';
import type { PlannedProduct } from './plan.ts';
import { CURRENCY } from './plan.ts';

export type StockUpOptions = {
  /** The share of each product's demand that is received, 0 to 1. */
  scarcity: number;
  skuPrefix: string;
  reason: string;
  concurrency: number;
  signal: AbortSignal;
  onProgress: (done: number) => void;
};

export type Shelf = {
  /** Product ids by the file's own stock codes. */
  productIds: Map<string, string>;
  created: number;
  /** Products that existed before, and those of them with another price than in the file. */
  found: number;
  pricedOtherwise: number;
  unitsReceived: number;
};

/**
 * Creates every missing product of `demand` and receives its stock. Products are found by sku, so a file can be
 * replayed any number of times. An existing product keeps its price and gets more stock.
 *
 * @throws Failure when a product of the same sku is archived or sold in another currency
 */
export async function stockUp(
  client: Client,
  products: ReadonlyMap<string, PlannedProduct>,
  demand: ReadonlyMap<string, number>,
  { scarcity, skuPrefix, reason, concurrency, signal, onProgress }: StockUpOptions,
): Promise<Shelf> {
  const shelf: Shelf = { productIds: new Map(), created: 0, found: 0, pricedOtherwise: 0, unitsReceived: 0 };

  async function createOrFind({ sku, name, priceAmount }: PlannedProduct): Promise<string> {
    const ours = skuPrefix + sku;
    const input = { sku: ours, name, priceAmount, currency: CURRENCY };
    try {
      const { id } = await client.product.create.mutate(input);
      shelf.created += 1;
      return id;
    } catch (error) {
      if (commerceCode(error) !== 'sku_taken') throw error;
    }
    const { items } = await client.product.list.query({ sku: ours, includeArchived: true, limit: 1 });
    const [there] = items;
    const conflict = there?.archivedAt
      ? 'archived'
      : there?.currency !== CURRENCY
        ? `sold in ${there?.currency}`
        : null;
    if (!there || conflict) {
      throw new Failure(`The product ${ours} is there already, and ${conflict}. Choose another --sku-prefix.`);
    }
    shelf.found += 1;
    if (there.priceAmount !== priceAmount) shelf.pricedOtherwise += 1;
    return there.id;
  }

  await atOnce(demand, concurrency, signal, async ([sku, asked]) => {
    const product = products.get(sku);
    if (!product) throw new Error(`the plan has no product ${sku}`);
    const productId = await createOrFind(product);
    shelf.productIds.set(sku, productId);
    const quantity = Math.floor(asked * scarcity);
    if (quantity > 0) {
      await client.stock.receive.mutate({ productId, quantity, reason });
      shelf.unitsReceived += quantity;
    }
    onProgress(shelf.productIds.size);
  });
  return shelf;
}
