import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export type Program = {
  /** Resolves when it can be used; rejects when it ends before, or takes too long. */
  ready: Promise<void>;
  /** Resolves with how it ended; always, also after `stop`. */
  ended: Promise<string>;
  /** Asks it to finish what it took and to end; after `stopMs` it is killed. */
  stop: () => Promise<void>;
};

export type ProgramOptions = {
  /** As it is called in messages. */
  name: string;
  script: string;
  env: Record<string, string>;
  /** Takes all that it prints; written anew at every start. */
  log: string;
  /** Answers 2xx once it can be used. */
  readyUrl: string;
};

const readyMs = 60_000;
const stopMs = 30_000;

const lastLines = (log: string): string => readFileSync(log, 'utf8').trim().split('\n').slice(-8).join('\n');

const answers = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
};

/**
 * Starts one of our programs. It gets a process group of its own, so that a terminal's
 * Ctrl-C reaches us alone and the order of stopping is ours, and an IPC channel, whose end tells it that we are gone.
 */
export const startProgram = ({ name, script, env, log, readyUrl }: ProgramOptions): Program => {
  const output = openSync(log, 'w', 0o600);
  const child = spawn(process.execPath, [script], {
    detached: true,
    stdio: ['ignore', output, output, 'ipc'],
    env: { ...process.env, ...env },
  });
  closeSync(output);
  let how: string | undefined;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve((how = error.message)));
    child.once('exit', (code, signal) => resolve((how = signal ?? `code ${code}`)));
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const tooLong = setTimeout(() => child.kill('SIGKILL'), stopMs);
    await ended;
    clearTimeout(tooLong);
  };

  const last = (): string => `Its last lines, from ${log}:\n${lastLines(log)}`;
  const becomeReady = async (): Promise<void> => {
    const deadline = Date.now() + readyMs;
    while (!(await answers(readyUrl))) {
      if (how !== undefined) throw new Error(`The ${name} did not start (${how}). ${last()}`);
      if (Date.now() > deadline) throw new Error(`The ${name} was not ready within ${readyMs / 1_000} s. ${last()}`);
      await delay(25);
    }
  };
  const ready = becomeReady();
  // When the start is given up before anybody waits for it.
  ready.catch(() => {});
  return { ready, ended: ended.then((reason) => `The ${name} ended (${reason}). ${last()}`), stop };
};
