import { Readable, type Transform } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { pipeline } from 'node:stream/promises';
import type { JsonOption } from '../command.ts';
import type { CommandContext } from '../command-context.ts';
import { Failure } from '../failure.ts';
import { print } from '../output.ts';
import { countRows, type FileFormat } from './count-rows.ts';
import { fileRequest } from './file-request.ts';
import { showCount } from './show-count.ts';
import { beginFile } from './write-file.ts';

export type ExportOptions = JsonOption & { format?: FileFormat; out?: string };

/**
 * Reads an export of the shop into a file, or to standard output. The file gets its name when it is complete.
 *
 * @throws Failure when the export breaks off, or the file can't be written
 */
export async function exportFile(
  context: CommandContext,
  noun: 'orders' | 'stock',
  filters: Readonly<Record<string, string | number | boolean | undefined>>,
  options: ExportOptions,
): Promise<void> {
  const { out, json } = options;
  if (json && out === undefined) throw new Failure('--json says what was written to a file: give --out FILE, too.', 2);
  const format = options.format ?? (/\.jsonl(\.gz)?$/.test(out ?? '') ? 'jsonl' : 'csv');
  const file = out === undefined ? undefined : await beginFile(out);
  const interrupted = new AbortController();
  const stopListening = context.onInterrupt(() => interrupted.abort());
  const shown = showCount(out === undefined ? { ...context.stderr, isTTY: false } : context.stderr, 'rows');
  let rows = 0;
  const counting = countRows(format, (count) => shown.update((rows = count)));
  try {
    const { signal } = interrupted;
    const { body } = await fileRequest(context, `export/${noun}.${format}`, filters, { signal });
    const parts = takeParts(body as ReadableStream<Uint8Array> | null, counting, () => rows);
    if (file) await file.write(parts);
    else await pipeline(parts, context.stdout, { end: false });
  } catch (error) {
    throw interrupted.signal.aborted ? new Failure('The export was interrupted, and no file was written.') : error;
  } finally {
    stopListening();
    shown.stop();
    await file?.discard();
  }
  if (out !== undefined)
    print(context, { file: out, format, rows }, { ...(json && { json }) }, () => `${out}: ${rows} rows`);
}

async function* takeParts(
  body: ReadableStream<Uint8Array> | null,
  counting: Transform,
  rowsSoFar: () => number,
): AsyncGenerator<Buffer> {
  if (!body) return;
  const counted = pipeline(Readable.fromWeb(body), counting).catch((cause: unknown) => cause);
  try {
    for await (const part of counting) yield part as Buffer;
  } catch (cause) {
    const before = `The shop broke the export off after ${rowsSoFar()} rows`;
    throw new Failure(`${before}: what there is of it is not complete. Run the command again.`, 1, { cause });
  } finally {
    counting.destroy();
    await counted;
  }
}
