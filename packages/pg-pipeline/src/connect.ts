import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { Dialect } from './pipeline.ts';
import { keepConnectionError } from './connection-errors.ts';
import { checkSchemaName, renameSchema } from './schema-name.ts';

export type Database = Dialect & {
  /** For reads and single statements. */
  pool: pg.Pool;
  /** For transactions: its connections pipeline, so statements are sent without waiting for the one before. */
  writers: pg.Pool;
  /** Drizzle over `pool`; what must hold together goes through withTransaction. */
  db: NodePgDatabase;
  close(): Promise<void>;
};

export type ConnectOptions = {
  url: string;
  /** Connections kept at most for reads, and as many for transactions; 10 unless said. */
  poolMax?: number;
  /** The schema that the SQL is written for. */
  schemaInSql: string;
  /** The PostgreSQL schema of the tables. Defaults to `schemaInSql`. */
  schema?: string;
  /** How long a call waits for a free connection before it answers database_unavailable; 5,000 ms unless said. */
  acquireTimeoutMs?: number;
  /**
   * How long an answer may take before its connection counts as lost; 35,000 ms unless said: what the server allows a
   * transaction's statement (30 s), and some for the way. It holds in transactions and for `pool.query`; a client taken by
   * `pool.connect()`, as for a migration, waits for as long as it takes.
   */
  answerTimeoutMs?: number;
  /** Shown in `pg_stat_activity`. */
  applicationName: string;
  /**
   * Whether a connection's server parses a statement once and is then told its name; yes unless said. To be switched off
   * where connections change hands between transactions without that being taken care of, as by PgBouncer before 1.21.
   */
  preparedStatements?: boolean;
};

/** Opens a pool. Connects lazily: a server that is down shows at the first query. @throws Error for a schema name that isn't plain */
export function connect(options: ConnectOptions): Database {
  const schemaInSql = checkSchemaName(options.schemaInSql);
  const schema = checkSchemaName(options.schema ?? schemaInSql);
  const rename = (text: string): string => renameSchema(text, schemaInSql, schema);
  class Client extends pg.Client {
    // The overloads of pg's query can't be restated here; every form passes through unchanged but for its text.
    override query(...args: unknown[]): any {
      args[0] = renamed(args[0], rename);
      return (super.query as (...args: unknown[]) => unknown).apply(this, args);
    }
  }
  // pg's own time limit, with which it gives the connection up: a timer a flight, 0.2 to 0.6 µs.
  const limit = { query_timeout: options.answerTimeoutMs ?? 35_000 };
  class Readers extends pg.Pool {
    override query(...args: unknown[]): any {
      const [query] = args;
      if (typeof query === 'string') args[0] = { ...limit, text: query };
      else if (query !== null && typeof query === 'object' && !('submit' in query)) args[0] = { ...limit, ...query };
      return (super.query as (...args: unknown[]) => unknown).apply(this, args);
    }
  }
  const open = (pipeline: boolean): pg.Pool => {
    const pool = new (pipeline ? pg.Pool : Readers)({
      connectionString: options.url,
      max: options.poolMax ?? 10,
      connectionTimeoutMillis: options.acquireTimeoutMs ?? 5_000,
      // A host that is gone doesn't say so. While nothing is on its way there TCP finds out, in 20 s.
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      application_name: options.applicationName,
      ...(pipeline ? { pipeline, ...limit } : {}),
      types: { getTypeParser },
      ...(schema === schemaInSql ? {} : { Client }),
    });
    // Without these two a connection that breaks, idle or inside a transaction, ends the process.
    pool.on('error', () => {});
    pool.on('connect', keepConnectionError);
    return pool;
  };
  const [pool, writers] = [open(false), open(true)];
  const close = async () => {
    await Promise.all([pool.end(), writers.end()]);
  };
  return { pool, writers, db: drizzle(pool), schema, rename, prepared: options.preparedStatements ?? true, close };
}

/** A query that `pool` gives up after `ms`, and its connection with it, where that shall be sooner than for others. */
export const within = (ms: number, text: string, values: unknown[] = []) => ({ text, values, query_timeout: ms });

const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') => {
  // Amounts are bigint in PostgreSQL and safe integers here, which the tables' CHECKs and money.ts see to.
  if (oid === pg.types.builtins.INT8) return Number;
  if (oid === pg.types.builtins.TIMESTAMPTZ) return parseTime;
  return pg.types.getTypeParser(oid, format as 'text');
};

const parseAnyTime = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ, 'text') as (text: string) => Date | number;

/** `2026-11-23 04:18:17.123+00` as V8 reads it, six times as fast as by pg's expressions; those have what it can't read. */
function parseTime(text: string): Date | number {
  const time = text[10] === ' ' ? Date.parse(`${text.slice(0, 10)}T${text.slice(11)}:00`) : NaN;
  return Number.isNaN(time) ? parseAnyTime(text) : new Date(time);
}

function renamed(query: unknown, rename: (text: string) => string): unknown {
  // A flight has its statements renamed when they are parsed.
  if (query instanceof pg.Query) return query;
  if (typeof query === 'string') return rename(query);
  if (query !== null && typeof query === 'object' && 'text' in query && typeof query.text === 'string') {
    return { ...query, text: rename(query.text) };
  }
  return query;
}
