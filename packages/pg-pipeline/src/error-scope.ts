/**
 * What an error of PostgreSQL is about.
 * - `connection`: the connection ended or can't be opened. After COMMIT was sent, the outcome is unknown.
 * - `server`: the server can't do this now, for any command: its disk, its limits, its settings, or a user's rights.
 * - `contention`: another transaction was in the way. The whole transaction may run again.
 * - `command`: everything else. One command of a batch may have caused it.
 */
export type ErrorScope = 'connection' | 'server' | 'contention' | 'command';

/**
 * The scope of every class of SQLSTATE, its first two characters. A test compares the table with PostgreSQL's own list.
 * https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
export const classScopes: Readonly<Record<string, ErrorScope>> = {
  '03': 'command',
  '08': 'connection',
  '09': 'command',
  // Includes "cached plan must not change result type", which happens once after a migration: a batch's halves succeed.
  '0A': 'command',
  '0B': 'command',
  '0F': 'command',
  '0L': 'command',
  '0P': 'command',
  '0Z': 'command',
  '10': 'command',
  '20': 'command',
  '21': 'command',
  '22': 'command',
  '23': 'command',
  '24': 'command',
  '25': 'command',
  // A statement that was first sent behind a failed one is not prepared on this connection.
  '26': 'contention',
  '27': 'command',
  '28': 'server',
  '2B': 'command',
  '2D': 'command',
  '2F': 'command',
  '34': 'command',
  '38': 'command',
  '39': 'command',
  '3B': 'command',
  '3D': 'server',
  '3F': 'server',
  '40': 'command',
  // Usually a defect in a statement. Other commands of the batch may not need that statement.
  '42': 'command',
  '44': 'command',
  '53': 'server',
  // A value or a statement is too large.
  '54': 'command',
  '55': 'command',
  '57': 'server',
  '58': 'server',
  F0: 'server',
  HV: 'command',
  P0: 'command',
  // Includes a damaged row, which only one command may need.
  XX: 'command',
};

/** The codes whose scope is not that of their class. */
const codeScopes: Readonly<Record<string, ErrorScope>> = {
  // read_only_sql_transaction, idle_in_transaction_session_timeout, transaction_timeout
  '25006': 'server',
  '25P03': 'server',
  '25P04': 'server',
  // serialization_failure, deadlock_detected, lock_not_available
  '40001': 'contention',
  '40P01': 'contention',
  '55P03': 'contention',
  // insufficient_privilege
  '42501': 'server',
  // object_not_in_prerequisite_state: a standby gives it for functions that need a primary.
  '55000': 'server',
  // too_many_connections
  '53300': 'connection',
  // admin_shutdown, crash_shutdown, cannot_connect_now, database_dropped, idle_session_timeout
  '57P01': 'connection',
  '57P02': 'connection',
  '57P03': 'connection',
  '57P04': 'connection',
  '57P05': 'connection',
};

/** Returns what an error with this SQLSTATE is about. */
export const scopeOfState = (state: string): ErrorScope =>
  codeScopes[state] ?? classScopes[state.slice(0, 2)] ?? 'command';

const sentences: Readonly<Record<string, string>> = {
  '25006': 'the database is read-only at the moment',
  '25P04': 'the transaction took longer than PostgreSQL’s transaction_timeout',
  '28': 'PostgreSQL rejects the login of this program',
  '3D': 'the database does not exist on this PostgreSQL',
  '3F': 'the database lacks a schema of this program',
  '42501': 'the program’s database user lacks a right that the call needs',
  '53': 'PostgreSQL has run out of a resource',
  '53100': 'PostgreSQL’s disk is full',
  '53200': 'PostgreSQL has run out of memory',
  '53300': 'PostgreSQL has no connection left for this program',
  '55000': 'the database is not in a state in which it can do this',
  '57': 'an operator stopped what PostgreSQL was doing',
  '57014': 'PostgreSQL canceled a statement, because it took too long or an operator asked for it',
  '58': 'PostgreSQL had an error of its operating system',
  F0: 'PostgreSQL can’t read its settings',
};

/** Returns a sentence, without its full stop, that says why a server with this SQLSTATE can't do anything now. */
export const sentenceOfState = (state: string | undefined): string =>
  (state === undefined ? undefined : (sentences[state] ?? sentences[state.slice(0, 2)])) ??
  'the database cannot be reached at the moment';
