import { connect, createCommerce, migrate, scopes } from '@commerce-core/core';
import { startEmbeddedTestServer } from '@commerce-core/postgres';
import pg from 'pg';

export type ShopDatabase = {
  url: string;
  /** A key that may do everything. */
  apiKey: string;
  query: <R extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<R[]>;
  stop: () => Promise<void>;
};

/** A PostgreSQL of the run's own with the core's tables, on a temporary folder that goes with it. */
export async function startDatabase(): Promise<ShopDatabase> {
  const server = await startEmbeddedTestServer();
  const url = Object.assign(new URL(server.url), { pathname: '/chaos' }).href;
  await once(server.url, 'create database chaos');
  const database = connect({ url, poolMax: 1 });
  await migrate(database);
  const { key: apiKey } = await createCommerce({ database }).createApiKey({ name: 'chaos', scopes: [...scopes] });
  await database.close();
  // Counts and sums as numbers: none here comes near 2^53.
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

async function once(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(text);
  await client.end();
}
