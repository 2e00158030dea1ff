import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** The tutorial's commands, block by block, each with the output that the page shows for it, if it shows one. */
const steps = (page) =>
  [...page.matchAll(/```sh\n(.*?)```\n(?:\n```text\n(.*?)```)?/gs)].map(([, commands, shown]) => ({ commands, shown }));

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A line `…` of a page stands for any lines, or none; `…` within a line for any text. */
const patternOf = (shown) => {
  const lines = shown
    .trimEnd()
    .split('\n')
    .map((line) => (line === '…' ? '(?:.*\\n)*?' : `${line.split('…').map(escaped).join('.*')} *\\n`));
  return new RegExp(`^${lines.join('')}$`);
};

// The steps share one shell, as a reader's do. The mark ends the output of a step.
const mark = '── end of step';
const scriptOf = (all) => ['set -e', ...all.map(({ commands }) => `${commands}echo; echo '${mark}'`)].join('\n');

/** Runs the tutorial in a shop's folder. @throws Error that shows the first step whose output is another one */
export async function checkTutorial(clone, limitMs) {
  const all = steps(readFileSync(join(clone, 'docs/tutorial.md'), 'utf8'));
  if (all.length < 10) throw new Error(`The tutorial has ${all.length} steps only`);
  // A group of its own, so that a program that a failed step left behind ends with it.
  const shell = spawn('sh', ['-c', scriptOf(all)], { cwd: clone, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = () => {
    try {
      if (shell.pid !== undefined) process.kill(-shell.pid, 'SIGKILL');
    } catch {
      // The group has ended.
    }
  };
  AbortSignal.timeout(limitMs).addEventListener('abort', kill);
  const ended = new Promise((resolve) => shell.once('exit', (code, signal) => resolve(code ?? signal)));
  const [stdout, stderr, code] = await Promise.all([text(shell.stdout), text(shell.stderr), ended]);
  kill();
  const outputs = stdout.split(`\n${mark}\n`);
  for (const [index, { commands, shown }] of all.entries()) {
    const printed = outputs[index] ?? '';
    if (index >= outputs.length - 1)
      throw new Error(`The tutorial ended with ${code} in\n${commands}\n${printed}\n${stderr}`);
    if (shown !== undefined && !patternOf(shown).test(`${printed.trimEnd()}\n`))
      throw new Error(`The tutorial shows for\n${commands}\n${shown}\nand this was printed:\n${printed}\n${stderr}`);
  }
  return all.length;
}
