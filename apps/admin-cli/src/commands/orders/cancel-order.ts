import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { CommandContext } from '../../command-context.ts';
import { addCommand, positiveInteger, type JsonOption, type LineUnits } from '../../command.ts';
import { connect } from '../../connection.ts';
import { printOrder } from '../../show/show-order.ts';

export function addCancelOrder(orders: Command, context: CommandContext): void {
  addCommand(
    orders,
    'cancel <order>',
    'cancel an order that has not shipped; a paid order is refunded',
    ['orders cancel 0199d3c4-7d1b-7b6e-9f0a-3c5b2d7e8f90'],
    'Cancels the order, and sends back what was paid',
  ).action(async (orderId: string, options: JsonOption) => {
    const { client } = connect(context);
    printOrder(context, await client.order.cancel.mutate({ orderId }), options);
  });
}

export function addCancelOrderLines(orders: Command, context: CommandContext): void {
  addCommand(
    orders,
    'cancel-lines <order> <line=units...>',
    'cancel units that have not shipped, and refund them',
    ['orders cancel-lines 0199d3c4 1=2 3=1', 'orders cancel-lines 0199d3c4 1=2 --reason "out of stock"'],
    'Cancels these units, and sends back what was paid for them',
  )
    .option('--reason <text>', 'why; it is kept for ever')
    .action(async (orderId: string, items: string[], options: JsonOption & { reason?: string }) => {
      const lines = items.map(parseUnits);
      const { client } = connect(context);
      const order = await client.order.cancelLines.mutate({ orderId, lines, reason: options.reason });
      printOrder(context, order, options);
    });
}

function parseUnits(text: string): LineUnits {
  const [, lineNo, units] = /^(\d+)=(\d+)$/.exec(text) ?? [];
  if (lineNo === undefined || units === undefined)
    throw new InvalidArgumentError(`${text}: write the number of a line and its units, for instance 1=2.`);
  return { lineNo: positiveInteger(lineNo), quantity: positiveInteger(units) };
}
