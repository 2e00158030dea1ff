import type { RouterOutputs } from '@commerce-core/api/client';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption } from '../command.ts';
import { addGroup, addCommand, integer, positiveInteger } from '../command.ts';
import { addListCommand } from '../list-command.ts';
import { connect } from '../connection.ts';
import { findProduct } from '../find-product.ts';
import { formatTime, print } from '../output.ts';
import type { Column } from '../table.ts';
import { renderRecord } from '../table.ts';

type Stock = RouterOutputs['stock']['get'];
type Movement = RouterOutputs['stock']['movements']['items'][number];

const columns: Column<Movement>[] = [
  { head: 'TIME', value: ({ createdAt }) => formatTime(createdAt) },
  { head: 'KIND', value: ({ kind }) => kind },
  { head: 'UNITS', value: ({ quantity }) => (quantity > 0 ? `+${quantity}` : String(quantity)), align: 'right' },
  { head: 'REASON', value: ({ reason }) => reason ?? '', wraps: true },
  { head: 'CAUSE', value: ({ causeId }) => causeId, ifRoom: true },
];

export function addStockCommands(program: Command, context: CommandContext): void {
  const stock = addGroup(program, 'stock', 'see and change how many units there are');

  addCommand(stock, 'show <product>', 'show how many units are on hand, reserved and left to sell', [
    'stock show MUG-BLUE',
  ]).action(async (reference: string, options: JsonOption) => {
    const { client } = connect(context);
    const { id: productId, sku } = await findProduct(client, reference);
    printStock(context, sku, await client.stock.get.query({ productId }), options);
  });

  addReceiveStock(stock, context);
  addSetStock(stock, context);
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

function addSetStock(stock: Command, context: CommandContext): void {
  addCommand(stock, 'set <product> <units>', 'set the units on hand to what was counted', [
    'stock set MUG-BLUE 97 --expected 100 --reason "three were broken"',
  ])
    .description(
      'set the units on hand (reserved ones included) to what was counted; refused when they are not what you expected',
    )
    .requiredOption('--expected <units>', 'the units on hand that you saw', integer)
    .requiredOption('--reason <text>', 'why they differ')
    .action(async (reference: string, units: string, options: JsonOption & { expected: number; reason: string }) => {
      const availableQty = integer(units);
      const { client } = connect(context);
      const { id: productId, sku } = await findProduct(client, reference);
      const { expected: expectedAvailableQty, reason } = options;
      const set = await client.stock.set.mutate({ productId, availableQty, expectedAvailableQty, reason });
      printStock(context, sku, set, options);
    });
}

function addListMovements(stock: Command, context: CommandContext): void {
  addListCommand<Movement, object>(stock, context, {
    usage: 'movements <product>',
    summary: 'list what changed the units on hand, the latest first',
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
        ['on hand', String(stock.availableQty)],
        ['reserved', String(stock.reservedQty)],
        ['left to sell', String(stock.sellableQty)],
      ],
      screen,
    ),
  );
}
