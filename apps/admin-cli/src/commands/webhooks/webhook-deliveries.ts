import type { RouterInputs, RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { CommandContext } from '../../command-context.ts';
import { addCommand, type JsonOption } from '../../command.ts';
import { connect } from '../../connection.ts';
import { Failure } from '../../failure.ts';
import { addListCommand } from '../../list-command.ts';
import { formatTime, print } from '../../output.ts';
import type { Column } from '../../table.ts';
import { parseTime } from '../../time.ts';

type Attempt = RouterOutputs['delivery']['list']['items'][number];
type Status = Attempt['status'];

const example = '0199d3c4';
const statuses: readonly Status[] = ['DELIVERED', 'FAILED', 'PARKED'];

const columns: Column<Attempt>[] = [
  { head: 'AT', value: ({ createdAt }) => formatTime(createdAt) },
  { head: 'TYPE', value: ({ type, events }) => (events > 1 ? `${type} and ${events - 1} more` : type) },
  { head: 'POSITION', value: ({ position }) => position },
  { head: 'STATUS', value: ({ status }) => status },
  { head: 'ANSWER', value: ({ statusCode, failure }) => failure ?? String(statusCode ?? '') },
  { head: 'MS', value: ({ durationMs }) => String(durationMs), align: 'right' },
  { head: 'ATTEMPT', value: ({ attempt }) => String(attempt), align: 'right', ifRoom: true },
  { head: 'NEXT', value: ({ nextAttemptAt }) => (nextAttemptAt ? formatTime(nextAttemptAt) : ''), ifRoom: true },
  { head: 'EVENT', value: ({ eventId }) => eventId, ifRoom: true },
];

type RedriveOptions = { eventId?: string; from?: string; to?: string; since?: Date };

/** Adds the commands about what was sent to an endpoint. */
export function addDeliveryCommands(webhooks: Command, context: CommandContext): void {
  addListCommand<Attempt, { status?: Status; eventId?: string }>(webhooks, context, {
    usage: 'deliveries <endpoint>',
    summary: 'list the attempts to deliver to an endpoint, the latest first',
    examples: [`webhooks deliveries ${example}`, `webhooks deliveries ${example} --status PARKED --json`],
    addFilters: (command) =>
      command
        .addOption(new Option('--status <status>', 'only those with this status').choices(statuses))
        .option('--event-id <event-id>', 'only those of this event'),
    reader:
      (client, { status, eventId }, endpointId) =>
      (range) =>
        client.delivery.list.query({ endpointId: endpointId ?? '', status, eventId, ...range }),
    columns,
    empty: 'There are no such attempts.',
  });

  addCommand(webhooks, 'redrive <endpoint>', 'deliver events once more: all that were given up, one, or a range', [
    `webhooks redrive ${example}`,
    `webhooks redrive ${example} --since 2026-11-01`,
    `webhooks redrive ${example} --event-id 0199d3c4-8c00-7b21-a4d5-e6f708192a3b`,
    `webhooks redrive ${example} --from 1.4711 --to 1.4720`,
  ])
    .option('--event-id <event-id>', 'this event')
    .option('--from <position>', 'the events from this position on, with --to')
    .option('--to <position>', 'the last position of --from')
    .option('--since <time>', 'only those that were given up since then', parseTime)
    .action(async (endpointId: string, options: JsonOption & RedriveOptions) => {
      const which = { endpointId, ...selectionOf(options) };
      const result = await connect(context).client.delivery.redrive.mutate(which);
      print(context, result, options, () =>
        result.redriven === 1 ? '1 delivery is due now.' : `${result.redriven} deliveries are due now.`,
      );
    });
}

type Selection<T> = T extends { endpointId: string } ? Omit<T, 'endpointId'> : never;

/** @throws Failure when the options don't go together */
function selectionOf({ eventId, from, to, since }: RedriveOptions): Selection<RouterInputs['delivery']['redrive']> {
  const isRange = from !== undefined || to !== undefined;
  if ([eventId !== undefined, isRange, since !== undefined].filter(Boolean).length > 1)
    throw new Failure('--event-id, --from with --to, and --since each say which events. Use one of them.', 2);
  if (eventId !== undefined) return { eventId };
  if (!isRange) return { parked: true, ...(since && { since: since.toISOString() }) };
  if (from !== undefined && to !== undefined) return { from, to };
  throw new Failure('--from and --to belong together.', 2);
}
