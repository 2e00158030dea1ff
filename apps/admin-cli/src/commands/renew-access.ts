import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addCommand, type JsonOption } from '../command.ts';
import { connect } from '../connection.ts';
import { Failure } from '../failure.ts';
import { formatTime, note, print } from '../output.ts';
import { renderRecord } from '../table.ts';

export function addRenewAccess(orders: Command, context: CommandContext): void {
  addCommand(orders, 'renew-access <order>', 'make a new token for the order of a guest, who lost the old one', [
    'orders renew-access 0199d3c4 --email jo@example.com',
  ])
    .requiredOption('--email <address>', 'what the guest says is the e-mail address of the order')
    .action(async (orderId: string, options: JsonOption & { email: string }) => {
      const { client } = connect(context);
      const { items } = await client.order.renewAccess.mutate({ orderId, email: options.email });
      const [access] = items;
      if (!access) throw new Failure('No order of a guest has this id and this e-mail address.');
      print(context, access, options, (screen) =>
        renderRecord(
          [
            ['order', access.orderId],
            ['token', access.accessToken],
            ['valid until', formatTime(access.accessExpiresAt)],
          ],
          screen,
        ),
      );
      if (!options.json) note(context, 'Send it to the e-mail address of the order and to no other.');
    });
}
