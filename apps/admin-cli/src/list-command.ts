import type { Client } from '@commerce-core/client';
import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { addCommand, positiveInteger, type JsonOption } from './command.ts';
import { connect } from './connection.ts';
import { printPage } from './output.ts';
import { readPages, type PageReader, type WantedPages } from './read-pages.ts';
import type { Column } from './table.ts';

export type ListCommand<T, O extends object> = {
  /** The command's name and arguments, as commander writes them. */
  usage: string;
  summary: string;
  examples: readonly string[];
  /** Adds the options that narrow the list. */
  addFilters?: (command: Command) => Command;
  /**
   * Prepares the reading of pages: `options` has what the user gave, `args` the command's arguments. An option that was
   * not given is undefined, which the API takes for no filter.
   */
  reader: (client: Client, options: O, ...args: string[]) => PageReader<T> | Promise<PageReader<T>>;
  columns: readonly Column<T>[];
  /** Printed to standard error when the list is empty. */
  empty: string;
};

/** Adds a command that prints a list, page by page, with `--limit`, `--all`, `--cursor` and `--json`. */
export function addListCommand<T, O extends object>(
  group: Command,
  context: CommandContext,
  { usage, summary, examples, addFilters = (command) => command, reader, columns, empty }: ListCommand<T, O>,
): void {
  addFilters(addCommand(group, usage, summary, examples))
    .option('--limit <n>', 'how many to print', positiveInteger, 20)
    .option('--all', 'print all of them')
    .option('--cursor <cursor>', 'continue where the last list ended')
    .action(async (...given: unknown[]) => {
      // commander passes the arguments, then the options, then the command itself.
      const args = given.slice(0, -2) as string[];
      const options = given.at(-2) as JsonOption & WantedPages & O;
      const { client } = connect(context);
      const page = await readPages(await reader(client, options, ...args), options);
      printPage(context, page, options, columns, empty);
    });
}
