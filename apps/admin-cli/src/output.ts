import type { JsonOption, Page } from './command.ts';
import type { Column } from './table.ts';
import { renderTable, screenWidth } from './table.ts';

/** Prints the answer: as JSON for programs, else as `text` makes it for people. */
export function print(answer: unknown, { json }: JsonOption, text: () => string): void {
  process.stdout.write(`${json ? JSON.stringify(answer, null, 2) : text()}\n`);
}

/** Prints a page of a list; what else there is to know of it goes to standard error. */
export function printPage<T>(page: Page<T>, options: JsonOption, columns: readonly Column<T>[], nothing: string): void {
  if (!options.json && page.items.length === 0) {
    note(nothing);
    return;
  }
  print(page, options, () => renderTable(page.items, columns, screenWidth()));
  if (!options.json && page.nextCursor !== null) note(`There are more: --all, or --cursor ${page.nextCursor}`);
}

/** Says something to whoever sits there, beside the answer. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A time as the API gives it, to the second, in UTC. */
export function formatTime(time: string): string {
  return `${time.slice(0, 19).replace('T', ' ')}Z`;
}
