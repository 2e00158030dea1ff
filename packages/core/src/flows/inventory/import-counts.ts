import type { Transaction } from '@commerce-core/pg-pipeline';
import { readProductsBySku } from '../../catalog/product-repository.ts';
import type { Reader } from '../../database/page.ts';
import { accepted, CommerceError, refused, type Outcome } from '../../errors.ts';
import { availableAfterCount } from '../../inventory/stock-count.ts';
import type { ImportedCount } from '../../inventory/stock-input.ts';
import { readStocks } from '../../inventory/stock-repository.ts';
import { onShelf, type Stock } from '../../inventory/stock.ts';
import { changeStock } from './change-stock.ts';

/** What the import of a count does. */
export type CountEffect = 'updated' | 'unchanged';

/** A count of an import. `id` is the movement's; the caller makes it before the transaction. */
export type ImportCountCommand = ImportedCount & { id: string };

/**
 * Takes what was counted on the shelves of products. A shelf that holds the counted units already is not locked,
 * whatever the caller expected there: so an import can be repeated, and blocks no order. Each SKU is named once.
 * @returns what was done · refusals: product_not_found, stock_changed, stock_below_orders, stock_too_large
 */
export async function importCounts(
  tx: Transaction,
  commands: readonly ImportCountCommand[],
): Promise<Outcome<CountEffect>[]> {
  const stocks = await readStocksBySku(tx.db, commands);
  const counts = commands.flatMap(({ sku, ...count }) => {
    const stock = stocks.get(sku);
    return stock && onShelf(stock) !== count.countedQty
      ? [{ sku, command: { change: 'count' as const, productId: stock.productId, ...count } }]
      : [];
  });
  const taken =
    counts.length > 0
      ? await changeStock(
          tx,
          counts.map(({ command }) => command),
        )
      : [];
  const outcomes = new Map(counts.map(({ sku }, index) => [sku, taken[index]]));
  return commands.map(({ sku }): Outcome<CountEffect> => {
    if (!stocks.has(sku)) return unknownSku();
    const outcome = outcomes.get(sku);
    if (!outcome) return accepted('unchanged');
    return outcome.ok ? accepted('updated') : outcome;
  });
}

/** What `importCounts` would do now. */
export async function previewCounts(
  reader: Reader,
  commands: readonly ImportCountCommand[],
): Promise<Outcome<CountEffect>[]> {
  const stocks = await readStocksBySku(reader, commands);
  return commands.map((command): Outcome<CountEffect> => {
    const stock = stocks.get(command.sku);
    if (!stock) return unknownSku();
    if (onShelf(stock) === command.countedQty) return accepted('unchanged');
    const counted = availableAfterCount(stock, command);
    return counted.ok ? accepted('updated') : counted;
  });
}

async function readStocksBySku(reader: Reader, commands: readonly { sku: string }[]): Promise<Map<string, Stock>> {
  const products = [
    ...(
      await readProductsBySku(
        reader,
        commands.map(({ sku }) => sku),
      )
    ).values(),
  ];
  const stocks = await readStocks(
    reader,
    products.map(({ id }) => id),
  );
  return new Map(
    products.flatMap(({ id, sku }) => {
      const stock = stocks.get(id);
      return stock ? [[sku, stock] as const] : [];
    }),
  );
}

const unknownSku = () => refused(new CommerceError('product_not_found', 'no product has this sku', { productIds: [] }));
