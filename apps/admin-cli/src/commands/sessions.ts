import type { RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption } from '../command.ts';
import { addCommand } from '../command.ts';
import { connect } from '../connection.ts';
import { addListCommand } from '../list-command.ts';
import { formatTime, print } from '../output.ts';
import type { Column } from '../table.ts';

type Session = RouterOutputs['session']['list']['items'][number];

const columns: Column<Session>[] = [
  { head: 'ID', value: ({ sessionId }) => sessionId },
  { head: 'CLIENT', value: ({ name }) => name, wraps: true },
  { head: 'LAST USED', value: ({ lastUsedAt }) => formatTime(lastUsedAt) },
  { head: 'SIGNED IN', value: ({ createdAt }) => formatTime(createdAt), ifRoom: true },
  { head: 'ENDS', value: ({ expiresAt }) => formatTime(expiresAt), ifRoom: true },
  { head: 'SCOPES', value: ({ scopes }) => scopes.join(', '), ifRoom: true },
];

export function addSessionCommands(sessions: Command, context: CommandContext): void {
  addListCommand<Session, object>(sessions, context, {
    usage: 'list',
    summary: "list the operators who are signed in at the shop's page, the latest first",
    examples: ['sessions list'],
    reader: (client) => (range) => client.session.list.query(range),
    columns,
    empty: 'No operator is signed in at the page.',
  });

  addCommand(
    sessions,
    'end <session>',
    'sign an operator out of the page; the API key of the session stays valid',
    ['sessions end 0199d3c4-7d1b-7b6e-9f0a-3c5b2d7e8f90'],
    'Ends the session',
  ).action(async (sessionId: string, options: JsonOption) => {
    const ended = await connect(context).client.session.end.mutate({ sessionId });
    print(context, ended, options, () => `The session ${ended.sessionId} of ${ended.name} is ended.`);
  });
}
