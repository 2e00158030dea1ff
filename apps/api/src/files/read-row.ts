import { FileFault } from './file-fault.ts';
import { CellFault, type ImportedColumns } from './imported-columns.ts';
import { unescapeFormula } from './spreadsheet-text.ts';

type Cells = readonly string[];

/** Reads the rows below a header. */
export type RowReader = {
  /** A row as the core takes it, or why it can't be read. An empty cell is not given. */
  read: (cells: Cells) => { row: Record<string, unknown> } | { fault: string };
  /** The SKU of a row that may be broken; null where none is readable. */
  skuOf: (cells: Cells) => string | null;
};

const skuLengthMax = 100;

/**
 * Returns a reader of the rows below a header.
 * @throws FileFault when the header lacks a column, or has an unknown one or one twice
 */
export function rowReader(header: Cells, { columns, required, ignored }: ImportedColumns): RowReader {
  const names = header.map((name) => name.trim());
  const known = Object.keys(columns);
  const unknown = names.filter((name) => !known.includes(name) && !ignored.includes(name));
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  const missing = required.filter((name) => !names.includes(name));
  const there = `the columns are ${known.join(', ')}`;
  if (unknown.length > 0) throw new FileFault(1, `there is no column ${shown(unknown)}; ${there}`);
  if (twice.length > 0) throw new FileFault(1, `the column ${shown(twice)} stands there twice`);
  if (missing.length > 0) throw new FileFault(1, `the column ${shown(missing)} is missing; ${there}`);
  if (!names.some((name) => known.includes(name) && name !== 'sku'))
    throw new FileFault(1, `there is nothing to change beside the sku; ${there}`);
  const readers = names.map((name) => [name, columns[name]] as const);
  const read: RowReader['read'] = (cells) => {
    if (cells.length !== names.length)
      return { fault: `the row has ${cells.length} cells, and the header ${names.length}` };
    const row: Record<string, unknown> = {};
    for (const [index, [name, read]] of readers.entries()) {
      const cell = cells[index]?.trim() ?? '';
      if (cell === '' || !read) continue;
      try {
        row[name] = read(cell);
      } catch (error) {
        if (error instanceof CellFault) return { fault: `${name}: ${error.message}` };
        throw error;
      }
    }
    return { row };
  };
  const place = { column: names.indexOf('sku'), columns: names.length };
  return { read, skuOf: (cells) => skuAt(cells, place) };
}

function skuAt(cells: Cells, { column, columns }: { column: number; columns: number }): string | null {
  // In a row with too many or too few cells, all but the first one may stand in the column of another.
  if (cells.length !== columns && column > 0) return null;
  const sku = unescapeFormula(cells[column]?.trim() ?? '').trim();
  return sku !== '' && sku.length <= skuLengthMax ? sku : null;
}

const shown = (names: readonly string[]): string =>
  names
    .slice(0, 10)
    .map((name) => JSON.stringify(name.slice(0, 40)))
    .join(', ');
