import { accessSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a program is installed, in the PATH or in folders beside it; undefined if it isn't. */
export const findProgram = (name: string): string | undefined =>
  [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/sbin', '/usr/local/bin']
    .map((folder) => join(folder, name))
    .find(exists);

function exists(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}
