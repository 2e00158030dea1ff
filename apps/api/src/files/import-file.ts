import { CommerceError, type ErrorCode, type Outcome } from '@commerce-core/core';
import type { CsvRecord } from './csv-records.ts';
import { FileFault } from './file-fault.ts';
import type { ImportedColumns } from './imported-columns.ts';
import { rowReader, type RowReader } from './read-row.ts';
import { SeenTexts } from './seen-texts.ts';

/** What was done with the rows of a file so far. */
export type ImportCounts = { rows: number; created: number; updated: number; unchanged: number; failed: number };

/** A row that was not taken. `line` is where it begins, from 1 with the header. */
export type RowError = { line: number; sku: string | null; code: ErrorCode; message: string };

/** What was done with a file. `errors` are those of the first 100 rows that failed. */
export type ImportReport = ImportCounts & { dryRun: boolean; errors: RowError[] };

type Row = Record<string, unknown>;
type Effect = 'created' | 'updated' | 'unchanged';

/** How the rows of a file are taken, up to 500 at once. */
export type TakeRows = (rows: readonly Row[]) => Promise<Outcome<Effect>[]>;

/** Rows that share a transaction. It locks the rows that it changes for some 50 ms. */
const batchSize = 500;
const rowsMax = 10_000_000;
const errorsMax = 100;

type Line = { line: number; sku: string | null } & ({ row: Row } | { fault: string });

/**
 * Imports the records of a file, batch by batch. Of rows with the same SKU the first one counts, and the others fail.
 * @throws malformed_file when the header is wrong, or the file can't be read from a place on; details.imported says
 * what was done before
 * @throws what `take` throws
 */
export async function importRecords(
  records: AsyncIterable<CsvRecord>,
  columns: ImportedColumns,
  take: TakeRows,
  report: ImportReport,
): Promise<void> {
  const seen = new SeenTexts();
  let reader: RowReader | undefined;
  let batch: Line[] = [];
  const flush = async () => {
    await takeBatch(batch, take, report);
    batch = [];
  };
  try {
    for await (const { line, cells } of records) {
      if (reader) batch.push(lineOf({ line, cells }, reader, seen));
      else reader = rowReader(cells, columns);
      if (batch.length >= batchSize) await flush();
      if (report.rows >= rowsMax) throw new FileFault(line, `a file may have at most ${rowsMax} rows`);
    }
    if (!reader) throw new FileFault(1, 'the file is empty');
    await flush();
  } catch (error) {
    throw error instanceof FileFault ? malformed(error, reader, report) : error;
  }
}

function lineOf({ line, cells }: CsvRecord, { read, skuOf }: RowReader, seen: SeenTexts): Line {
  const sku = skuOf(cells);
  const row = read(cells);
  if ('fault' in row || sku === null || seen.add(sku)) return { line, sku, ...row };
  return { line, sku, fault: 'sku: a row before has this sku, too; the first one counts' };
}

async function takeBatch(batch: readonly Line[], take: TakeRows, report: ImportReport): Promise<void> {
  const rows = batch.flatMap((each) => ('row' in each ? [each.row] : []));
  const outcomes = (rows.length > 0 ? await take(rows) : []).values();
  for (const { line, sku, ...each } of batch) {
    report.rows += 1;
    const outcome = 'row' in each ? outcomes.next().value : undefined;
    if (outcome?.ok) {
      report[outcome.value] += 1;
      continue;
    }
    report.failed += 1;
    if (report.errors.length >= errorsMax) continue;
    const fault = { code: 'validation_failed' as const, message: 'fault' in each ? each.fault : '' };
    const { code, message } = outcome ? outcome.error : fault;
    report.errors.push({ line, sku, code, message });
  }
}

function malformed(
  { line, message, cells }: FileFault,
  reader: RowReader | undefined,
  { dryRun: _, errors: __, ...imported }: ImportReport,
): CommerceError {
  const sku = reader?.skuOf(cells) ?? null;
  const places = [...(line === null ? [] : [`line ${line}`]), ...(sku === null ? [] : [`SKU ${sku}`])];
  const where = places.length === 0 ? '' : `${places.join(', ')}: `;
  return new CommerceError('malformed_file', `${where}${message}`, { line, sku, imported });
}
