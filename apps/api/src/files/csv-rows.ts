import { stringify } from 'csv-stringify/sync';
import { escapeFormula } from './spreadsheet-text.ts';

/** What a cell can be. Numbers stay numbers, also negative ones; null is an empty cell. */
export type Cell = string | number | Date | null | undefined;

/** The columns of a file: the name in its header, and the cell of a row. */
export type Columns<R> = Readonly<Record<string, (row: R) => Cell>>;

// The library quotes only the line break that it writes.
const format = { record_delimiter: 'windows', quoted_match: /[\r\n]/ } as const;

/** The header of a CSV. */
export const csvHeader = (columns: Columns<never>): string => stringify([Object.keys(columns)], format);

/** Rows of a CSV (RFC 4180): times in ISO 8601, and no text that a spreadsheet would run. */
export function csvRows<R>(columns: Columns<R>, rows: readonly R[]): string {
  const cells = Object.values(columns);
  return stringify(
    rows.map((row) => cells.map((cellOf) => textOf(cellOf(row)))),
    format,
  );
}

function textOf(cell: Cell): string | null {
  if (cell === null || cell === undefined) return null;
  if (typeof cell === 'string') return escapeFormula(cell);
  return typeof cell === 'number' ? String(cell) : cell.toISOString();
}
