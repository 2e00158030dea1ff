import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { processContext } from '../command-context.ts';
import { isIrreversible } from './irreversible.ts';
import { createProgram } from '../program.ts';
import { runCommerce } from '../run-commerce.testing.ts';
import { useShop } from '../shop.testing.ts';

const shop = useShop();

const leaves = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
const pathOf = (command: Command): string[] => (command.parent ? [...pathOf(command.parent), command.name()] : []);

const asking = leaves(await createProgram(processContext())).filter(isIrreversible);
const texts: Record<string, string> = { 'line=units': '1=1', decision: 'reject' };
const cases = asking.map((command) => {
  const args = command.registeredArguments.map((argument) => texts[argument.name()] ?? 'x');
  return [pathOf(command).join(' '), [...pathOf(command), ...args]] as const;
});

test('what ends or erases something asks first', () => {
  expect(cases.map(([name]) => name)).toEqual(
    expect.arrayContaining(['orders cancel', 'orders redact', 'refunds create', 'keys revoke', 'webhooks delete']),
  );
});

test.each(cases)('%s is refused with 2 where no terminal is, unless --yes is given', async (_, args) => {
  const refused = await runCommerce(shop.folder, args);
  expect(refused).toMatchObject({ code: 2, out: '' });
  expect(refused.err).toContain('There is no terminal to ask on: give --yes.');
  const allowed = await runCommerce(shop.folder, [...args, '--yes']);
  expect(allowed.err).toContain('error: There is no');
});

test.each(cases)('%s does nothing when the answer is no, and runs when it is yes', async (_, args) => {
  const refused = await runCommerce(shop.folder, args, {}, { answer: false });
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.err).toMatch(/can't be undone\. Go on\? \[y\/N\] \nerror: Nothing was done\.\n$/);
  const allowed = await runCommerce(shop.folder, args, {}, { answer: true });
  expect(allowed.err).toContain('error: There is no');
});
