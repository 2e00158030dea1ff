import type { RouterOutputs } from '@commerce-core/client';
import { Option, type Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption } from '../command.ts';
import { addCommand, integer, positiveInteger } from '../command.ts';
import { addListCommand } from '../list-command.ts';
import { connect } from '../connection.ts';
import { addExportStock } from '../files/export-commands.ts';
import { addImportStock } from '../files/import-commands.ts';
import { findProduct } from '../find-product.ts';
import { formatTime, print } from '../output.ts';
import type { Column } from '../table.ts';
import { renderRecord, skuWhole } from '../table.ts';

type Stock = RouterOutputs['stock']['get'];
type Listed = RouterOutputs['stock']['list']['items'][number];
const sorts = { sku: 'sku', 'sku-last': '-sku', least: 'sellableQty', most: '-sellableQty' } as const;
type ListFilters = { q?: string; low?: number; archived?: true; sort?: keyof typeof sorts };
type Movement = RouterOutputs['stock']['movements']['items'][number];

const columns: Column<Movement>[] = [
  { head: 'TIME', value: ({ createdAt }) => formatTime(createdAt) },
  { head: 'KIND', value: ({ kind }) => kind },
  { head: 'UNITS', value: ({ quantity }) => (quantity > 0 ? `+${quantity}` : String(quantity)), align: 'right' },
  { head: 'REASON', value: ({ reason }) => reason ?? '', wraps: true },
  { head: 'CAUSE', value: ({ causeId }) => causeId, ifRoom: true },
];

const listColumns: Column<Listed>[] = [
  { head: 'SKU', value: ({ sku }) => sku, wraps: skuWhole },
  { head: 'NAME', value: ({ name }) => name, wraps: true },
  { head: 'LEFT', value: ({ sellableQty }) => String(sellableQty), align: 'right' },
  { head: 'RESERVED', value: ({ reservedQty }) => String(reservedQty), align: 'right' },
  { head: 'SHELF', value: ({ shelfQty }) => String(shelfQty), align: 'right' },
];

export function addStockCommands(stock: Command, context: CommandContext): void {
  addCommand(stock, 'show <product>', 'show how many units are on the shelf, and for whom', [
    'stock show MUG-BLUE',
  ]).action(async (reference: string, options: JsonOption) => {
    const { client } = connect(context);
    const { id: productId, sku } = await findProduct(client, reference);
    printStock(context, sku, await client.stock.get.query({ productId }), options);
  });

  addListCommand<Listed, ListFilters>(stock, context, {
    usage: 'list',
    summary: 'list the units of products; what is running out comes first with --low',
    examples: ['stock list', 'stock list --low 5', 'stock list --q mug'],
    addFilters: (command) =>
      command
        .option('--q <words>', 'only products with these beginnings of words in sku, name or description')
        .option('--low <units>', 'only those with at most so many units left to sell', integer)
        .option('--archived', 'also those that are no longer sold')
        .addOption(new Option('--sort <which>', 'which come first').choices(Object.keys(sorts))),
    reader:
      (client, { q, low, archived, sort = low === undefined ? 'sku' : 'least' }) =>
      (range) =>
        client.stock.list.query({
          q,
          maxSellableQty: low,
          includeArchived: archived,
          sort: sorts[sort],
          ...range,
        }),
    columns: listColumns,
    empty: 'There are no such products.',
  });

  addExportStock(stock, context);
  addImportStock(stock, context);
  addReceiveStock(stock, context);
  addCountStock(stock, context);
  addListMovements(stock, context);
}

function addReceiveStock(stock: Command, context: CommandContext): void {
  addCommand(stock, 'receive <product> <units>', 'add units that came in', [
    'stock receive MUG-BLUE 100',
    'stock receive MUG-BLUE 100 --reason "delivery 4711"',
  ])
    .option('--reason <text>', 'what it was')
    .action(async (reference: string, units: string, options: JsonOption & { reason?: string }) => {
      const quantity = positiveInteger(units);
      const { client } = connect(context);
      const { id: productId, sku } = await findProduct(client, reference);
      const { reason } = options;
      printStock(context, sku, await client.stock.receive.mutate({ productId, quantity, reason }), options);
    });
}

function addCountStock(stock: Command, context: CommandContext): void {
  addCommand(stock, 'count <product> <units>', 'take what was counted on the shelf', [
    'stock count MUG-BLUE 97 --reason "three were broken"',
    'stock count MUG-BLUE 97 --expected 100 --reason "three were broken"',
  ])
    .description(
      'take the units that were counted on the shelf: reserved ones and sold ones that have not left lie there, too, ' +
        'and stay reserved and sold',
    )
    .requiredOption('--reason <text>', 'why they differ, or what the count was')
    .option('--expected <units>', 'refuse the count when this many units are not on the shelf any more', integer)
    .action(async (reference: string, units: string, options: JsonOption & { expected?: number; reason: string }) => {
      const countedQty = integer(units);
      const { client } = connect(context);
      const { id: productId, sku } = await findProduct(client, reference);
      const { expected: expectedShelfQty, reason } = options;
      const counted = await client.stock.count.mutate({ productId, countedQty, expectedShelfQty, reason });
      printStock(context, sku, counted, options);
    });
}

function addListMovements(stock: Command, context: CommandContext): void {
  addListCommand<Movement, object>(stock, context, {
    usage: 'movements <product>',
    summary: 'list what changed the available units, the latest first',
    examples: ['stock movements MUG-BLUE', 'stock movements MUG-BLUE --all --json'],
    async reader(client, _options, reference) {
      const { id: productId } = await findProduct(client, reference);
      return (range) => client.stock.movements.query({ productId, ...range });
    },
    columns,
    empty: 'The stock of this product has never changed.',
  });
}

function printStock(context: CommandContext, sku: string, stock: Stock, options: JsonOption): void {
  print(context, stock, options, (screen) =>
    renderRecord(
      [
        ['product', stock.productId],
        ['sku', sku],
        ['available', String(stock.availableQty)],
        ['reserved', String(stock.reservedQty)],
        ['left to sell', String(stock.sellableQty)],
        ['sold, unshipped', String(stock.unshippedQty)],
        ['on the shelf', String(stock.shelfQty)],
      ],
      screen,
    ),
  );
}
