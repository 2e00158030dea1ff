import { FileFault } from './file-fault.ts';
import { CellFault, type ImportedColumns } from './imported-columns.ts';

/** A row of an imported file as the core takes it, or why it can't be read. */
export type ReadRow = (cells: readonly string[]) => { row: Record<string, unknown> } | { fault: string };

/**
 * Returns a function that reads the rows below a header. An empty cell is not given.
 * @throws FileFault when the header lacks a column, or has an unknown one or one twice
 */
export function rowReader(header: readonly string[], { columns, required, ignored }: ImportedColumns): ReadRow {
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
  return (cells) => {
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
}

const shown = (names: readonly string[]): string =>
  names
    .slice(0, 10)
    .map((name) => JSON.stringify(name.slice(0, 40)))
    .join(', ');
