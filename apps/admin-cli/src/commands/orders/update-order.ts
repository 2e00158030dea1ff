import type { Command } from 'commander';
import type { CommandContext } from '../../command-context.ts';
import { addCommand, type JsonOption } from '../../command.ts';
import { connect } from '../../connection.ts';
import { parseAddress, type Address } from '../../new-order.ts';
import { printOrder } from '../../show/show-order.ts';

type OrderTexts = {
  reference?: string;
  name?: string;
  email?: string;
  phone?: string;
  address?: Address;
};

export function addUpdateOrder(orders: Command, context: CommandContext): void {
  addCommand(orders, 'update <order>', 'change its reference, contact or address, until its first parcel has left', [
    'orders update 0199d3c4 --email jo@example.com',
  ])
    .option('--reference <text>', 'a text to find the order by')
    .option('--name <name>', 'of the contact')
    .option('--email <address>', 'of the contact')
    .option('--phone <number>', 'of the contact')
    .option('--address <json>', 'the whole shipping address', parseAddress)
    .action(async (orderId: string, { json, address, reference, ...contact }: JsonOption & OrderTexts) => {
      const { client } = connect(context);
      const { version, contact: before } = await client.order.get.query({ orderId });
      const order = await client.order.update.mutate({
        orderId,
        expectedVersion: version,
        reference,
        contact: Object.keys(contact).length > 0 ? { ...before, ...contact } : undefined,
        shippingAddress: address,
      });
      printOrder(context, order, { json });
    });
}
