import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A file of this folder and its arguments. Its process sends a message when it has begun to work. */
export type Program = { file: string; args: readonly string[] };

type Running = { child: ChildProcess; isReady: boolean };

/** Processes that are killed with SIGKILL in turns while they work, each started again at once. */
export class KilledProcesses {
  readonly #programs: readonly Program[];
  readonly #running: Running[];
  #next = 0;
  kills = 0;

  constructor(programs: readonly Program[]) {
    this.#programs = programs;
    this.#running = programs.map(startProgram);
  }

  /** Kills the next process that works, if there is one, and starts it again. */
  async killOne(): Promise<void> {
    const places = this.#running.map((_, index) => (this.#next + index) % this.#running.length);
    const place = places.find((index) => this.#running[index]?.isReady);
    const program = this.#programs[place ?? -1];
    if (place === undefined || !program) return;
    this.#next = place + 1;
    this.kills += 1;
    await end(this.#running[place]);
    this.#running[place] = startProgram(program);
  }

  /** Kills all processes for good. */
  async stop(): Promise<void> {
    await Promise.all(this.#running.splice(0).map(end));
  }
}

function startProgram({ file, args }: Program): Running {
  const child = spawn(process.execPath, [join(import.meta.dirname, file), ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const running = { child, isReady: false };
  child.once('message', () => (running.isReady = true));
  return running;
}

async function end(running: Running | undefined): Promise<void> {
  const child = running?.child;
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
