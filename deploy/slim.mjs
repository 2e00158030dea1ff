// slim FOLDER: makes what `pnpm deploy` has written fit to run and small. The shop's own packages get the exports that
// they are published with, and what Node.js never loads is removed: types, source maps, docs, TypeScript itself.
import { lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const folder = process.argv[2];
if (folder === undefined) throw new Error('slim needs a folder');

const unused = [/\.d\.[cm]?ts$/, /\.tsbuildinfo$/, /\.map$/, /\.md$/i, /\.markdown$/, /^CHANGELOG/i, /\.flow$/];
const unusedPackages = [/^typescript@/, /^@typescript\+/, /^@types\+/];

function slim(path) {
  for (const name of readdirSync(path)) {
    const inside = join(path, name);
    const stats = lstatSync(inside);
    if (stats.isSymbolicLink()) continue;
    if (stats.isDirectory()) {
      if (basename(path) === '.pnpm' && unusedPackages.some((one) => one.test(name)))
        rmSync(inside, { recursive: true });
      else slim(inside);
    } else if (name === 'package.json' && basename(dirname(path)) === '@commerce-core') publish(inside);
    else if (unused.some((one) => one.test(name))) rmSync(inside);
  }
}

function publish(file) {
  const { publishConfig: { exports } = {}, ...manifest } = JSON.parse(readFileSync(file, 'utf8'));
  if (exports !== undefined) writeFileSync(file, JSON.stringify({ ...manifest, exports }, undefined, 2));
}

slim(folder);
