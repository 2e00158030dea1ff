import pg from 'pg';
import type { BenchDatabase } from '../../setup/server.ts';

/**
 * Opens a transaction that has a transaction id, as one of another program would, and returns a function that ends it.
 */
export async function openTransaction({ url }: BenchDatabase): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('begin');
  await client.query('select pg_current_xact_id()');
  return async () => {
    await client.query('rollback');
    await client.end();
  };
}
