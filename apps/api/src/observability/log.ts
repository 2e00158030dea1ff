import { CommerceError } from '@commerce-core/core';
import { pino, type DestinationStream, type Logger } from 'pino';

/** pino's logger. */
export type { Logger };

/** Creates a logger that writes JSON lines of `level` and above to stdout, or to `destination`. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    serializers: { err: (thrown: unknown) => describeFault(thrown) },
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
  };
  return pino(options, destination ?? collectLines(pino.destination({ fd: 1, sync: true })));
}

/**
 * Collects the lines of one turn of the event loop and writes them with one system call. Under load, one call per line
 * is slow.
 */
function collectLines(out: DestinationStream): DestinationStream & { flushSync: () => void } {
  let lines = '';
  const flushSync = () => {
    if (lines !== '') out.write(lines);
    lines = '';
  };
  process.on('exit', flushSync);
  return {
    flushSync,
    write(line) {
      if (lines === '') setImmediate(flushSync);
      lines += line;
    },
  };
}

/** Returns a function that logs errors that no caller receives because the work is retried. */
export const logFaults =
  (log: Logger) =>
  (err: unknown): void =>
    log.error({ err }, 'fault');

type FaultLine = {
  type: string;
  message?: string;
  code?: string;
  constraint?: string;
  stack?: string;
  cause?: FaultLine;
};

// The messages of these classes are written by programmers. Other messages may contain data: PostgreSQL quotes the row,
// Drizzle the SQL with its parameters, JSON.parse the input. Of those only class, codes and stack are logged.
const safeToLog: readonly unknown[] = [Error, TypeError, RangeError, ReferenceError, CommerceError];
const depthMax = 5;

/**
 * Describes an error for the log, with up to five causes: enough to find the place, without the data it was handling.
 */
export function describeFault(thrown: unknown, depth = 1): FaultLine {
  if (!(thrown instanceof Error)) return { type: typeof thrown };
  const { code, constraint } = thrown as { code?: unknown; constraint?: unknown };
  const stack = framesOf(thrown);
  return {
    type: thrown.constructor.name,
    ...(hasSafeMessage(thrown) ? { message: thrown.message } : {}),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof constraint === 'string' ? { constraint } : {}),
    ...(stack ? { stack } : {}),
    ...(thrown.cause === undefined || depth >= depthMax ? {} : { cause: describeFault(thrown.cause, depth + 1) }),
  };
}

/** An Error whose code is a SQLSTATE comes from PostgreSQL, regardless of its class. */
function hasSafeMessage(error: Error & { code?: unknown }): boolean {
  const isSqlState = typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) && !error.code.startsWith('E');
  return safeToLog.includes(error.constructor) && !isSqlState;
}

/** The first 12 frames of the stack, without the message at its start. */
function framesOf({ stack = '', message }: Error): string {
  const afterMessage = message === '' ? stack : stack.slice(stack.lastIndexOf(message) + message.length);
  return afterMessage
    .split('\n')
    .filter((line) => /^ +at /.test(line))
    .slice(0, 12)
    .map((line) => line.trim())
    .join(' < ');
}
