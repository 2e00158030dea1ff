import pg from 'pg';

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

/**
 * Returns whether the whole transaction may run again because of this error: 40001 serialization_failure, 40P01
 * deadlock_detected, 55P03 lock_not_available, or 26000, a prepared statement that this connection does not have. That
 * one happens to a statement that was first sent behind a failed one.
 */
export function isContention(error: unknown): boolean {
  return ['40001', '40P01', '55P03', '26000'].includes(sqlState(error) ?? '');
}

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
 * Codes: 57P01 to 57P03 for a server that shuts down, crashes or starts, class 08 for the connection itself, 53300 for
 * too many connections.
 */
export function isConnectionLoss(error: unknown): boolean {
  const state = sqlState(error);
  if (state) return state.startsWith('08') || ['57P01', '57P02', '57P03', '53300'].includes(state);
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    if (/^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/.test(code)) return true;
    if (cause instanceof AggregateError && cause.errors.some(isConnectionLoss)) return true;
    if (lossMessages.some((message) => cause.message.startsWith(message))) return true;
  }
  return false;
}
