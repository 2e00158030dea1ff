import { readFileSync } from 'node:fs';
import { procedurePaths } from '@commerce-core/api/testing';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { processContext } from './command-context.ts';
import { createProgram } from './program.ts';

const page = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^\| `([a-z -]+)` +\| (.+?) +\|$/gm)].map(([, name = '', json = '']) => ({
  name,
  json,
}));

const leaves = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
const nameOf = (command: Command): string =>
  command.parent?.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();

test('docs/cli.md says of each command what its JSON is', async () => {
  const names = leaves(await createProgram(processContext())).map(nameOf);
  expect(rows.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
});

test('each procedure that docs/cli.md names is one of the API', () => {
  const named = rows.flatMap(({ json }) => /^`(\w+\.\w+)`$/.exec(json)?.[1] ?? []);
  expect(named.length).toBeGreaterThan(80);
  expect(procedurePaths()).toEqual(expect.arrayContaining(named));
});
