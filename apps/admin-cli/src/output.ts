import type { JsonOption } from './command.ts';
import type { Page } from './read-pages.ts';
import type { CommandContext } from './command-context.ts';
import { screenOf } from './command-context.ts';
import type { Column, Screen } from './table.ts';
import { renderTable } from './table.ts';

/** Prints a result: as JSON with `--json`, otherwise the text that `text` returns. */
export function print(
  { stdout }: CommandContext,
  answer: unknown,
  { json }: JsonOption,
  text: (screen: Screen) => string,
): void {
  stdout.write(`${json ? JSON.stringify(answer, null, 2) : text(screenOf(stdout))}\n`);
}

/** Prints a page of a list. Notes about the list go to standard error. */
export function printPage<T>(
  context: CommandContext,
  page: Page<T>,
  options: JsonOption,
  columns: readonly Column<T>[],
  nothing: string,
): void {
  if (!options.json && page.items.length === 0) {
    note(context, nothing);
    return;
  }
  print(context, page, options, (screen) => renderTable(page.items, columns, screen));
  if (!options.json && page.nextCursor !== null)
    note(context, `There are more: use --all, or --cursor ${page.nextCursor}`);
}

/** Prints a note for people to standard error, so that the result on standard output stays clean. */
export function note({ stderr }: CommandContext, text: string): void {
  stderr.write(`${text}\n`);
}

/** Formats a time of the API, to the second, in UTC: as `parseTime` reads it, so that it can be copied. */
export function formatTime(time: string): string {
  return `${time.slice(0, 19)}Z`;
}
