import type { RouterOutputs } from '@commerce-core/api/client';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { JsonOption, ListOptions } from '../command.ts';
import { addCommand, addGroup, addListCommand, readPages } from '../command.ts';
import { connect } from '../connection.ts';
import { formatMoney } from '../money.ts';
import { formatTime, print, printPage } from '../output.ts';
import { renderEvent, renderWholeEvent } from '../show-event.ts';
import type { Column } from '../table.ts';

type GatewayEvent = RouterOutputs['gatewayEvent']['list']['items'][number];
type Outcome = GatewayEvent['outcome'];

const outcomes: readonly Outcome[] = [
  'RECEIVED', 'APPLIED', 'UNMATCHED', 'IGNORED_STALE', 'IGNORED_UNKNOWN', 'CONFLICT', 'PARKED', 'DISMISSED',
];

const example = '0199d3c4-8c00-7b21-a4d5-e6f708192a3b';

const columns: Column<GatewayEvent>[] = [
  { head: 'ID', value: ({ id }) => id },
  { head: 'TYPE', value: ({ type }) => type },
  { head: 'OUTCOME', value: ({ outcome, effect }) => [outcome, effect].filter(Boolean).join(' '), wraps: true },
  { head: 'AMOUNT', value: ({ amount, currency }) => (amount > 0 ? formatMoney(amount, currency) : ''), align: 'right' },
  { head: 'RECEIVED', value: ({ receivedAt }) => formatTime(receivedAt), ifRoom: true },
  { head: 'PROVIDER', value: ({ provider }) => provider, ifRoom: true },
  { head: 'PAYMENT', value: ({ paymentId, gatewayPaymentId }) => paymentId ?? gatewayPaymentId ?? '', ifRoom: true },
  { head: 'EVENT', value: ({ providerEventId }) => providerEventId, ifRoom: true },
];

export function addEventCommands(program: Command): void {
  const events = addGroup(program, 'events', "inspect the payment gateways' webhooks, and handle those that wait");

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

  addCommand(events, 'show <event>', 'show an event with its body as it came', [`events show ${example}`]).action(
    async (gatewayEventId: string, options: JsonOption) => {
      const { client } = connect();
      const event = await client.gatewayEvent.get.query({ gatewayEventId });
      print(event, options, () => renderWholeEvent(event));
    },
  );

  addCommand(events, 'redrive <event>', 'have an event tried anew that waits or was given up', [
    `events redrive ${example}`,
  ]).action(async (gatewayEventId: string, options: JsonOption) => {
    const { client } = connect();
    const event = await client.gatewayEvent.redrive.mutate({ gatewayEventId });
    print(event, options, () => renderEvent(event));
  });

  addCommand(events, 'dismiss <event>', 'put an event aside that waits or was given up', [
    `events dismiss ${example}`,
  ]).action(async (gatewayEventId: string, options: JsonOption) => {
    const { client } = connect();
    const event = await client.gatewayEvent.dismiss.mutate({ gatewayEventId });
    print(event, options, () => renderEvent(event));
  });
}
