import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { PoolClient, QueryResultRow } from 'pg';
import type { Witness } from './commit-outcome.ts';
import { sqlState } from './database-errors.ts';
import { PipelinedBatch, type StatementResult, type StatementSettings, type Parameter } from './pipeline.ts';
import { statement, type Statement } from './statement.ts';
import type { TransactionTracing } from './transaction-tracing.ts';

// Settings of every transaction. set_config with `true` is SET LOCAL, which PgBouncer in transaction mode keeps apart.
// lock_timeout: long enough for a queue on a busy row, and short enough that a caller gets an error instead of a hang.
// idle_in_transaction_session_timeout: frees the locks of a client that vanished before others stop retrying.
// synchronous_commit: with `off` a crash of PostgreSQL loses commits that callers were told of. Its other values write
// to the disk first, so they stay. DateStyle: a pooler may have dropped it from the start-up of the session.
const openWith = (lockTimeout: string) => `select pg_current_xact_id()::text as "xid", now() as "now",
  set_config('lock_timeout', '${lockTimeout}', true), set_config('statement_timeout', '30s', true),
  set_config('idle_in_transaction_session_timeout', '10s', true),
  case when current_setting('DateStyle') not like 'ISO%' then set_config('DateStyle', 'ISO, MDY', true) end,
  case when current_setting('synchronous_commit') = 'off' then set_config('synchronous_commit', 'on', true) end`;

// The statements of a flow look rows up by key. With statistics of a small or never analyzed table the planner would
// choose a scan and keep that plan. Measured: 1,000 orders/s before autoanalyze had run, 7,000 after it.
const lookups = `set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
  set_config('enable_mergejoin', 'off', true)`;

type Start = { xid: string; now: Date };

const begin: Statement = { name: 'begin', text: 'begin isolation level read committed' };
const commit: Statement = { name: 'commit', text: 'commit' };
const modes = {
  flow: statement('begin_flow', `${openWith('4s')}, ${lookups}`),
  // Far longer than a batch of another process takes, and short enough for a lane to lose.
  flow_short_lock_wait: statement('begin_flow_short_lock_wait', `${openWith('300ms')}, ${lookups}`),
  caller: statement('begin_caller', openWith('4s')),
};

/**
 * How a transaction is opened.
 * - `flow`: its statements look rows up by key, so scans and hash joins are off. It waits up to 4 s for a row lock.
 * - `flow_short_lock_wait`: as `flow`, but it waits up to 300 ms for a row lock, and is not retried after that.
 * - `caller`: for a caller's own statements, with the planner's defaults. It waits up to 4 s for a row lock.
 *
 * In each of them a statement may take 30 s, and PostgreSQL ends the transaction after 10 s without a statement. The
 * isolation level is READ COMMITTED, times are in ISO 8601, and COMMIT waits for the disk, whatever the database or the
 * user prescribes.
 */
export type TransactionMode = keyof typeof modes;

type TransactionSettings = StatementSettings & { tracing?: TransactionTracing | undefined };

/**
 * An open transaction. `withTransaction` opens and ends it; a function that needs one takes it as its first argument.
 *
 * Statements run in the order of the calls. Statements of one tick are sent as one pipelined batch: BEGIN together with
 * the first reads, the last writes together with COMMIT.
 */
export class Transaction {
  readonly #client: PoolClient;
  readonly #settings: TransactionSettings;
  readonly #began: Promise<Start>;
  readonly #sent: Promise<unknown>[] = [];
  readonly #topics = new Set<string>();
  #start: Start | undefined;
  #db: NodePgDatabase | undefined;
  #witness: Witness | undefined;
  #batch: PipelinedBatch | undefined;

  constructor(client: PoolClient, settings: TransactionSettings, mode: TransactionMode) {
    this.#client = client;
    this.#settings = settings;
    this.send(begin, []);
    this.#began = this.#begin(modes[mode]);
    this.#track(this.#began);
  }

  async #begin(open: Statement): Promise<Start> {
    const [start] = await this.query<Start>(open, []);
    if (!start) throw new Error('the statement that opens a transaction returned no row');
    this.#start = start;
    return start;
  }

  /** Resolves when the transaction has begun, so that `now` and `xid` are known. */
  get began(): Promise<unknown> {
    return this.#began;
  }

  /**
   * The database's time when the transaction began, known as soon as the first result has arrived.
   * @throws Error before that
   */
  get now(): Date {
    if (this.#start) return this.#start.now;
    throw new Error('`now` is not known before the transaction’s first result; await `began`');
  }

  /** The transaction's id in PostgreSQL; undefined before the first result has arrived. */
  get xid(): string | undefined {
    return this.#start?.xid;
  }

  /** The W3C trace context of what runs now; null without tracing. */
  get traceparent(): string | null {
    return this.#settings.tracing?.traceparent() ?? null;
  }

  /** A query for a row that exists only if this transaction commits; undefined before the transaction inserted one. */
  get witness(): Witness | undefined {
    return this.#witness;
  }

  /** Sets the query that proves the commit; later calls change nothing. */
  setWitness(witness: Witness): void {
    this.#witness ??= witness;
  }

  /** Names a topic that `database.notices` publishes after the commit. */
  notify(topic: string): void {
    this.#topics.add(topic);
  }

  /** The topics that were named. */
  get topics(): ReadonlySet<string> {
    return this.#topics;
  }

  /**
   * Drizzle on this transaction. Each of its statements is sent at once, behind those that wait for the end of the
   * tick.
   */
  get db(): NodePgDatabase {
    const query = (...given: unknown[]): unknown => {
      this.#flush();
      return (this.#client.query as (...args: unknown[]) => unknown).apply(this.#client, given);
    };
    this.#db ??= drizzle({ query } as unknown as PoolClient);
    return this.#db;
  }

  /**
   * Runs a statement and returns its rows. Calls of one tick are sent together: start those that don't need each
   * other's rows before you await the first.
   */
  async query<R extends QueryResultRow>(statement: Statement, values: Parameter[]): Promise<R[]> {
    return (await this.#add(statement, values)).rows as R[];
  }

  /** Sends a statement without waiting for its result. If the statement fails, `commit` rejects with its error. */
  send(statement: Statement, values: Parameter[]): void {
    void this.#add(statement, values);
  }

  /**
   * Commits.
   * @throws the first error of any statement; then the transaction is rolled back
   * @throws the connection's error when the answer to COMMIT got lost
   */
  async commit(): Promise<void> {
    // The id must be known before the answer to COMMIT can get lost.
    await this.#began;
    const committing = this.#add(commit, []);
    const error = await this.firstError(undefined);
    if (error !== undefined) throw error;
    const { command } = await committing;
    // PostgreSQL answers COMMIT of a failed transaction with ROLLBACK, without an error.
    if (command !== 'COMMIT') throw new Error('a statement had failed, so the transaction was rolled back');
  }

  /**
   * Waits for all statements. Returns `thrown`, or the first statement's error when `thrown` only follows from that.
   */
  async firstError(thrown: unknown): Promise<unknown> {
    const settled = await Promise.allSettled(this.#sent);
    const errors = settled.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    // 25P02, in_failed_sql_transaction: an earlier statement failed.
    const followsFromOther = (error: unknown) => sqlState(error) === '25P02';
    return thrown === undefined || followsFromOther(thrown)
      ? (errors.find((error) => !followsFromOther(error)) ?? thrown)
      : thrown;
  }

  #add(statement: Statement, values: Parameter[]): Promise<StatementResult> {
    if (!this.#batch) {
      this.#batch = new PipelinedBatch(this.#settings);
      process.nextTick(() => {
        this.#flush();
      });
    }
    const result = this.#batch.add(statement, values);
    this.#track(result);
    return result;
  }

  #flush(): void {
    const batch = this.#batch;
    this.#batch = undefined;
    if (!batch) return;
    this.#settings.tracing?.roundTrip(batch.names, batch.answered);
    this.#client.query(batch);
  }

  #track(sent: Promise<unknown>): void {
    // `firstError` collects a rejection. Until then it must not count as unhandled, which would end the process.
    sent.catch(() => {});
    this.#sent.push(sent);
  }
}
