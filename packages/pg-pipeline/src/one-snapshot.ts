import type { QueryResultRow } from 'pg';
import type { Database } from './connect.ts';
import { isDatabaseUnavailable } from './database-errors.ts';
import { PipelinedBatch, type Parameter } from './pipeline.ts';
import { statement, type Statement } from './statement.ts';

const begin: Statement = { name: 'begin_one_snapshot', text: 'begin isolation level repeatable read' };
const commit: Statement = { name: 'commit', text: 'commit' };
// The same reasons as in transaction.ts.
const settings = statement(
  'settings_of_one_snapshot',
  `select set_config('statement_timeout', '30s', true), set_config('enable_seqscan', 'off', true),
    set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
    case when current_setting('synchronous_commit') = 'off' then set_config('synchronous_commit', 'on', true) end`,
);

/**
 * Runs one statement in a REPEATABLE READ transaction of its own. All of it is sent at once, so a process that stops
 * in between keeps no row locked. The statement is not retried.
 * @returns the statement's rows, after the commit
 * @throws the error of PostgreSQL, after a rollback. After a connection loss the statement may have been committed.
 */
export async function runOnOneSnapshot<R extends QueryResultRow>(
  database: Database,
  work: Statement,
  values: readonly Parameter[],
): Promise<R[]> {
  const client = await database.writers.connect();
  let broken: Error | undefined;
  try {
    const batch = new PipelinedBatch(database);
    const added = [batch.add(begin, []), batch.add(settings, []), batch.add(work, values), batch.add(commit, [])];
    client.query(batch);
    const settled = await Promise.allSettled(added);
    const failed = settled.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    return (await added[2]!).rows as R[];
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => (broken = failure));
    if (isDatabaseUnavailable(error)) broken ??= error as Error;
    throw error;
  } finally {
    client.release(broken);
  }
}
