import { connect, createCommerce, migrate, scopes } from '@commerce-core/core';
import { startEmbeddedTestServer } from '@commerce-core/postgres';
import pg from 'pg';

/** The run's database, with queries of its own for the checks. */
export type ShopDatabase = {
  url: string;
  /** An API key with all scopes. */
  apiKey: string;
  query: <R extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<R[]>;
  stop: () => Promise<void>;
};

/** Starts a PostgreSQL for this run, in a temporary folder, and migrates its database. */
export async function startDatabase(): Promise<ShopDatabase> {
  const server = await startEmbeddedTestServer();
  const url = Object.assign(new URL(server.url), { pathname: '/chaos' }).href;
  await runStatement(server.url, 'create database chaos');
  const database = connect({ url, poolMax: 1 });
  await migrate(database);
  const { key: apiKey } = await createCommerce({ database }).createApiKey({ name: 'chaos', scopes: [...scopes] });
  await database.close();
  // Parses counts and sums as numbers; none here comes near 2^53.
  const { INT8, NUMERIC } = pg.types.builtins;
  const types = {
    getTypeParser: (oid: number) => (oid === INT8 || oid === NUMERIC ? Number : pg.types.getTypeParser(oid)),
  };
  const pool = new pg.Pool({ connectionString: url, max: 2, types: types as pg.CustomTypesConfig });
  pool.on('error', () => {});
  return {
    url,
    apiKey,
    query: async (text, values = []) => (await pool.query(text, values)).rows,
    async stop() {
      await pool.end();
      await server.stop();
    },
  };
}

async function runStatement(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(text);
  await client.end();
}
