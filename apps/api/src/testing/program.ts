import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

export type Program = {
  child: ChildProcess;
  stdout: () => string;
  stderr: () => string;
  /** The exit code, once it has ended and all it said is read. */
  exit: Promise<number | null>;
  /** What a log line with this message says, once it is there. */
  said: (msg: string) => Promise<Record<string, any>>;
};

// A start compiles some 900 modules. The cache saves a seventh of its time.
const compileCache = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url));

/** Runs a program of this package by its path from `src`, with nothing of this process's own settings. */
export function runProgram(
  path: string,
  env: Record<string, string>,
  { args = [], ipc = false }: { args?: string[]; ipc?: boolean } = {},
): Program {
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
  const child = spawn(process.execPath, [file, ...args], {
    env: { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: compileCache, ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  // Not `close`: it never comes once the IPC channel was disconnected from this side.
  const read = Promise.all([once(child.stdout!, 'end'), once(child.stderr!, 'end')]);
  const exit = once(child, 'exit').then(([code]) => read.then(() => code as number | null));
  return {
    child,
    exit,
    stdout: () => stdout,
    stderr: () => stderr,
    said: (msg) =>
      until(() => {
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${stdout}${stderr}`);
        const lines = stdout
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line) as Record<string, unknown>);
        return lines.find((line) => line['msg'] === msg);
      }),
  };
}
