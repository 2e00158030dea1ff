import { queryWithTimeout, scopeOf, type Database } from '@commerce-core/pg-pipeline';

// A set-returning function's rows that need more than work_mem go to a temporary file, here of some 70 kB. Writing it
// fails on a full disk, and leaves nothing behind. The text is one message of the protocol, so the setting lasts until
// the end of its last statement.
const probe = `select set_config('work_mem', '64kB', true);
  select not pg_is_in_recovery() and not current_setting('transaction_read_only')::boolean as "isWritable",
    (select count(*) from generate_series(1, 5000)) as written`;

const answerMs = 2_000;

/**
 * Returns whether PostgreSQL could write now: it is no standby, not read-only, and has room on its disk.
 * @throws the connection's error when PostgreSQL can't be reached
 */
export async function canWrite(database: Database): Promise<boolean> {
  try {
    // pg returns an array for a text of several statements, which its types don't know.
    const results = (await database.pool.query(queryWithTimeout(answerMs, probe))) as unknown as {
      rows: { isWritable?: boolean }[];
    }[];
    return results.at(-1)?.rows[0]?.isWritable === true;
  } catch (error) {
    if (scopeOf(error) === 'server') return false;
    throw error;
  }
}
