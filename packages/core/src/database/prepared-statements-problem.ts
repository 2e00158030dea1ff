import { sqlState, type Database } from '@commerce-core/pg-pipeline';

const probe = { name: 'commerce_probe', text: 'select 1' };

// 26000: the statement is missing. 42P05: it exists, although this session hasn't prepared it.
const lostStates: readonly (string | undefined)[] = ['26000', '42P05'];

/**
 * Returns why this program's prepared statements don't work, and what mends it, as a sentence without its full stop. A
 * pooler in transaction mode hands a transaction to any of its connections, and PgBouncer before 1.21 leaves the
 * statements of the last one behind.
 * @throws the connection's error when PostgreSQL can't be reached
 */
export async function preparedStatementsProblem(database: Database): Promise<string | undefined> {
  if (!database.prepared) return undefined;
  const [one, other] = [await database.pool.connect(), await database.pool.connect()];
  let isBroken = true;
  try {
    await one.query(probe);
    // A pooler gives the connection that has just become free to the next transaction, and another one to the third.
    await other.query('begin');
    await other.query(probe);
    await one.query(probe);
    await other.query('rollback');
    isBroken = false;
    return undefined;
  } catch (error) {
    if (!lostStates.includes(sqlState(error))) throw error;
    return (
      'a pooler loses prepared statements between two transactions; set DATABASE_PREPARED_STATEMENTS=off, ' +
      'or use PgBouncer 1.21 or later'
    );
  } finally {
    one.release(isBroken);
    other.release(isBroken);
  }
}
