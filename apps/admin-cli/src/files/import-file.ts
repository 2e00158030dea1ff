import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { JsonOption } from '../command.ts';
import type { CommandContext } from '../command-context.ts';
import { Failure } from '../failure.ts';
import { print } from '../output.ts';
import { startProgress } from '../replay/progress.ts';
import { renderRecord, renderTable, type Column, type Screen } from '../table.ts';
import { fileRequest } from './file-request.ts';
import { showCount } from './show-count.ts';

export type ImportOptions = JsonOption & { dryRun?: true; encoding?: string; reason?: string };

type RowError = { line: number; sku: string | null; code: string; message: string };
type Report = {
  dryRun: boolean;
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
  errors: RowError[];
};

/**
 * Sends a CSV to the shop and prints what the shop has done with it. The exit code is 1 when rows have failed.
 *
 * @throws Failure when the file can't be read
 */
export async function importFile(
  context: CommandContext,
  noun: 'products' | 'stock',
  file: string,
  { json, ...query }: ImportOptions,
): Promise<void> {
  const { bytes, size } = await openFile(context, file);
  const progress = showProgress(context, size);
  const body = Readable.toWeb(Readable.from(counted(bytes, progress.update))) as ReadableStream<Uint8Array>;
  const response = await fileRequest(context, `import/${noun}.csv`, query, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    // The types of Node.js and of the DOM differ.
    body: body as unknown as RequestInit['body'],
    duplex: 'half',
  }).finally(progress.stop);
  const report = (await response.json()) as Report;
  print(context, report, { ...(json && { json }) }, (screen) => renderReport(report, screen));
  if (report.failed > 0) context.exitCode = 1;
}

async function openFile(
  context: CommandContext,
  file: string,
): Promise<{ bytes: AsyncIterable<Buffer>; size?: number }> {
  if (file === '-') return { bytes: context.openStdin() as AsyncIterable<Buffer> };
  try {
    const stats = await stat(file);
    if (stats.isDirectory()) throw new Failure(`${file} is a folder.`, 2);
    return { bytes: createReadStream(file), ...(stats.isFile() && { size: stats.size }) };
  } catch (error) {
    if (error instanceof Failure) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    throw new Failure(code === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read.`, 2);
  }
}

const kilobyte = 1_000;

function showProgress({ stderr }: CommandContext, size: number | undefined) {
  const none = new AbortController().signal;
  const shown =
    size !== undefined && stderr.isTTY
      ? startProgress(stderr, 'kB', Math.ceil(size / kilobyte), none)
      : showCount(stderr, 'kB');
  return { update: (bytes: number) => shown.update(Math.ceil(bytes / kilobyte)), stop: () => shown.stop() };
}

async function* counted(bytes: AsyncIterable<Buffer>, onBytes: (count: number) => void): AsyncGenerator<Buffer> {
  let count = 0;
  for await (const chunk of bytes) {
    yield chunk;
    onBytes((count += chunk.length));
  }
}

const errorColumns: Column<RowError>[] = [
  { head: 'LINE', value: ({ line }) => String(line), align: 'right' },
  { head: 'SKU', value: ({ sku }) => sku ?? '', wraps: true },
  { head: 'WHY', value: ({ message }) => message, wraps: true },
];

function renderReport({ dryRun, errors, ...counts }: Report, screen: Screen): string {
  const { rows, created, updated, unchanged, failed } = counts;
  const record = renderRecord(
    [
      ['rows', String(rows)],
      [dryRun ? 'to create' : 'created', String(created)],
      [dryRun ? 'to update' : 'updated', String(updated)],
      ['unchanged', String(unchanged)],
      ['failed', String(failed)],
    ],
    screen,
  );
  const more = failed > errors.length ? [`and ${failed - errors.length} more`] : [];
  return [record, ...(errors.length > 0 ? ['', renderTable(errors, errorColumns, screen)] : []), ...more].join('\n');
}
