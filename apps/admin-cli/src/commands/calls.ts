import type { RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addListCommand } from '../list-command.ts';
import { formatTime } from '../output.ts';
import type { Column } from '../table.ts';

type Call = RouterOutputs['gatewayCall']['list']['items'][number];
type Status = Call['status'];

const statuses: readonly Status[] = ['DUE', 'DONE', 'REFUSED'];

const columns: Column<Call>[] = [
  { head: 'ORDER', value: ({ orderNumber }) => orderNumber },
  { head: 'PAYMENT', value: ({ paymentId }) => paymentId },
  { head: 'KIND', value: ({ kind }) => kind },
  { head: 'STATUS', value: ({ status, failureCode }) => [status, failureCode].filter(Boolean).join(' '), wraps: true },
  { head: 'TRIES', value: ({ attempts }) => String(attempts), align: 'right' },
  { head: 'NEXT TRY', value: ({ dueAt }) => (dueAt ? formatTime(dueAt) : ''), ifRoom: true },
  { head: 'PROVIDER', value: ({ provider }) => provider, ifRoom: true },
];

export function addCallCommands(calls: Command, context: CommandContext): void {
  addListCommand<Call, { status?: Status; order?: string }>(calls, context, {
    usage: 'list',
    summary: 'list calls to gateways, the latest first, and how they were answered',
    examples: ['calls list', 'calls list --status DUE', 'calls list --order 0199d3c4-7d1b-7b6e-9f0a-3c5b2d7e8f90'],
    addFilters: (command) =>
      command
        .addOption(new Option('--status <status>', 'only those with this status').choices(statuses))
        .option('--order <order>', 'only those about this order'),
    reader:
      (client, { status, order }) =>
      (range) =>
        client.gatewayCall.list.query({ status, orderId: order, ...range }),
    columns,
    empty: 'There are no such calls.',
  });
}
