import { tmpdir } from 'node:os';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { processContext } from './command-context.ts';
import { createProgram } from './program.ts';
import { runCommerce } from './testing/run-commerce.ts';
import { parseTime } from './time.ts';

test.each([
  ['2026-11-01', '2026-11-01T00:00:00.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ['2026-11-01T09:30Z', '2026-11-01T09:30:00.000Z'],
  ['2026-11-01T09:30+09:00', '2026-11-01T00:30:00.000Z'],
  ['2026-11-01T09:30:15.25-01:30', '2026-11-01T11:00:15.250Z'],
])('%s is the time %s', (text, time) => {
  expect(parseTime(text).toISOString()).toBe(time);
});

const refused = [
  '5',
  '2026',
  '2026-11',
  '2026-02-31',
  '2026-02-29',
  '2026-04-31',
  '2026-13-01',
  '2026-00-01',
  '0000-00-00',
  '11/27/2026',
  '27.11.2026',
  '2026-11-27T08:00',
  '2026-11-27 08:00',
  '2026-11-27 08:00Z',
  '2026-11-27T24:00Z',
  '2026-11-27T08:60Z',
  '2026-02-31T08:00Z',
  '2026-11-27T08:00+25:00',
  '2026-11-27T08:00 UTC',
  'yesterday',
];

const commands = (command: Command): Command[] => [command, ...command.commands.flatMap(commands)];
const pathOf = (command: Command): string[] => (command.parent ? [...pathOf(command.parent), command.name()] : []);

const cases = commands(await createProgram(processContext())).flatMap((command) =>
  command.options
    .filter(({ flags }) => /<time>|--(since|until|before|after|from|to) /.test(flags) && !/<position>/.test(flags))
    .flatMap(({ long }) =>
      refused.map((text) => [...pathOf(command), ...command.registeredArguments.map(() => 'x'), String(long), text]),
    ),
);

test.each(cases.map((args) => [args.join(' '), args] as const))('commerce %s exits with 2', async (_, args) => {
  const ran = await runCommerce(tmpdir(), args, { COMMERCE_URL: 'http://127.0.0.1:1', COMMERCE_API_KEY: 'ck_x' });
  expect(ran).toMatchObject({ code: 2, out: '' });
  expect(ran.err).toContain('It must be a date or a time with its zone');
});

test('every option that takes a time is tested', () => {
  expect(new Set(cases.map((args) => args.slice(0, -1).join(' ')))).toEqual(
    new Set([
      'gateway-events fetch x --since',
      'orders export --since',
      'orders export --until',
      'orders export --paid-since',
      'orders export --paid-until',
      'orders export --shipped-since',
      'orders export --shipped-until',
      'orders list --since',
      'orders list --until',
      'orders list --paid-since',
      'orders list --paid-until',
      'orders list --shipped-since',
      'orders list --shipped-until',
      'payments reconcile --since',
      'payments reconcile --until',
      'reconcile --since',
      'sales --from',
      'sales --to',
      'webhooks redrive x --since',
    ]),
  );
});
