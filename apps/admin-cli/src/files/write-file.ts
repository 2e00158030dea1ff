import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Failure } from '../failure.ts';

/** A file that gets its name when it is complete. */
export type NewFile = {
  /** Writes the parts, gzipped for a name that ends in `.gz`, and gives the file its name. */
  write: (parts: AsyncIterable<Buffer>) => Promise<void>;
  /** Removes what was written, if the file has no name yet. */
  discard: () => Promise<void>;
};

const reasons: Record<string, string> = {
  ENOENT: 'there is no such folder',
  EACCES: 'it may not be written',
  EROFS: 'it may not be written',
  ENOTDIR: 'there is no such folder',
  ENOSPC: 'the disk is full',
  EISDIR: 'it is a folder',
  ENOTEMPTY: 'it is a folder',
  EEXIST: 'it is a folder',
};

/**
 * Begins a file under another name in its folder.
 *
 * @throws Failure when it can't be written
 */
export async function beginFile(name: string): Promise<NewFile> {
  const partial = join(dirname(name), `.${basename(name)}.${randomUUID().slice(0, 8)}.partial`);
  const failure = (error: unknown): unknown => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return code in reasons ? new Failure(`${name} cannot be written: ${reasons[code]}.`) : error;
  };
  const file = createWriteStream(partial, { flags: 'wx', flush: true });
  try {
    await once(file, 'open');
  } catch (error) {
    throw failure(error);
  }
  const discard = async () => {
    file.destroy();
    await rm(partial, { force: true });
  };
  return {
    async write(parts) {
      try {
        await (name.endsWith('.gz') ? pipeline(parts, createGzip(), file) : pipeline(parts, file));
        await rename(partial, name);
      } catch (error) {
        throw failure(error);
      }
    },
    discard,
  };
}
