import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A started program. */
export type Program = {
  /**
   * Resolves with the program's address when it is ready, like `http://127.0.0.1:3001`. Rejects when the program ends
   * before, or is not ready within a minute.
   */
  ready: Promise<string>;
  /** Resolves with the reason when the program has ended, also after `stop`. */
  ended: Promise<string>;
  /** Sends SIGTERM, and SIGKILL when the program has not ended after 30 s. */
  stop: () => Promise<void>;
};

/** How to start a program. */
export type ProgramOptions = {
  /** Its name in messages. */
  name: string;
  script: string;
  env: Record<string, string>;
  /** A file for its output, truncated at each start. */
  log: string;
  /** A path that returns 2xx once the program is ready. */
  readyPath: string;
};

const readyMs = 60_000;
const stopMs = 30_000;

const lastLines = (log: string): string => readFileSync(log, 'utf8').trim().split('\n').slice(-8).join('\n');

const isReady = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
};

/** What a program sends over its IPC channel once it listens. */
const listeningUrl = (message: unknown): string | undefined =>
  typeof message === 'object' && message !== null && 'listening' in message ? String(message.listening) : undefined;

/**
 * Starts a program of this workspace. The program says itself where it listens: at a port that two programs try to
 * take, the other one would answer for a program that could not start.
 *
 * The program has a process group of its own, so that a terminal's Ctrl-C does not reach it and this process decides
 * the order of stopping. It stops when this process's end of the IPC channel is gone.
 */
export const startProgram = ({ name, script, env, log, readyPath }: ProgramOptions): Program => {
  const output = openSync(log, 'w', 0o600);
  const child = spawn(process.execPath, [script], {
    detached: true,
    stdio: ['ignore', output, output, 'ipc'],
    env: { ...process.env, ...env },
  });
  closeSync(output);
  let listening: string | undefined;
  child.on('message', (message) => (listening ??= listeningUrl(message)));
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
  const becomeReady = async (): Promise<string> => {
    const deadline = Date.now() + readyMs;
    for (;;) {
      const url = listening && `http://127.0.0.1:${new URL(listening).port}`;
      if (url && (await isReady(`${url}${readyPath}`))) return url;
      if (how !== undefined) throw new Error(`The ${name} did not start (${how}). ${last()}`);
      if (Date.now() > deadline) throw new Error(`The ${name} was not ready within ${readyMs / 1_000} s. ${last()}`);
      await delay(25);
    }
  };
  const ready = becomeReady();
  // Prevents an unhandled rejection when the start is aborted before `ready` is awaited.
  ready.catch(() => {});
  return { ready, ended: ended.then((reason) => `The ${name} ended (${reason}). ${last()}`), stop };
};
