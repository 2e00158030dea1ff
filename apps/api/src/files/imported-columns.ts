import { stockColumns } from './exported-columns.ts';
import { unescapeFormula } from './spreadsheet-text.ts';

/** What a column of an imported file holds. @throws CellFault when a cell is not that */
type ReadCell = (text: string) => unknown;

/** Why a cell can't be read. */
export class CellFault extends Error {
  override readonly name = 'CellFault';
}

/** The columns of a file that is imported. */
export type ImportedColumns = {
  columns: Readonly<Record<string, ReadCell>>;
  /** Those that must be in the header. */
  required: readonly string[];
  /** Those that may be in the header, and are not read. */
  ignored: readonly string[];
};

const text: ReadCell = (cell) => unescapeFormula(cell);

const integer =
  (what: string): ReadCell =>
  (cell) => {
    if (/^\d{1,15}$/.test(cell)) return Number(cell);
    throw new CellFault(`must be a whole number${what}, with digits alone`);
  };

const json: ReadCell = (cell) => {
  try {
    return JSON.parse(cell) as unknown;
  } catch {
    throw new CellFault('must be JSON, such as {"color":"blue"}');
  }
};

/** The columns of products. `priceAmount` is in minor units of `currency`. */
export const productColumns: ImportedColumns = {
  columns: {
    sku: text,
    name: text,
    priceAmount: integer(' of minor units, such as 1250 for 12.50'),
    currency: text,
    description: text,
    imageUrl: text,
    metadata: json,
  },
  required: ['sku'],
  ignored: [],
};

/** The columns of counted stock. Those of an exported stock may stand in the file, too. */
export const countColumns: ImportedColumns = {
  columns: { sku: text, countedQty: integer(' of units'), expectedShelfQty: integer(' of units'), reason: text },
  required: ['sku', 'countedQty'],
  ignored: Object.keys(stockColumns).filter((name) => name !== 'sku'),
};
