import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Info } from 'csv-parse';
import { CsvError, parse } from 'csv-parse';
import { InputError } from './input-error.ts';

/** One line of the file, as text. `line` counts from 1, the header included. */
export type Row = {
  line: number;
  invoiceNo: string;
  stockCode: string;
  description: string;
  quantity: string;
  unitPrice: string;
  customerId: string;
  invoiceDate: string;
  country: string;
};

const columns = {
  InvoiceNo: 'invoiceNo',
  StockCode: 'stockCode',
  Description: 'description',
  Quantity: 'quantity',
  UnitPrice: 'unitPrice',
  CustomerID: 'customerId',
} as const;
const optionalColumns = { InvoiceDate: 'invoiceDate', Country: 'country' } as const;

// Without this limit a file without line breaks would be read into memory as one record.
const RECORD_BYTES_MAX = 1_000_000;

/**
 * Reads the rows of a CSV with the columns of UCI's "Online Retail", in any order; other columns are ignored. A gzipped
 * file is recognised by its content.
 *
 * @throws InputError when the file can't be read, lacks a column, is not UTF-8, or is damaged
 */
export async function* readRows(file: string): AsyncGenerator<Row> {
  const parser = parse({
    bom: true,
    columns: (header: string[]) => columnNames(header, file),
    skip_empty_lines: true,
    max_record_size: RECORD_BYTES_MAX,
    on_record: (record: Record<string, string>, { lines }: Info) => toRow(record, lines),
  });
  let empty = true;
  try {
    // An error of the stream destroys the parser and is thrown by the loop, so nothing has to be closed here.
    pipeline(await openText(file), utf8Only(file), parser, () => undefined);
    for await (const row of parser) {
      empty = false;
      yield row as Row;
    }
  } catch (error) {
    throw asInputError(error, file);
  }
  if (empty) throw new InputError(`${file} has no rows.`);
}

/** Reads the file's text and unzips it if it starts like gzip. The file is read once, so it may be a pipe. */
async function openText(file: string): Promise<Readable> {
  const chunks = createReadStream(file)[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let start: Buffer = Buffer.alloc(0);
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    start = Buffer.concat([start, next.value]);
    if (start.length >= 2) break;
  }
  const whole = Readable.from(
    (async function* () {
      yield start;
      yield* { [Symbol.asyncIterator]: () => chunks };
    })(),
    { objectMode: false },
  );
  const isGzip = start[0] === 0x1f && start[1] === 0x8b;
  return isGzip ? pipeline(whole, createGunzip(), () => undefined) : whole;
}

/** Passes text on unchanged. Bytes that are not UTF-8 end it: two SKUs could become one. */
function utf8Only(file: string) {
  return async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let line = 1;
    let rest: Buffer = Buffer.alloc(0);
    const checked = (bytes: Buffer): Buffer => {
      if (!isUtf8(bytes)) throw new InputError(`${file}, line ${line + lineOfFault(bytes)}: the text is not UTF-8.`);
      line += bytes.toString('latin1').split('\n').length - 1;
      return bytes;
    };
    for await (const chunk of chunks) {
      const bytes = Buffer.concat([rest, chunk]);
      // A chunk can end within a character, but not after a byte of ASCII.
      const end = bytes.findLastIndex((byte) => byte < 0x80) + 1;
      rest = bytes.subarray(end);
      if (end > 0) yield checked(bytes.subarray(0, end));
    }
    if (rest.length > 0) yield checked(rest);
  };
}

/** How many lines of a text precede the first one that is not UTF-8. */
function lineOfFault(bytes: Buffer): number {
  let lines = 0;
  for (let start = 0; ; lines += 1) {
    const end = bytes.indexOf('\n', start) + 1;
    if (end === 0 || !isUtf8(bytes.subarray(start, end))) return lines;
    start = end;
  }
}

function columnNames(header: string[], file: string): (string | undefined)[] {
  const names = header.map((name) => name.trim());
  const missing = Object.keys(columns).filter((name) => !names.includes(name));
  if (missing.length > 0) {
    const found = names.map((name) => JSON.stringify(name.slice(0, 40))).slice(0, 12);
    throw new InputError(`${file}, line 1: no column ${missing.join(', ')}; found ${found.join(', ')}.`);
  }
  const known: Record<string, string> = { ...columns, ...optionalColumns };
  // undefined leaves a column out; of two columns with one name, the first counts.
  return names.map((name, index) => (names.indexOf(name) === index ? known[name] : undefined));
}

function toRow(record: Record<string, string>, line: number): Row {
  const text = (name: string) => record[name] ?? '';
  return {
    line,
    invoiceNo: text('invoiceNo'),
    stockCode: text('stockCode'),
    description: text('description'),
    quantity: text('quantity'),
    unitPrice: text('unitPrice'),
    customerId: text('customerId'),
    invoiceDate: text('invoiceDate'),
    country: text('country'),
  };
}

const csvFaults: Record<string, string> = {
  CSV_RECORD_INCONSISTENT_COLUMNS: 'the row has more or fewer fields than the header',
  CSV_QUOTE_NOT_CLOSED: 'a quotation mark is opened and never closed',
  CSV_INVALID_CLOSING_QUOTE: 'a quotation mark closes in the middle of a field, or an earlier one is missing',
  INVALID_OPENING_QUOTE: 'a quotation mark stands in the middle of a field',
  CSV_MAX_RECORD_SIZE: 'the row is longer than a million bytes',
};

function asInputError(error: unknown, file: string): InputError {
  if (error instanceof InputError) return error;
  if (error instanceof CsvError) {
    const line = typeof error['lines'] === 'number' ? `, line ${error['lines']}` : '';
    return new InputError(`${file}${line}: ${csvFaults[error.code] ?? error.message}.`, { cause: error });
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known: Record<string, string> = {
    ENOENT: 'there is no such file',
    EACCES: 'it may not be read',
    EISDIR: 'it is a folder',
    Z_BUF_ERROR: 'its gzip data end too early',
    Z_DATA_ERROR: 'its gzip data are damaged',
  };
  const why = known[code] ?? (error instanceof Error ? error.message : String(error));
  return new InputError(`${file}: ${why}.`, { cause: error });
}
