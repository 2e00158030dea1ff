import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { processContext } from '../command-context.ts';
import { createProgram } from '../program.ts';
import { runCommerce } from '../testing/run-commerce.ts';

const program = await createProgram(processContext());
const leaves = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);

const scriptOf = async (shell: string): Promise<string> => (await runCommerce(tmpdir(), ['completion', shell])).out;

test.each(['bash', 'zsh', 'fish'])('the completion of %s has all commands and their options', async (shell) => {
  const script = await scriptOf(shell);
  for (const command of leaves(program)) {
    expect(script).toContain(command.name());
    for (const { long } of command.options) expect(script).toContain(String(long).slice(2));
  }
});

test.each([
  [['or'], ['orders']],
  [['orders', 'clear'], ['clear-attention']],
  [['orders', 'list', '--st'], ['--status']],
  [
    ['orders', 'list', '--status', 'PA'],
    ['PAYMENT_PENDING', 'PAID', 'PAYMENT_FAILED'],
  ],
  [['trigger', 'dispute.w'], ['dispute.won']],
  [['--pro'], ['--profile']],
  [['orders', 'show', ''], []],
])('bash completes commerce %j to %j', async (typed, expected) => {
  const words = ['commerce', ...typed].map((word) => `'${word}'`).join(' ');
  const line = `COMP_WORDS=(${words}); COMP_CWORD=${typed.length}; _commerce; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', `${await scriptOf('bash')}\n${line}`]);
  expect(stderr).toBe('');
  expect(stdout.split('\n').filter((word) => word !== '')).toEqual(expected);
});

test('completion exits with 2 for an unknown shell', async () => {
  expect(await runCommerce(tmpdir(), ['completion', 'tcsh'])).toMatchObject({ code: 2, out: '' });
});
