import type { RouterOutputs } from '@commerce-core/api/client';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { ListOptions } from '../command.ts';
import { addGroup, addListCommand, readPages } from '../command.ts';
import { connect } from '../connection.ts';
import { formatMoney } from '../money.ts';
import { formatTime, printPage } from '../output.ts';
import type { Column } from '../table.ts';

type Dispute = RouterOutputs['dispute']['list']['items'][number];
type Status = Dispute['status'];

const statuses: readonly Status[] = ['OPEN', 'WON', 'LOST'];

const columns: Column<Dispute>[] = [
  { head: 'ORDER', value: ({ orderId }) => orderId },
  { head: 'STATUS', value: ({ status }) => status },
  { head: 'AMOUNT', value: ({ amount, currency }) => formatMoney(amount, currency), align: 'right' },
  { head: "GATEWAY'S ID", value: ({ gatewayDisputeId }) => gatewayDisputeId, wraps: true },
  { head: 'SINCE', value: ({ createdAt }) => formatTime(createdAt), ifRoom: true },
  { head: 'PAYMENT', value: ({ paymentId }) => paymentId, ifRoom: true },
];

export function addDisputeCommands(program: Command, context: CommandContext): void {
  const disputes = addGroup(program, 'disputes', "inspect payments that shoppers' banks contest");

  addListCommand(disputes, 'list', 'list disputes, the latest first; they are settled at the gateway', [
    'disputes list',
    'disputes list --status OPEN',
  ])
    .addOption(new Option('--status <status>', 'only those with this status').choices(statuses))
    .option('--order <id>', 'only those about this order')
    .action(async (options: ListOptions & { status?: Status; order?: string }) => {
      const { client } = connect(context);
      const filter = {
        ...(options.status && { status: options.status }),
        ...(options.order && { orderId: options.order }),
      };
      const page = await readPages((range) => client.dispute.list.query({ ...filter, ...range }), options);
      printPage(context, page, options, columns, 'There are no such disputes.');
    });
}
