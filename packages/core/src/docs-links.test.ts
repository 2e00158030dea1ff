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

/** The anchors of a page's headings, as GitHub makes them. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

test.each(pages)('every link of %s to a heading leads to one', (page) => {
  const text = readFileSync(join(repository, page), 'utf8');
  const links = [...text.matchAll(/\]\((?!\w+:)([^)#\s]*)#([^)\s]+)\)/g)];
  const broken = links.filter(([, path, anchor = '']) => {
    const target = path ? join(repository, dirname(page), path) : join(repository, page);
    return target.endsWith('.md') && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor);
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});

test.each(pages)('no line of a diagram of %s has a semicolon, which would end its statement', (page) => {
  const diagrams = [...readFileSync(join(repository, page), 'utf8').matchAll(/```mermaid\n(.*?)```/gs)];
  const lines = diagrams.flatMap(([, diagram = '']) => diagram.split('\n'));
  expect(lines.filter((line) => line.includes(';'))).toEqual([]);
});

test.each(pages)('every script that %s runs by npm is one of the root', (page) => {
  const manifest = readFileSync(join(repository, 'package.json'), 'utf8');
  const { scripts } = JSON.parse(manifest) as { scripts: Record<string, string> };
  const named = [...readFileSync(join(repository, page), 'utf8').matchAll(/npm run ([\w:-]+)/g)];
  expect(named.flatMap(([, name]) => name ?? []).filter((name) => !(name in scripts))).toEqual([]);
});
