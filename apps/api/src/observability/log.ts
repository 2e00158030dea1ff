import { CommerceError } from '@commerce-core/core';
import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger };

/** JSON lines on stdout, or into `destination`. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    serializers: { err: (thrown: unknown) => describeFault(thrown) },
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
  };
  return pino(options, destination ?? gathered(pino.destination({ fd: 1, sync: true })));
}

/** Writes the lines of one turn of the event loop at once: under load an answer's line cost a call into the system each. */
function gathered(out: DestinationStream): DestinationStream & { flushSync: () => void } {
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

/** Writes faults that no caller sees, because what failed is tried again by itself. */
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

// What these say is written by programmers. A database's message may quote the row, Drizzle's SQL and parameters,
// JSON.parse's the input; of those only the class, codes and the place in the code are logged.
const plainSpoken: readonly unknown[] = [Error, TypeError, RangeError, ReferenceError, CommerceError];
const depthMax = 5;

/** A fault as it is logged: enough to find it, nothing of the data it met. */
export function describeFault(thrown: unknown, depth = 1): FaultLine {
  if (!(thrown instanceof Error)) return { type: typeof thrown };
  const { code, constraint } = thrown as { code?: unknown; constraint?: unknown };
  const stack = framesOf(thrown);
  return {
    type: thrown.constructor.name,
    ...(isPlainSpoken(thrown) ? { message: thrown.message } : {}),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof constraint === 'string' ? { constraint } : {}),
    ...(stack ? { stack } : {}),
    ...(thrown.cause === undefined || depth >= depthMax ? {} : { cause: describeFault(thrown.cause, depth + 1) }),
  };
}

/** An Error with a SQLSTATE for a code is PostgreSQL's, whatever class pg gave it. */
function isPlainSpoken(error: Error & { code?: unknown }): boolean {
  const isSqlState = typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) && !error.code.startsWith('E');
  return plainSpoken.includes(error.constructor) && !isSqlState;
}

/** The stack without the message that it begins with. */
function framesOf({ stack = '', message }: Error): string {
  const afterMessage = message === '' ? stack : stack.slice(stack.lastIndexOf(message) + message.length);
  return afterMessage
    .split('\n')
    .filter((line) => /^ +at /.test(line))
    .slice(0, 12)
    .map((line) => line.trim())
    .join(' < ');
}
