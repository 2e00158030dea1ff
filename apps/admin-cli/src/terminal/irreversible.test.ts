import { readFileSync } from 'node:fs';
import { mutationPaths } from '@commerce-core/api/testing';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { processContext } from '../command-context.ts';
import { isIrreversible } from './irreversible.ts';
import { readOnly, undoable } from './undoable.testing.ts';
import { createProgram } from '../program.ts';
import { runCommerce } from '../testing/run-commerce.ts';
import { useShop } from '../testing/shop.ts';

const shop = useShop();

const leaves = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
const pathOf = (command: Command): string[] => (command.parent ? [...pathOf(command.parent), command.name()] : []);

const program = await createProgram(processContext());
const asking = leaves(program).filter(isIrreversible);
const texts: Record<string, string> = { 'line=units': '1=1', decision: 'reject' };
const cases = asking.map((command) => {
  const args = command.registeredArguments.map((argument) => texts[argument.name()] ?? 'x');
  return [pathOf(command).join(' '), [...pathOf(command), ...args]] as const;
});

test('a command that sends money back, or ends or erases something, asks first', () => {
  const names = ['orders cancel', 'orders redact', 'refunds create', 'keys revoke', 'sessions end'];
  expect(cases.map(([name]) => name)).toEqual(
    expect.arrayContaining([...names, 'webhooks delete', 'returns exchange', 'returns refund-credit']),
  );
});

// docs/cli.md names the procedure of each command. Tests compare it with the commands and with the procedures.
const page = readFileSync(new URL('../../../../docs/cli.md', import.meta.url), 'utf8');
const procedureOf = new Map(
  [...page.matchAll(/^\| `([a-z -]+)` +\| `(\w+\.\w+)`/gm)].map(([, name = '', path = '']) => [name, path]),
);
const names = leaves(program).map((command) => pathOf(command).join(' '));
const mutations = new Set(mutationPaths());
// Commands whose JSON is not the answer of the mutation that they call.
const mutationOf: Record<string, string> = {
  'orders renew-access': 'order.renewAccess',
  'sign-in': 'session.createLink',
};

test.each(names)('%s only reads, asks before it runs, or is known to be undone by something', (name) => {
  const path = procedureOf.get(name);
  const reads = readOnly.includes(name) || (path !== undefined && !mutations.has(path));
  const asks = cases.some(([asked]) => asked === name);
  expect([reads, asks, name in undoable].filter(Boolean)).toHaveLength(1);
});

test('each mutation has a command that asks first or can be undone, and no list names what is gone', () => {
  const listed = [...Object.keys(undoable), ...readOnly];
  expect(names).toEqual(expect.arrayContaining(listed));
  const called = new Set([...procedureOf.values(), ...Object.values(mutationOf)]);
  expect([...mutations].filter((path) => !called.has(path))).toEqual([]);
});

test.each(cases)('%s is refused with 2 where no terminal is, unless --yes is given', async (_, args) => {
  const refused = await runCommerce(shop.folder, args);
  expect(refused).toMatchObject({ code: 2, out: '' });
  expect(refused.err).toContain('There is no terminal to ask on: give --yes.');
  const allowed = await runCommerce(shop.folder, [...args, '--yes'], { HOME: shop.folder });
  expect(allowed.err).toContain('error: There is no');
});

test.each(cases)('%s does nothing when the answer is no, and runs when it is yes', async (_, args) => {
  const refused = await runCommerce(shop.folder, args, {}, { answer: false });
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.err).toMatch(/can't be undone\. Go on\? \[y\/N\] \nerror: Nothing was done\.\n$/);
  const allowed = await runCommerce(shop.folder, args, { HOME: shop.folder }, { answer: true });
  expect(allowed.err).toContain('error: There is no');
});
