import type { RouterOutputs } from '@commerce-core/api/client';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { ListOptions } from '../command.ts';
import { addGroup, addListCommand, readPages } from '../command.ts';
import { connect } from '../connection.ts';
import { formatMoney } from '../money.ts';
import { formatTime, printPage } from '../output.ts';
import type { Column } from '../table.ts';

type GatewayEvent = RouterOutputs['gatewayEvent']['list']['items'][number];
type Outcome = GatewayEvent['outcome'];

const outcomes: readonly Outcome[] = ['RECEIVED', 'APPLIED', 'UNMATCHED', 'IGNORED_STALE', 'CONFLICT', 'PARKED'];

const columns: Column<GatewayEvent>[] = [
  { head: 'PAYMENT', value: ({ paymentId }) => paymentId },
  { head: 'TYPE', value: ({ type }) => type },
  { head: 'OUTCOME', value: ({ outcome, effect }) => [outcome, effect].filter(Boolean).join(' '), wraps: true },
  { head: 'AMOUNT', value: ({ amount, currency }) => formatMoney(amount, currency), align: 'right' },
  { head: 'RECEIVED', value: ({ receivedAt }) => formatTime(receivedAt), ifRoom: true },
  { head: 'PROVIDER', value: ({ provider }) => provider, ifRoom: true },
  { head: 'EVENT', value: ({ providerEventId }) => providerEventId, ifRoom: true },
];

export function addEventCommands(program: Command): void {
  const events = addGroup(program, 'events', "inspect the payment gateways' webhooks");

  addListCommand(events, 'list', 'list the events that gateways sent, the latest first, and what became of them', [
    'events list',
    'events list --outcome UNMATCHED',
    'events list --payment 0199d3c4-7f00-7a6d-b1c2-d3e4f5061728 --json',
  ])
    .addOption(new Option('--outcome <outcome>', 'only those that ended so').choices(outcomes))
    .option('--provider <name>', 'only those of this gateway')
    .option('--payment <id>', 'only those about this payment')
    .action(async (options: ListOptions & { outcome?: Outcome; provider?: string; payment?: string }) => {
      const { client } = connect();
      const filter = {
        ...(options.outcome && { outcome: options.outcome }),
        ...(options.provider && { provider: options.provider }),
        ...(options.payment && { paymentId: options.payment }),
      };
      const page = await readPages((range) => client.gatewayEvent.list.query({ ...filter, ...range }), options);
      printPage(page, options, columns, 'There are no such events.');
    });
}
