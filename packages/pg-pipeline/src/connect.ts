import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { StatementSettings } from './pipeline.ts';
import { CommitNotices } from './commit-notices.ts';
import { keepConnectionError } from './connection-errors.ts';
import { hostsOfUrl } from './database-url.ts';
import { primaryConnections } from './primary-client.ts';
import { SessionClient } from './session-client.ts';
import { WatchedPool } from './watched-pool.ts';
import type { TransactionTracing } from './transaction-tracing.ts';
import { checkSchemaName, renameSchema } from './schema-name.ts';

/** The connections to one PostgreSQL database. */
export type Database = StatementSettings & {
  /** Connections for reads and single statements. */
  pool: pg.Pool;
  /** Connections for transactions. They pipeline: a statement is sent before the result of the last one has arrived. */
  writers: pg.Pool;
  /** Drizzle on `pool`. Statements that belong together need `withTransaction`. */
  db: NodePgDatabase;
  /** The topics that committed transactions of this process have named. */
  notices: CommitNotices;
  /**
   * With several hosts: returns whether another server has become the primary since a connection was opened. It never
   * gets anything that the last primary hadn't sent by then.
   */
  hasMovedSince: ((client: pg.ClientBase) => boolean) | undefined;
  /** Follows transactions, for traces. */
  tracing?: TransactionTracing | undefined;
  /** Closes both pools, after the statements that run. */
  close(): Promise<void>;
};

/** Which database to connect to, and how. */
export type ConnectOptions = {
  /**
   * The database's URL: `postgres://user:password@host:port/database`. With several hosts, separated by commas, each
   * connection goes to the one that is the primary.
   */
  url: string;
  /** Connections at most for reads, and as many for transactions. Defaults to 10. */
  poolMax?: number;
  /** The PostgreSQL schema that the SQL in code names. */
  schemaInSql: string;
  /** The PostgreSQL schema of the tables. Defaults to `schemaInSql`. */
  schema?: string;
  /** How long a call waits for a free connection before it rejects, in milliseconds. Defaults to 5,000 ms. */
  acquireTimeoutMs?: number;
  /**
   * How long a result may take before its connection counts as lost, in milliseconds. Defaults to 35,000 ms: the 30 s
   * that a statement of a transaction may take, and some more for the network. The limit holds for transactions and
   * `pool.query`; a client of `pool.connect()`, which a migration uses, has none.
   */
  answerTimeoutMs?: number;
  /** The program's name in `pg_stat_activity`. */
  applicationName: string;
  /** With several hosts: called when the primary is found, and each time another server has become the primary. */
  onPrimary?: (primary: { host: string; timeline: number }) => void;
  /**
   * Whether each connection parses a statement once and sends its name from then on. Defaults to true. Set it to false
   * behind a pooler that doesn't support prepared statements, such as PgBouncer before 1.21.
   */
  preparedStatements?: boolean;
};

/**
 * Creates the connection pools of a database. They connect lazily, so an unreachable server shows at the first
 * statement.
 * @throws Error when a schema's name would need escaping
 * @throws TypeError when the URL of several hosts is invalid
 */
export function connect(options: ConnectOptions): Database {
  const schemaInSql = checkSchemaName(options.schemaInSql);
  const schema = checkSchemaName(options.schema ?? schemaInSql);
  const rename = (text: string): string => renameSchema(text, schemaInSql, schema);
  const primary = primaryOf(options);
  const OwnClient = primary?.Client ?? SessionClient;
  const Client = schema === schemaInSql ? OwnClient : renamingClient(OwnClient, rename);
  // pg ends the connection after this time. It costs one timer for each pipelined batch, 0.2 to 0.6 µs.
  const limit = { query_timeout: options.answerTimeoutMs ?? 35_000 };
  class Readers extends WatchedPool {
    override query(...args: unknown[]): any {
      args[0] = limited(args[0], limit);
      return (super.query as (...args: unknown[]) => unknown).apply(this, args);
    }
  }
  const open = (pipeline: boolean): pg.Pool => {
    const pool = new (pipeline ? WatchedPool : Readers)({
      connectionString: primary?.url ?? options.url,
      max: options.poolMax ?? 10,
      connectionTimeoutMillis: options.acquireTimeoutMs ?? 5_000,
      // A host that vanished closes no connection. TCP keep-alive notices it on an idle connection, in 20 s.
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      application_name: options.applicationName,
      ...(pipeline ? { pipeline, ...limit } : {}),
      types: { getTypeParser },
      Client,
    });
    // Without a listener for errors, a connection that breaks between two statements ends the process.
    pool.on('error', () => {});
    pool.on('connect', keepConnectionError);
    return pool;
  };
  const [pool, writers] = [open(false), open(true)];
  const close = async () => {
    await Promise.all([pool.end(), writers.end()]);
    primary?.close();
  };
  const prepared = options.preparedStatements ?? true;
  const notices = new CommitNotices();
  return {
    pool,
    writers,
    db: drizzle(pool),
    schema,
    rename,
    prepared,
    notices,
    hasMovedSince: primary?.hasMovedSince,
    close,
  };
}

/** The connections to the primary; undefined for a URL with one host. */
function primaryOf({ url, applicationName, onPrimary = () => {} }: ConnectOptions) {
  const hosts = url.includes(',') ? hostsOfUrl(url) : [];
  return hosts.length > 1
    ? { ...primaryConnections(hosts, applicationName, onPrimary), url: hosts[0]?.url }
    : undefined;
}

function renamingClient(Client: typeof SessionClient, rename: (text: string) => string): typeof SessionClient {
  return class extends Client {
    // One signature can't repeat the overloads of pg's `query`. Every form passes through, with its text renamed.
    override query(...args: unknown[]): any {
      args[0] = renamed(args[0], rename);
      return (super.query as (...args: unknown[]) => unknown).apply(this, args);
    }
  };
}

/**
 * Returns a query for `database.pool.query` with a time limit of its own, in milliseconds. After that time the query
 * rejects and its connection is closed.
 */
export const queryWithTimeout = (ms: number, text: string, values: unknown[] = []) => ({
  text,
  values,
  query_timeout: ms,
});

const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') => {
  // The tables' CHECKs must keep bigint columns within the safe integers of JavaScript.
  if (oid === pg.types.builtins.INT8) return Number;
  if (oid === pg.types.builtins.TIMESTAMPTZ) return parseTime;
  return pg.types.getTypeParser(oid, format as 'text');
};

const parseAnyTime = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ, 'text') as (text: string) => Date | number;

/**
 * Parses `2026-11-23 04:18:17.123+00` with Date.parse, six times as fast as pg's own parser. That one parses what
 * Date.parse can't: years before 1 or after 9999, and infinity.
 */
function parseTime(text: string): Date | number {
  const time = text[10] === ' ' ? Date.parse(`${text.slice(0, 10)}T${text.slice(11)}:00`) : NaN;
  return Number.isNaN(time) ? parseAnyTime(text) : new Date(time);
}

function limited(query: unknown, limit: { query_timeout: number }): unknown {
  if (typeof query === 'string') return { ...limit, text: query };
  if (query !== null && typeof query === 'object' && !('submit' in query)) return { ...limit, ...query };
  return query;
}

function renamed(query: unknown, rename: (text: string) => string): unknown {
  // A PipelinedBatch renames its statements when it sends them.
  if (query instanceof pg.Query) return query;
  if (typeof query === 'string') return rename(query);
  if (query !== null && typeof query === 'object' && 'text' in query && typeof query.text === 'string') {
    return { ...query, text: rename(query.text) };
  }
  return query;
}
