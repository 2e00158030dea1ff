import type { RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption } from '../command.ts';
import { addCommand } from '../command.ts';
import { addListCommand } from '../list-command.ts';
import { connect } from '../connection.ts';
import { Failure } from '../failure.ts';
import { formatMoney } from '../money.ts';
import { formatTime, print } from '../output.ts';
import { commerceCode } from '../refusal.ts';
import { renderEvent, renderWholeEvent } from '../show/show-event.ts';
import type { Column } from '../table.ts';
import { parseTime } from '../time.ts';

type GatewayEvent = RouterOutputs['gatewayEvent']['list']['items'][number];
type Outcome = GatewayEvent['outcome'];

const outcomes: readonly Outcome[] = [
  'RECEIVED',
  'APPLIED',
  'UNMATCHED',
  'IGNORED_STALE',
  'IGNORED_UNKNOWN',
  'CONFLICT',
  'PARKED',
  'DISMISSED',
];

const example = '0199d3c4-8c00-7b21-a4d5-e6f708192a3b';

const columns: Column<GatewayEvent>[] = [
  { head: 'ID', value: ({ id }) => id },
  { head: 'TYPE', value: ({ type }) => type },
  { head: 'OUTCOME', value: ({ outcome, effect }) => [outcome, effect].filter(Boolean).join(' '), wraps: true },
  {
    head: 'AMOUNT',
    value: ({ amount, currency }) => (amount > 0 ? formatMoney(amount, currency) : ''),
    align: 'right',
  },
  { head: 'RECEIVED', value: ({ receivedAt }) => formatTime(receivedAt), ifRoom: true },
  { head: 'PROVIDER', value: ({ provider }) => provider, ifRoom: true },
  { head: 'PAYMENT', value: ({ paymentId, gatewayPaymentId }) => paymentId ?? gatewayPaymentId ?? '', ifRoom: true },
  { head: 'EVENT', value: ({ providerEventId }) => providerEventId, ifRoom: true },
];

export function addEventCommands(events: Command, context: CommandContext): void {
  addListCommand<GatewayEvent, { outcome?: Outcome; provider?: string; payment?: string }>(events, context, {
    usage: 'list',
    summary: 'list the events that gateways sent, the latest first, with their outcomes',
    examples: [
      'gateway-events list',
      'gateway-events list --outcome UNMATCHED',
      'gateway-events list --payment 0199d3c4-7f00-7a6d-b1c2-d3e4f5061728 --json',
    ],
    addFilters: (command) =>
      command
        .addOption(new Option('--outcome <outcome>', 'only those with this outcome').choices(outcomes))
        .option('--provider <name>', 'only those of this gateway')
        .option('--payment <payment>', 'only those about this payment'),
    reader:
      (client, { outcome, provider, payment }) =>
      (range) =>
        client.gatewayEvent.list.query({ outcome, provider, paymentId: payment, ...range }),
    columns,
    empty: 'There are no such events.',
  });

  addShowEvent(events, context);
  addEventDecisions(events, context);
  addFetchEvents(events, context);
}

function addShowEvent(events: Command, context: CommandContext): void {
  addCommand(events, 'show <event>', 'show an event with its body as it came', [
    `gateway-events show ${example}`,
  ]).action(async (gatewayEventId: string, options: JsonOption) => {
    const { client } = connect(context);
    const event = await client.gatewayEvent.get.query({ gatewayEventId });
    print(context, event, options, (screen) => renderWholeEvent(event, screen));
  });
}

function addEventDecisions(events: Command, context: CommandContext): void {
  addCommand(events, 'redrive <event>', 'have an event tried anew that waits or was given up', [
    `gateway-events redrive ${example}`,
  ]).action(async (gatewayEventId: string, options: JsonOption) => {
    const { client } = connect(context);
    const event = await client.gatewayEvent.redrive.mutate({ gatewayEventId });
    print(context, event, options, (screen) => renderEvent(event, screen));
  });

  addCommand(
    events,
    'dismiss <event>',
    'dismiss an event that waits or was parked',
    [`gateway-events dismiss ${example}`],
    'Dismisses the event',
  ).action(async (gatewayEventId: string, options: JsonOption) => {
    const { client } = connect(context);
    const event = await client.gatewayEvent.dismiss.mutate({ gatewayEventId });
    print(context, event, options, (screen) => renderEvent(event, screen));
  });
}

function addFetchEvents(events: Command, context: CommandContext): void {
  addCommand(events, 'fetch <provider>', 'take the events that a gateway lists and the shop never heard of', [
    'gateway-events fetch stripe --since 2026-11-01',
    'gateway-events fetch stripe --since 2026-11-01T09:30+09:00 --json',
  ])
    .requiredOption('--since <time>', 'from when on; a date begins at 00:00 UTC', parseTime)
    .action(async (provider: string, options: JsonOption & { since: Date }) => {
      const { client } = connect(context);
      const since = options.since.toISOString();
      const fetched = await client.gatewayEvent.fetchMissed.mutate({ provider, since }).catch(silent);
      const { eventsNew } = fetched;
      const were = eventsNew === 1 ? '1 event was new' : `${eventsNew} events were new`;
      print(context, fetched, options, () => `Of what ${provider} lists since ${formatTime(since)}, ${were}.`);
    });
}

/** Names the gateway as the part that gave no answer: the shop itself was reached. */
function silent(error: unknown): never {
  if (error instanceof Error && commerceCode(error) === 'gateway_unavailable')
    throw new Failure(`${error.message} (gateway_unavailable)`);
  throw error;
}
