import { Readable } from 'node:stream';
import { CsvError, parse, type Info, type Parser } from 'csv-parse';
import { FileFault } from './file-fault.ts';

/** A record of a CSV. `line` is the one on which it begins, from 1 with the header. */
export type CsvRecord = { line: number; cells: string[] };

// The longest row of products has 25,000 characters, of up to 4 bytes, and each may be an escaped quote.
const recordBytesMax = 256 * 1024;
const headerLengthMax = 4_096;
// A parser that is destroyed by a fault drops the records before it that were not read yet, the header among them.
const streamOptions = { autoDestroy: false };

/**
 * Reads the records of a CSV (RFC 4180), the header among them; empty lines are left out. The delimiter is the one of
 * the header: a comma, a semicolon or a tab.
 * @throws FileFault when a quotation mark is not closed or stands within a cell, or a record has more than 256 KiB
 */
export async function* csvRecords(text: AsyncIterable<string>): AsyncGenerator<CsvRecord, void> {
  const { delimiter, whole } = await findDelimiter(text);
  const parser = parse({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: recordBytesMax,
    info: true,
    ...streamOptions,
  });
  const source = Readable.from(whole).on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    for await (const read of parser) {
      const { record: cells, info } = read as { record: string[]; info: Info };
      yield { line: info.lines - lineBreaksIn(cells), cells };
    }
  } catch (error) {
    throw faultOf(error, cellsBefore(parser));
  } finally {
    source.destroy();
    parser.destroy();
  }
}

const lineBreaksIn = (cells: readonly string[]): number =>
  cells.reduce((sum, cell) => sum + (/[\r\n]/.test(cell) ? (cell.match(/\r\n|\r|\n/g)?.length ?? 0) : 0), 0);

async function findDelimiter(
  text: AsyncIterable<string>,
): Promise<{ delimiter: string; whole: AsyncIterable<string> }> {
  const parts = text[Symbol.asyncIterator]();
  let start = '';
  while (start.length <= headerLengthMax && !/[^\r\n][\r\n]/.test(start)) {
    const next = await parts.next();
    if (next.done) break;
    start += next.value;
  }
  const header = /^[\r\n]*([^\r\n]*)/.exec(start)?.[1] ?? '';
  if (header.length > headerLengthMax) throw new FileFault(1, `the header has more than ${headerLengthMax} characters`);
  const whole = async function* () {
    try {
      yield start;
      yield* { [Symbol.asyncIterator]: () => parts };
    } finally {
      await parts.return?.();
    }
  };
  return { delimiter: [',', ';', '\t'].find((each) => header.includes(each)) ?? ',', whole: whole() };
}

const faults: Record<string, string> = {
  CSV_QUOTE_NOT_CLOSED: 'a quotation mark is opened and never closed',
  CSV_INVALID_CLOSING_QUOTE: 'a quotation mark closes in the middle of a cell, or an earlier one is missing',
  INVALID_OPENING_QUOTE: 'a quotation mark stands in the middle of a cell; quote the cell, and double the mark',
  CSV_MAX_RECORD_SIZE: `the row has more than ${recordBytesMax / 1_024} KiB; an earlier quotation mark may be missing`,
};

/**
 * The cells of the row that a parser has begun. Its errors don't hold them; its option `cast`, which sees each cell,
 * takes six times as long.
 */
function cellsBefore(parser: Parser): string[] {
  const { state } = parser as { state?: { record?: unknown } };
  return Array.isArray(state?.record) ? state.record.map(String) : [];
}

function faultOf(error: unknown, cells: readonly string[]): unknown {
  if (!(error instanceof CsvError)) return error;
  const line = typeof error['lines'] === 'number' ? error['lines'] : null;
  return new FileFault(line, faults[error.code] ?? 'the row is not CSV', { cause: error, cells });
}
