import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { irreversible } from './terminal/irreversible.ts';

export type JsonOption = { json?: true };

const firstExamples = new WeakMap<Command, string[]>();

/** Adds a group of commands. Its help shows the first example of each command. */
export function addGroup(program: Command, name: string, summary: string): Command {
  const examples: string[] = [];
  const group = program.command(name).description(summary);
  firstExamples.set(group, examples);
  return group.addHelpText('after', () => exampleText(examples));
}

/**
 * Adds a command with `--json` and examples in its help. `usage` is its name and arguments, as commander writes them.
 * `consequence` says what a command does that can't be undone, such as `Cancels the order`: it asks first.
 */
export function addCommand(
  parent: Command,
  usage: string,
  summary: string,
  examples: readonly string[],
  consequence?: string,
): Command {
  firstExamples.get(parent)?.push(...examples.slice(0, 1));
  const command = parent
    .command(usage)
    .description(summary)
    .option('--json', 'print JSON for programs')
    .addHelpText('after', exampleText(examples));
  return consequence === undefined ? command : irreversible(command, consequence);
}

function exampleText(examples: readonly string[]): string {
  return ['', 'Examples:', ...examples.map((example) => `  $ commerce ${example}`)].join('\n');
}

export function positiveInteger(text: string): number {
  const value = integer(text);
  if (value < 1) throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return value;
}

export function integer(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError('It must be a whole number of at least 0.');
  }
  return value;
}

/** Parses an address, without the slashes at its end. */
export function httpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return text.replace(/\/+$/, '');
  throw new InvalidArgumentError('It must be an address like http://127.0.0.1:3000.');
}

/** Units of a line of an order. */
export type LineUnits = { lineNo: number; quantity: number };

/** Parses `LINE:UNITS` for an option that may be given several times. */
export function addLine(text: string, others: LineUnits[] = []): LineUnits[] {
  const [, lineNo, units] = /^(\d+):(\d+)$/.exec(text) ?? [];
  if (lineNo === undefined || units === undefined) {
    throw new InvalidArgumentError('Write the number of a line and its units, for instance 1:2.');
  }
  return [...others, { lineNo: positiveInteger(lineNo), quantity: positiveInteger(units) }];
}
