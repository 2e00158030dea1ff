import type { Command } from 'commander';
import type { CommandContext } from '../../command-context.ts';
import type { JsonOption } from '../../command.ts';
import { addCommand } from '../../command.ts';
import { connect } from '../../connection.ts';
import { formatTime, note, print } from '../../output.ts';

export function addSignInCommand(program: Command, context: CommandContext): void {
  addCommand(program, 'sign-in', "print a link that signs in at the shop's page with the rights of this key, once", [
    'sign-in',
  ]).action(async (options: JsonOption) => {
    const { client, connection } = connect(context);
    const { path, expiresAt } = await client.session.createLink.mutate();
    const link = `${connection.url}${path}`;
    print(context, { link, expiresAt }, options, () => link);
    if (!options.json) note(context, `It works once, until ${formatTime(expiresAt)}.`);
  });
}
