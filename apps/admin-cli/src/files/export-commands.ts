import { Option, type Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addCommand, integer } from '../command.ts';
import { addOrderFilters, orderListInput, type OrderFilters } from '../commands/orders/order-filters.ts';
import type { ExportOptions } from './export-file.ts';

const withFile = (command: Command): Command =>
  command
    .addOption(
      new Option('--format <format>', 'of the file; by default that of its name, or csv').choices(['csv', 'jsonl']),
    )
    .option('--out <file>', 'write to this file, gzipped if its name ends in .gz; by default to standard output');

/** Adds `orders export`. */
export function addExportOrders(orders: Command, context: CommandContext): void {
  const command = addCommand(orders, 'export', 'write all orders that match to a file, as CSV or JSON lines', [
    'orders export --out orders.csv',
    'orders export --status PAID --since 2026-11-01 --out orders.jsonl.gz',
    'orders export --format jsonl --attention > orders.jsonl',
  ]);
  addOrderFilters(withFile(command), ['newest', 'oldest']).action(
    async ({ json, format, out, ...filters }: ExportOptions & OrderFilters) => {
      const { exportFile } = await import('./export-file.ts');
      await exportFile(context, 'orders', orderListInput(filters), { json, format, out } as ExportOptions);
    },
  );
}

type StockFilters = { q?: string; low?: number; archived?: true };

/** Adds `stock export`. */
export function addExportStock(stock: Command, context: CommandContext): void {
  withFile(
    addCommand(stock, 'export', 'write the stock of all products that match to a file, as CSV or JSON lines', [
      'stock export --out stock.csv',
      'stock export --low 5 --format jsonl',
    ]),
  )
    .option('--q <words>', 'only products with these beginnings of words in sku, name or description')
    .option('--low <units>', 'only those with at most so many units left to sell', integer)
    .option('--archived', 'also those that are no longer sold')
    .action(async ({ q, low, archived, ...options }: ExportOptions & StockFilters) => {
      const { exportFile } = await import('./export-file.ts');
      await exportFile(context, 'stock', { q, maxSellableQty: low, includeArchived: archived }, options);
    });
}
