import type { Command } from 'commander';
import type { CommandContext } from '../../command-context.ts';
import type { JsonOption } from '../../command.ts';
import { addCommand } from '../../command.ts';
import { connect } from '../../connection.ts';
import { printOrder } from '../../show/show-order.ts';

export function addNoteOrder(orders: Command, context: CommandContext): void {
  addCommand(orders, 'note <order> <text>', 'keep a note about an order, which `orders show` prints', [
    'orders note 0199d3c4 "Ana called: she is home after six."',
  ]).action(async (orderId: string, text: string, options: JsonOption) => {
    const { client } = connect(context);
    printOrder(context, await client.order.note.mutate({ orderId, text }), options);
  });
}
