import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

// On two cores with 25 processes at work, a start took more than a minute.
const startMs = 150_000;

export type Program = {
  child: ChildProcess;
  stdout: () => string;
  stderr: () => string;
  /** The exit code, once the program has ended and its output is read. */
  exit: Promise<number | null>;
  /** The first log line with this message, once it is there. */
  said: (msg: string) => Promise<Record<string, any>>;
};

// A start compiles some 900 modules. The cache saves a seventh of its time.
const compileCache = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url));

const running = new Set<ChildProcess>();

/** Ends the programs that still run, because a test that failed has left them. */
export function endPrograms(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Runs a program of this package by its path from `src`, without this process's environment. */
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
  running.add(child);
  child.once('exit', () => running.delete(child));
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  // Not the child's `close` event, which never comes after this side has disconnected the IPC channel.
  const outputs = [child.stdout, child.stderr].filter((stream) => stream !== null);
  const read = Promise.all(outputs.map((stream) => once(stream, 'end')));
  const exit = once(child, 'exit').then(([code]) => read.then(() => code as number | null));
  return {
    child,
    exit,
    stdout: () => stdout,
    stderr: () => stderr,
    said: (msg) =>
      until(() => {
        if (child.exitCode !== null) throw new Error(`the program ended with ${child.exitCode}: ${stdout}${stderr}`);
        const lines = stdout
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line) as Record<string, unknown>);
        return lines.find((line) => line['msg'] === msg);
      }, startMs),
  };
}
