import pg from 'pg';
import { NoPrimary } from './primary-search.ts';
import { scopeOfState, type ErrorScope } from './error-scope.ts';

/**
 * Returns PostgreSQL's five-character code of an error, also when Drizzle has wrapped the error. Undefined when the
 * error is not PostgreSQL's. Codes: https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
export const sqlState = (error: unknown): string | undefined => databaseErrorIn(error)?.code;

/** Returns the name of the constraint that a statement violated, or undefined. */
export const violatedConstraint = (error: unknown): string | undefined => databaseErrorIn(error)?.constraint;

function databaseErrorIn(error: unknown): pg.DatabaseError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof pg.DatabaseError) return cause;
  }
  return undefined;
}

/** Returns what an error is about; undefined when it is neither PostgreSQL's nor of the connection to it. */
export function scopeOf(error: unknown): ErrorScope | undefined {
  const state = sqlState(error);
  if (state !== undefined) return scopeOfState(state);
  return isConnectionLoss(error) ? 'connection' : undefined;
}

/** Returns whether the whole transaction may run again because of this error: another transaction was in the way. */
export const isContention = (error: unknown): boolean => scopeOf(error) === 'contention';

/** Returns whether the server can't do anything now, so that the error is no command's fault. */
export const isDatabaseUnavailable = (error: unknown): boolean =>
  ['connection', 'server'].includes(scopeOf(error) ?? '');

/** Returns whether a statement gave up because another transaction kept a row locked for longer than `lock_timeout`. */
export const isLockTimeout = (error: unknown): boolean => sqlState(error) === '55P03';

/** Returns whether PostgreSQL ended the connection because its transaction was idle for too long; it is rolled back. */
export const isIdleTimeout = (error: unknown): boolean => sqlState(error) === '25P03';

// Errors of pg have no codes, only messages.
const lossMessages = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error',
  'Client was closed and is not queryable',
  'Query read timeout',
];

/**
 * Returns whether the connection ended or could not be opened. Then the outcome of a COMMIT that was sent is unknown.
 */
export function isConnectionLoss(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return scopeOfState(state) === 'connection';
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    if (cause instanceof NoPrimary) return true;
    if (/^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/.test(code)) return true;
    if (cause instanceof AggregateError && cause.errors.some(isConnectionLoss)) return true;
    if (lossMessages.some((message) => cause.message.startsWith(message))) return true;
  }
  return false;
}
