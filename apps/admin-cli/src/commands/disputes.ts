import type { RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addListCommand } from '../list-command.ts';
import { formatMoney } from '../money.ts';
import { formatTime } from '../output.ts';
import type { Column } from '../table.ts';

type Dispute = RouterOutputs['dispute']['list']['items'][number];
type Status = Dispute['status'];

const statuses: readonly Status[] = ['OPEN', 'WON', 'LOST'];

const columns: Column<Dispute>[] = [
  { head: 'ORDER', value: ({ orderNumber }) => orderNumber },
  { head: 'STATUS', value: ({ status }) => status },
  { head: 'AMOUNT', value: ({ amount, currency }) => formatMoney(amount, currency), align: 'right' },
  { head: "GATEWAY'S ID", value: ({ gatewayDisputeId }) => gatewayDisputeId, wraps: true },
  { head: 'SINCE', value: ({ createdAt }) => formatTime(createdAt), ifRoom: true },
  { head: 'PAYMENT', value: ({ paymentId }) => paymentId, ifRoom: true },
];

export function addDisputeCommands(disputes: Command, context: CommandContext): void {
  addListCommand<Dispute, { status?: Status; order?: string }>(disputes, context, {
    usage: 'list',
    summary: 'list disputes, the latest first; they are decided at the gateway',
    examples: ['disputes list', 'disputes list --status OPEN'],
    addFilters: (command) =>
      command
        .addOption(new Option('--status <status>', 'only those with this status').choices(statuses))
        .option('--order <order>', 'only those about this order'),
    reader:
      (client, { status, order }) =>
      (range) =>
        client.dispute.list.query({ status, orderId: order, ...range }),
    columns,
    empty: 'There are no such disputes.',
  });
}
