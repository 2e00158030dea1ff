import type { RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addCommand, type JsonOption } from '../command.ts';
import { connect } from '../connection.ts';
import { formatTime, printPage } from '../output.ts';
import type { Column } from '../table.ts';

type Sink = RouterOutputs['eventSink']['list']['items'][number];

const columns: Column<Sink>[] = [
  { head: 'SINK', value: ({ name }) => name },
  { head: 'POSITION', value: ({ position }) => position, align: 'right' },
  { head: 'BEHIND', value: ({ lagEvents }) => String(lagEvents), align: 'right' },
  { head: 'SECONDS', value: ({ lagSeconds }) => String(Math.round(lagSeconds)), align: 'right' },
  { head: 'FAILURES', value: ({ attempts }) => String(attempts), align: 'right' },
  { head: 'LAST', value: ({ publishedAt }) => (publishedAt ? formatTime(publishedAt) : ''), ifRoom: true },
  { head: 'WHY', value: ({ failure }) => failure ?? '', wraps: true },
];

export function addSinkCommands(sinks: Command, context: CommandContext): void {
  addCommand(sinks, 'list', 'list the sinks, and how many events each is behind', [
    'sinks list',
    'sinks list --json',
  ]).action(async (options: JsonOption) => {
    const { client } = connect(context);
    printPage(context, await client.eventSink.list.query(), options, columns, 'There are no sinks.');
  });
}
