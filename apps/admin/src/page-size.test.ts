import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { buildPage } from '../build/build-page.ts';

let folder: string;

beforeAll(async () => {
  ({ folder } = await buildPage());
});

test('all files of the page have at most 150 kB in all, gzipped', () => {
  const files = ['index.html', ...readdirSync(join(folder, 'assets')).map((name) => `assets/${name}`)];
  const bytes = files.map((name) => gzipSync(readFileSync(join(folder, name)), { level: 9 }).length);
  expect(files.length).toBeGreaterThanOrEqual(3);
  expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(150 * 1024);
});

test('the page has no script or style of its own text, and names no other server', () => {
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  expect(page).toMatch(/<script type="module" crossorigin src="\/admin\/assets\/[\w-]+\.js"><\/script>/);
  expect(page).not.toMatch(/<style|style=|https?:|<script(?![^>]* src=)/);
});

test('the page is built once for its sources', async () => {
  expect(await buildPage()).toEqual({ folder, isNew: false });
});
