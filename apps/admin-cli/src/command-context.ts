import { setTimeout } from 'node:timers/promises';
import type { Screen } from './table.ts';

export type OutputStream = NodeJS.WritableStream & { isTTY?: boolean; columns?: number };

/** Everything outside a command that it reads or changes: the process's own, or what a test gives it. */
export type CommandContext = {
  /** The command looks for the shop of `npm start` in this folder and in the folders above it. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Opens standard input. */
  readonly openStdin: () => NodeJS.ReadableStream;
  /** Calls `handler` at every Ctrl-C or request to end, until the returned function is called. */
  readonly onInterrupt: (handler: () => void) => () => void;
  /** Ends the process now, with work still under way. */
  readonly endAtOnce: (exitCode: number) => void;
  /** Asks a question that is answered with yes or no. Undefined where no terminal is. */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined;
  /** Reads a secret from the terminal, without showing it, or from standard input. */
  readonly readSecret: (question: string) => Promise<string>;
  /** The name of the shop that `--profile` gives. It is set before a command runs. */
  profile?: string | undefined;
  /** Waits. A test waits for a shorter time. */
  readonly pause: (ms: number) => Promise<unknown>;
  /** The exit code of the process when the command ends. A command that finds something wrong sets it. */
  exitCode: number;
};

/** The context of a command that runs as a process of its own. */
export function processContext(): CommandContext {
  return {
    folder: process.cwd(),
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    openStdin: () => process.stdin,
    onInterrupt: (handler) => {
      process.on('SIGINT', handler);
      process.on('SIGTERM', handler);
      return () => {
        process.off('SIGINT', handler);
        process.off('SIGTERM', handler);
      };
    },
    confirm:
      process.stdin.isTTY && process.stderr.isTTY
        ? async (question) => (await import('./terminal/ask.ts')).askOnTerminal(question)
        : undefined,
    readSecret: async (question) => (await import('./terminal/ask.ts')).readSecret(question),
    endAtOnce: (exitCode) => process.exit(exitCode),
    pause: (ms) => setTimeout(ms),
    exitCode: 0,
  };
}

/** The screen that the stream writes to. Its width is Infinity when the stream is a pipe or a file. */
export function screenOf(stream: OutputStream): Screen {
  return { stream, width: stream.isTTY ? Math.max(stream.columns || 80, 40) : Number.POSITIVE_INFINITY };
}
