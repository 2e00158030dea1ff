import { pipeline, Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import { createGunzip } from 'node:zlib';
import { CommerceError } from '@commerce-core/core';
import { FileFault } from './file-fault.ts';

type Bytes = AsyncIterable<Buffer>;

/**
 * Returns a decoder for the name of an encoding, such as windows-1252 or euc-kr, which refuses bytes that are not of
 * it.
 * @throws validation_failed when there is no such encoding
 */
function decoderOf(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch {
    const message = 'must be the name of an encoding, such as utf-8, windows-1252, shift_jis or euc-kr';
    throw new CommerceError('validation_failed', `encoding: ${message}`, { issues: [{ path: 'encoding', message }] });
  }
}

/**
 * Decodes a file. A gzipped one is known by its first bytes, UTF-8 and UTF-16 by their byte order mark. Without a mark,
 * the file has the given encoding, or UTF-8.
 * @throws validation_failed when there is no such encoding
 * @throws FileFault when the bytes are not of the encoding, or the gzip data are damaged
 */
export async function* fileText(bytes: Bytes, encoding = 'utf-8'): AsyncGenerator<string, void> {
  // Refused before a byte is read.
  decoderOf(encoding);
  const first = await peek(bytes, 2);
  const isGzip = first.start[0] === 0x1f && first.start[1] === 0x8b;
  const { start, whole } = await peek(isGzip ? unzipped(first.whole) : first.whole, 3);
  yield* decoded(whole, decoderOf(markedEncoding(start) ?? encoding));
}

function markedEncoding(start: Buffer): string | undefined {
  const hex = start.toString('hex');
  if (hex === 'efbbbf') return 'utf-8';
  return hex.startsWith('fffe') ? 'utf-16le' : hex.startsWith('feff') ? 'utf-16be' : undefined;
}

/** Reads the first bytes. Returns them, and a stream that still has them. */
async function peek(bytes: Bytes, length: number): Promise<{ start: Buffer; whole: Bytes }> {
  const chunks = bytes[Symbol.asyncIterator]();
  let start: Buffer = Buffer.alloc(0);
  while (start.length < length) {
    const next = await chunks.next();
    if (next.done) break;
    start = Buffer.concat([start, next.value]);
  }
  const whole = async function* () {
    try {
      yield start;
      yield* { [Symbol.asyncIterator]: () => chunks };
    } finally {
      await chunks.return?.();
    }
  };
  return { start: start.subarray(0, length), whole: whole() };
}

async function* unzipped(bytes: Bytes): AsyncGenerator<Buffer, void> {
  const unzip = createGunzip();
  // An error of the source destroys the unzipping, and the loop throws it.
  pipeline(Readable.from(bytes), unzip, () => undefined);
  try {
    for await (const chunk of unzip) yield chunk as Buffer;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (!code.startsWith('Z_')) throw cause;
    const how = code === 'Z_BUF_ERROR' ? 'end too early' : 'are damaged';
    throw new FileFault(null, `the gzip data ${how}`, { cause });
  }
}

async function* decoded(bytes: Bytes, decoder: TextDecoder): AsyncGenerator<string, void> {
  let line = 1;
  for await (const chunk of bytes) {
    const text = decodeOr(decoder, chunk, () => line + linesBeforeFault(chunk, decoder.encoding, line === 1));
    yield text;
    line += text.split('\n').length - 1;
  }
  yield decodeOr(decoder, undefined, () => line);
}

function decodeOr(decoder: TextDecoder, chunk: Buffer | undefined, lineOfFault: () => number): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch (cause) {
    const hint = decoder.encoding === 'utf-8' ? '; name the encoding of the file, such as windows-1252' : '';
    throw new FileFault(lineOfFault(), `the text is not ${decoder.encoding}${hint}`, { cause });
  }
}

/** How many lines of a chunk precede the one with a fault. The first line may begin in the chunk before. */
function linesBeforeFault(chunk: Buffer, encoding: string, isFirst: boolean): number {
  if (encoding.startsWith('utf-16')) return 0;
  const decoder = new TextDecoder(encoding, { fatal: true });
  for (let lines = 0, start = 0; start < chunk.length; lines += 1) {
    const end = chunk.indexOf(0x0a, start) + 1 || chunk.length;
    try {
      decoder.decode(chunk.subarray(start, end));
    } catch {
      if (lines > 0 || isFirst) return lines;
    }
    start = end;
  }
  return 0;
}
