import pg from 'pg';

/** PostgreSQL's five-character code of an error, also where Drizzle has wrapped it; undefined when it isn't one. */
export function sqlState(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof pg.DatabaseError) return cause.code;
  }
  return undefined;
}

/** The constraint that a statement violated, by name. */
export function violatedConstraint(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof pg.DatabaseError) return cause.constraint;
  }
  return undefined;
}

/**
 * The whole transaction may run again: serialization_failure, deadlock_detected, lock_not_available, or a prepared
 * statement that this connection lost (26000: it was first sent behind a failed one).
 */
export function isContention(error: unknown): boolean {
  return ['40001', '40P01', '55P03', '26000'].includes(sqlState(error) ?? '');
}

/** Whether an error came from PostgreSQL or the connection to it, and not from the work's own code. */
export const isDatabaseError = (error: unknown): boolean => sqlState(error) !== undefined || isConnectionLoss(error);

/** Rows stayed locked by somebody else for longer than this transaction would wait. */
export const isLockTimeout = (error: unknown): boolean => sqlState(error) === '55P03';

/** The server ended the connection because its transaction had stood still for too long: nothing of it is left. */
export const isIdleKill = (error: unknown): boolean => sqlState(error) === '25P03';

/**
 * The connection ended, or never came about: no answer, so nothing is known of a COMMIT that was under way.
 * 57P01 to 57P03 are a server shutting down, crashing or starting; class 08 is the connection itself; 53300 too many.
 */
export function isConnectionLoss(error: unknown): boolean {
  const state = sqlState(error);
  if (state) return state.startsWith('08') || ['57P01', '57P02', '57P03', '53300'].includes(state);
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    if (/^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/.test(code)) return true;
    if (cause instanceof AggregateError && cause.errors.some(isConnectionLoss)) return true;
    // pg has no codes for these.
    if (
      /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/.test(
        cause.message,
      )
    )
      return true;
    if (/^(Client was closed and is not queryable|Query read timeout)/.test(cause.message)) return true;
  }
  return false;
}
