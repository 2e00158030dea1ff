import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('..', import.meta.url));
const dist = join(folder, 'dist');
/** The hash of what the built files were built from. */
const note = join(dist, '.built');

// The page's program has the typed client in it. What the lockfile names is the rest.
const sources = [
  'index.html',
  'icon.svg',
  'vite.config.ts',
  'src/**/*',
  'build/*.ts',
  '../api/src/{client,credentials}.ts',
  '../../pnpm-lock.yaml',
];

/**
 * Builds the page's files into `dist`, in about two seconds, unless they were built from the same sources before.
 * @returns the folder, and whether it was built now
 */
export async function buildPage(): Promise<{ folder: string; isNew: boolean }> {
  const wanted = hashOfSources();
  if (readIfThere(note) === wanted) return { folder: dist, isNew: false };
  // Loaded only when there is something to build.
  const { build } = await import('vite');
  // React has another program for development and tests, where the process that builds may be.
  const { NODE_ENV } = process.env;
  process.env['NODE_ENV'] = 'production';
  await build({ root: folder, logLevel: 'error', configFile: join(folder, 'vite.config.ts') }).finally(() => {
    if (NODE_ENV === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = NODE_ENV;
  });
  writeFileSync(note, wanted);
  return { folder: dist, isNew: true };
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  const files = globSync(sources, { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const path of files.map(({ parentPath, name }) => join(parentPath, name)).toSorted())
    hash.update(path.slice(folder.length)).update('\0').update(readFileSync(path));
  return hash.digest('hex');
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
