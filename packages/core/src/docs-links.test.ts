import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const repository = join(import.meta.dirname, '../../..');
const pages = globSync(['*.md', 'docs/**/*.md', 'samples/*.md', 'packages/*/README.md'], { cwd: repository });

test.each(pages)('every relative link of %s leads to a file or folder', (page) => {
  const text = readFileSync(join(repository, page), 'utf8');
  const links = [...text.matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)].flatMap(([, link]) => link ?? []);
  expect(links.filter((link) => !existsSync(join(repository, dirname(page), link)))).toEqual([]);
});

test.each(pages)('every script that %s runs by npm is one of the root', (page) => {
  const manifest = readFileSync(join(repository, 'package.json'), 'utf8');
  const { scripts } = JSON.parse(manifest) as { scripts: Record<string, string> };
  const named = [...readFileSync(join(repository, page), 'utf8').matchAll(/npm run ([\w:-]+)/g)];
  expect(named.flatMap(([, name]) => name ?? []).filter((name) => !(name in scripts))).toEqual([]);
});
