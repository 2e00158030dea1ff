import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { processContext } from './command-context.ts';
import { createProgram } from './program.ts';

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function helpOf(command: Command): string {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text), getOutHelpWidth: () => 80 });
  command.outputHelp();
  return help;
}

const commands = leaves(await createProgram(processContext()));
const nameOf = (command: Command): string => (command.parent ? `${nameOf(command.parent)} ` : '') + command.name();

test.each(commands.map((command) => [nameOf(command), command] as const))(
  '%s has help with valid examples and --json',
  (name, command) => {
    const help = helpOf(command);
    expect(command.description()).not.toBe('');
    expect(help).toContain('--json');
    expect(help).toMatch(new RegExp(`Examples:\n  \\$ ${name} ?`));
    for (const line of help.split('\n')) expect(line.length, line).toBeLessThanOrEqual(90);
  },
);

test.each(
  (await createProgram(processContext())).commands
    .filter(({ commands }) => commands.length > 0)
    .map((group) => [group.name(), group] as const),
)('commerce %s shows an example of each of its commands', (name, group) => {
  const help = helpOf(group);
  for (const command of group.commands) expect(help).toContain(`$ commerce ${name} ${command.name()}`);
});

test('the help lists every command with its summary', async () => {
  const help = helpOf(await createProgram(processContext()));
  for (const name of [
    'products',
    'stock',
    'orders',
    'shipments',
    'parcels',
    'payments',
    'refunds',
    'returns',
    'disputes',
    'events',
    'gateway-events',
    'tracking-messages',
    'calls',
    'webhooks',
    'sinks',
    'keys',
    'sessions',
    'doctor',
    'reconcile',
    'token',
    'replay',
  ]) {
    expect(help).toMatch(new RegExp(`^  ${name} .*  \\w`, 'm'));
  }
  expect(help).toContain('COMMERCE_API_KEY');
});
