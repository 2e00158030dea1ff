import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { variableNames } from './env.ts';

const clone = fileURLToPath(new URL('../../../..', import.meta.url));
const read = (file: string): string => readFileSync(join(clone, file), 'utf8');
const units = globSync('deploy/systemd/*.service', { cwd: clone });
const manifests = globSync('deploy/kubernetes/*.yaml', { cwd: clone });
const image = read('Dockerfile');

/** Variables of Node.js itself. */
const ofNode = ['NODE_ENV', 'NODE_COMPILE_CACHE'];

test('each variable that a file for deployment sets is one that the API reads', () => {
  const set = [
    ...[...image.matchAll(/^ENV (.*)$/gm)].flatMap(([, line]) => [...String(line).matchAll(/(\w+)=/g)]),
    ...units
      .flatMap((file) => [...read(file).matchAll(/^Environment=(.*)$/gm)])
      .flatMap(([, line]) => [...String(line).matchAll(/(\w+)=/g)]),
    ...manifests.flatMap((file) => [...read(file).matchAll(/name: ([A-Z_]+), value:/g)]),
  ].map(([, name]) => name);
  expect(set.length).toBeGreaterThan(6);
  expect(set.filter((name) => ![...variableNames, ...ofNode, 'CI'].includes(String(name)))).toEqual([]);
});

test('each program that a file for deployment runs exists', () => {
  const texts = [image, read('docs/production.md'), ...[...units, ...manifests].map(read)];
  const paths = texts.flatMap((text) =>
    [...text.matchAll(/(?:dist|apps\/api\/src)\/([\w/-]+)\.[jt]s/g)].map(([, path]) => path),
  );
  const programs = globSync('apps/api/src/{.,programs}/*.{js,ts}', { cwd: clone }).map((file) =>
    file.replace(/^apps\/api\/src\//, '').replace(/\.[jt]s$/, ''),
  );
  expect(paths.length).toBeGreaterThan(6);
  expect(paths.filter((path) => !programs.includes(String(path)))).toEqual([]);
});
