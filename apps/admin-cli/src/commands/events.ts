import type { Client, RouterInputs, RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addCommand, positiveInteger, type JsonOption } from '../command.ts';
import { connect } from '../connection.ts';
import { addListCommand } from '../list-command.ts';
import { formatTime, note, print } from '../output.ts';
import { stopOnInterrupt } from '../replay/stop-on-interrupt.ts';
import type { Column } from '../table.ts';
import { printable } from '../terminal/printable.ts';

type Event = RouterOutputs['event']['list']['items'][number];
type EventType = Event['type'];
type Filter = { type?: EventType; order?: string };

/** How long one request waits for the next event. */
const waitMs = 20_000;

const columns: Column<Event>[] = [
  { head: 'POSITION', value: ({ position }) => position, align: 'right' },
  { head: 'TYPE', value: ({ type }) => type },
  { head: 'OF', value: ({ aggregateType, aggregateId }) => `${aggregateType} ${aggregateId}`, wraps: true },
  { head: 'VERSION', value: ({ version }) => String(version), align: 'right', ifRoom: true },
  { head: 'TIME', value: ({ time }) => formatTime(time), ifRoom: true },
];

const filterOf = ({ type, order }: Filter): Pick<RouterInputs['event']['list'] & object, 'types' | 'aggregateId'> => ({
  ...(type === undefined ? {} : { types: [type] }),
  ...(order === undefined ? {} : { aggregateId: order }),
});

const addFilters = (command: Command): Command =>
  command
    .addOption(new Option('--type <type>', 'only events of this type, such as order.paid'))
    .option('--order <order>', 'only events of this order');

export function addEventLogCommands(events: Command, context: CommandContext): void {
  addListCommand<Event, Filter & { latest?: true }>(events, context, {
    usage: 'list',
    summary: 'list events, the oldest first; --cursor takes a position',
    examples: ['events list --type order.paid', 'events list --latest', 'events list --cursor 1.4200 --json'],
    addFilters: (command) => addFilters(command).option('--latest', 'the latest first'),
    reader:
      (client, options) =>
      async ({ limit, cursor }) => {
        const place = options.latest ? { before: cursor ?? 'now' } : { after: cursor };
        const page = await client.event.list.query({ ...filterOf(options), limit, ...place });
        const isEnd = options.latest ? page.nextCursor === '0' : page.items.length < limit;
        return { ...page, nextCursor: isEnd ? null : page.nextCursor };
      },
    columns,
    empty: 'There are no such events.',
  });

  addTail(events, context);
  addRepublish(events, context);
}

function addTail(events: Command, context: CommandContext): void {
  addFilters(
    addCommand(events, 'tail', 'print events as they happen, until Ctrl-C', [
      'events tail',
      'events tail --after 0 --type order.paid --json',
    ]),
  )
    .option('--after <position>', 'begin behind this position; 0 is the beginning, without it: now')
    .option('--limit <n>', 'end after so many events', positiveInteger)
    .action(async (options: JsonOption & Filter & { after?: string; limit?: number }) => {
      const { client } = connect(context);
      const { signal, release } = stopOnInterrupt(context);
      try {
        await tail(context, client, options, signal);
      } finally {
        release();
      }
    });
}

function addRepublish(events: Command, context: CommandContext): void {
  addCommand(events, 'republish <sink>', 'send events to a sink again, with the ids that they had', [
    'events republish nats --from 0',
    'events republish rabbitmq --from 1.4200 --json',
  ])
    .requiredOption('--from <position>', 'begin behind this position; 0 is the beginning')
    .action(async (sink: string, options: JsonOption & { from: string }) => {
      const { client } = connect(context);
      const status = await client.eventSink.republish.mutate({ sink, from: options.from });
      const events = status.lagEvents === 1 ? '1 event' : `${status.lagEvents} events`;
      print(
        context,
        status,
        options,
        () => `${printable(status.name)} gets ${events} again, behind position ${status.position}.`,
      );
    });
}

async function tail(
  context: CommandContext,
  client: Client,
  {
    after,
    limit = Number.POSITIVE_INFINITY,
    json,
    ...filter
  }: JsonOption & Filter & { after?: string; limit?: number },
  signal: AbortSignal,
): Promise<void> {
  let position = after ?? 'now';
  let left = limit;
  if (!json) note(context, `Events after ${position}; Ctrl-C ends this.`);
  while (left > 0 && !signal.aborted) {
    const page = await client.event.list
      .query({ ...filterOf(filter), after: position, limit: Math.min(100, left), waitMs }, { signal })
      .catch((error: unknown) => {
        if (signal.aborted) return undefined;
        throw error;
      });
    if (!page) return;
    for (const event of page.items) context.stdout.write(`${json ? JSON.stringify(event) : line(event)}\n`);
    left -= page.items.length;
    position = page.nextCursor;
  }
}

const line = ({ position, time, type, aggregateType, aggregateId, version, data }: Event): string =>
  printable(
    `${position.padStart(10)}  ${formatTime(time)}  ${type.padEnd(24)}  ${aggregateType} ${aggregateId} v${version}  ` +
      `${JSON.stringify(data)}`,
  );
