import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { Failure } from '../failure.ts';

const consequences = new WeakMap<Command, string>();

/**
 * Marks a command whose effect can't be undone. It gets the option `--yes`, and without that it asks on the terminal
 * first. Without a terminal it is refused. `consequence` says what happens, such as `Cancels the order`.
 */
export function irreversible(command: Command, consequence: string): Command {
  consequences.set(command, consequence);
  return command.option('--yes', 'do it without a question; needed where no terminal is');
}

/** Whether a command asks before it runs. */
export const isIrreversible = (command: Command): boolean => consequences.has(command);

/**
 * Asks for a command that can't be undone, unless it only shows what it would do (`--preview`). As a hook of the root,
 * it runs before the action of every command, and before anything is sent.
 *
 * @throws Failure when the answer is no, or there is no terminal to ask on
 */
export async function askBefore({ confirm }: CommandContext, command: Command): Promise<void> {
  const consequence = consequences.get(command);
  const isAsked = command.getOptionValue('yes') !== true && command.getOptionValue('preview') !== true;
  if (consequence === undefined || !isAsked) return;
  const what = `${consequence} (${command.args.join(' ')}). This can't be undone.`;
  if (!confirm) throw new Failure(`${what} There is no terminal to ask on: give --yes.`, 2);
  if (!(await confirm(`${what} Go on? [y/N] `))) throw new Failure('Nothing was done.');
}
