import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { defaultSchema, renameSchema } from './schema-name.ts';

export type Database = {
  pool: pg.Pool;
  /** Drizzle over the pool, for reads and single statements; what must hold together goes through withTransaction. */
  db: NodePgDatabase;
  /** The PostgreSQL schema that the tables live in. */
  schema: string;
  close(): Promise<void>;
};

export type ConnectOptions = {
  url: string;
  /** Connections kept at most; 10 unless said. */
  poolMax?: number;
  /** The PostgreSQL schema of the tables; `commerce` unless said. */
  schema?: string;
  /** How long a call waits for a free connection before it answers database_unavailable; 5,000 ms unless said. */
  acquireTimeoutMs?: number;
  applicationName?: string;
};

/** Opens a pool. Connects lazily: a server that is down shows at the first query. */
export function connect(options: ConnectOptions): Database {
  const schema = options.schema ?? defaultSchema;
  class Client extends pg.Client {
    // The overloads of pg's query can't be restated here; every form passes through unchanged but for its text.
    override query(...args: unknown[]): any {
      args[0] = renamed(args[0], schema);
      return (super.query as (...args: unknown[]) => unknown).apply(this, args);
    }
  }
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolMax ?? 10,
    connectionTimeoutMillis: options.acquireTimeoutMs ?? 5_000,
    application_name: options.applicationName ?? 'commerce-core',
    ...(schema === defaultSchema ? {} : { Client }),
  });
  // Without these two a connection that breaks, idle or inside a transaction, ends the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return { pool, db: drizzle(pool), schema, close: () => pool.end() };
}

function renamed(query: unknown, schema: string): unknown {
  if (typeof query === 'string') return renameSchema(query, schema);
  if (query !== null && typeof query === 'object' && 'text' in query && typeof query.text === 'string') {
    return { ...query, text: renameSchema(query.text, schema) };
  }
  return query;
}
