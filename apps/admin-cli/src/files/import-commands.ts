import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addCommand } from '../command.ts';
import type { ImportOptions } from './import-file.ts';

const withOptions = (command: Command): Command =>
  command
    .option('--dry-run', 'write nothing, and say what would be done')
    .option('--encoding <name>', 'of a file that is not in Unicode, such as windows-1252 or euc-kr');

/** Adds `products import`. */
export function addImportProducts(products: Command, context: CommandContext): void {
  withOptions(
    addCommand(products, 'import <file>', 'create and change products by a CSV', [
      'products import products.csv',
      'products import products.csv.gz --dry-run',
    ]).description(
      'create and change products by a CSV, gzipped or not; - is standard input. Its columns: sku, name, ' +
        'priceAmount (minor units), currency, description, imageUrl, metadata. What is empty stays. ' +
        'The same file can be imported again',
    ),
  ).action(async (file: string, options: ImportOptions) => {
    const { importFile } = await import('./import-file.ts');
    await importFile(context, 'products', file, options);
  });
}

/** Adds `stock import`. */
export function addImportStock(stock: Command, context: CommandContext): void {
  withOptions(
    addCommand(stock, 'import <file>', 'take what was counted on the shelves, by a CSV', [
      'stock import counted.csv --reason "year end"',
      'stock import counted.csv --dry-run',
    ]).description(
      'take what was counted on the shelves, as stock count does, by a CSV, gzipped or not; - is standard input. ' +
        'Its columns: sku, countedQty, expectedShelfQty, reason; those of stock export may stand there, too. ' +
        'The same file can be imported again',
    ),
  )
    .option('--reason <text>', 'of rows that have none')
    .action(async (file: string, options: ImportOptions) => {
      const { importFile } = await import('./import-file.ts');
      await importFile(context, 'stock', file, options);
    });
}
