import { spawn } from 'node:child_process';
import { Readable, Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../run-program.ts';

/** What a command has around it besides its folder and its environment. */
export type Console = {
  /** Standard input. */
  input?: string;
  /** The answer to a question; without it there is no terminal to ask on. */
  answer?: boolean;
  /** The terminal that standard output is. */
  terminal?: { isTTY: true; columns: number };
};

export type Ran = { code: number | null; out: string; err: string };

const bin = fileURLToPath(new URL('../../bin/commerce.mjs', import.meta.url));

// With FORCE_COLOR, styleText writes colours even where a command has no screen. A run of the tests may have it set.
delete process.env['FORCE_COLOR'];

/** Runs the command line in this process, as if it was started in `folder` with nothing but `env` and a console. */
export async function runCommerce(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
  { input = '', answer, terminal }: Console = {},
): Promise<Ran> {
  const [stdout, stderr] = [Object.assign(new Collected(), terminal), new Collected()];
  const confirm = async (question: string) => {
    stderr.write(`${question}\n`);
    return answer === true;
  };
  const code = await runProgram(args, {
    folder,
    env,
    stdout,
    stderr,
    openStdin: () => Readable.from([Buffer.from(input)]),
    onInterrupt: () => () => {},
    endAtOnce: (exitCode) => {
      throw new Error(`The command ended the process at once, with ${exitCode}.`);
    },
    // Like a terminal on which nobody answers: tests give --yes.
    confirm: answer === undefined ? undefined : confirm,
    readSecret: async () => input,
    pause: (ms) => setTimeout(ms / 20),
    exitCode: 0,
  });
  return { code, out: stdout.text, err: stderr.text };
}

/**
 * Starts the command line as a process of its own, which takes 0.5 s: for what only a process shows. `during` is called
 * while the process runs.
 */
export async function startCommerce(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
  during: (child: { kill: (signal: NodeJS.Signals) => void }) => void | Promise<void> = () => {},
): Promise<Ran> {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ran: Ran = { code: null, out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (ran.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (ran.err += text));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  await during({ kill: (signal) => void child.kill(signal) });
  return { code: await ended, out: ran.out, err: ran.err };
}

class Collected extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
