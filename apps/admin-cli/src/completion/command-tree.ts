import type { Command } from 'commander';

export type Word = { word: string; summary: string };

/** A command with the words that can follow it. */
export type Node = {
  /** The words before, with a space before each; empty for `commerce` itself. */
  path: string;
  /** Its commands, or the choices of its first argument. */
  words: Word[];
  options: Word[];
  /** The values of options that have a list of them. */
  values: { option: string; values: readonly string[] }[];
};

/** The commands of a program, each with what can follow it. */
export function commandTree(command: Command, path = ''): Node[] {
  const { options } = command;
  const node: Node = {
    path,
    words: [
      ...command.commands.map((one) => ({ word: one.name(), summary: one.description() })),
      ...(command.registeredArguments[0]?.argChoices ?? []).map((word) => ({ word, summary: '' })),
    ],
    options: [
      ...options.map(({ long, description }) => ({ word: String(long), summary: description })),
      { word: '--help', summary: 'display help for command' },
    ],
    values: options.flatMap(({ long, argChoices }) =>
      argChoices ? [{ option: String(long), values: argChoices }] : [],
    ),
  };
  return [node, ...command.commands.flatMap((one) => commandTree(one, `${path} ${one.name()}`))];
}
