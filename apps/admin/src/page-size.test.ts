import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { buildPage } from '../build/build-page.ts';

let folder: string;

beforeAll(async () => {
  ({ folder } = await buildPage());
});

const gzippedBytes = (names: readonly string[]): number =>
  names
    .map((name) => gzipSync(readFileSync(join(folder, name)), { level: 9 }).length)
    .reduce((sum, bytes) => sum + bytes, 0);

/** Scripts with all that the browser loads before it runs them. */
function withImports(names: readonly string[]): string[] {
  const found = new Set(names);
  for (const name of found) {
    const text = readFileSync(join(folder, name), 'utf8');
    for (const [, imported] of text.matchAll(/(?:from|^import|;import)"\.\/([\w.-]+\.js)"/g))
      found.add(`assets/${imported}`);
  }
  return [...found];
}

test('the first view of the page loads at most 150 kB, gzipped, and each further desk a file of at most 25 kB', () => {
  const files = readdirSync(join(folder, 'assets')).map((name) => `assets/${name}`);
  const firstScripts = withImports(files.filter((name) => name.startsWith('assets/index-')));
  const desks = files.filter((name) => name.endsWith('.js') && !firstScripts.includes(name));
  const first = files.filter((name) => !desks.includes(name));
  expect(desks.length).toBeGreaterThanOrEqual(7);
  expect(gzippedBytes(['index.html', ...first])).toBeLessThan(150 * 1024);
  for (const desk of desks) expect(gzippedBytes([desk]), desk).toBeLessThan(25 * 1024);
});

test('the page has no script or style of its own text, and names no other server', () => {
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  expect(page).toMatch(/<script type="module" crossorigin src="\/admin\/assets\/[\w-]+\.js"><\/script>/);
  expect(page).not.toMatch(/<style|style=|https?:|<script(?![^>]* src=)/);
});

test('the page is built once for its sources', async () => {
  expect(await buildPage()).toEqual({ folder, isNew: false });
});
