import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { PoolClient, QueryResultRow } from 'pg';
import type { Witness } from './commit-outcome.ts';
import { sqlState } from './database-errors.ts';
import { PipelinedBatch, type Answer, type Dialect, type Parameter } from './pipeline.ts';
import { statement, type Statement } from './statement.ts';

// What must hold in every transaction, as SET LOCAL (set_config with true), which PgBouncer in transaction mode keeps apart.
// lock_timeout: long enough for a queue on a hot row, short enough that a stuck neighbour shows as 503 and not as a hung
// shop. idle_in_transaction: what a client that vanished without a word had locked comes free before others give up.
const openingWith = (lockTimeout: string) => `select pg_current_xact_id()::text as "xid", now() as "now",
  set_config('lock_timeout', '${lockTimeout}', true), set_config('statement_timeout', '30s', true),
  set_config('idle_in_transaction_session_timeout', '10s', true)`;

// All that flows ask for is looked up by key. On statistics from when a table was small, or never analyzed, the planner
// scans it instead and keeps that plan: 1,000 orders/s became 7,000 when autoanalyze had passed by.
const lookups = `set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
  set_config('enable_mergejoin', 'off', true)`;

const begin: Statement = { name: 'begin', text: 'begin isolation level read committed' };
const commit: Statement = { name: 'commit', text: 'commit' };
const modes = {
  flow: statement('begin_flow', `${openingWith('4s')}, ${lookups}`),
  // Far longer than another process's batch takes, and short enough for a lane to lose.
  flow_short_lock_wait: statement('begin_flow_short_lock_wait', `${openingWith('300ms')}, ${lookups}`),
  caller: statement('begin_caller', openingWith('4s')),
};

/** How a transaction is opened: for a flow, for a flow that gives up soon when rows are locked, or for a caller's own statements. */
export type TransactionMode = keyof typeof modes;

/**
 * A transaction that is open on a pipelining connection. What needs one takes it as its first argument and can't be
 * called without. Statements run in the order they were given, and those of one tick go out as one flight: BEGIN with the
 * first reads, the writes with COMMIT.
 */
export class Transaction {
  readonly #client: PoolClient;
  readonly #dialect: Dialect;
  readonly #began: Promise<{ xid: string; now: Date }>;
  readonly #sent: Promise<unknown>[] = [];
  #start: { xid: string; now: Date } | undefined;
  #db: NodePgDatabase | undefined;
  #witness: Witness | undefined;
  #flight: PipelinedBatch | undefined;

  constructor(client: PoolClient, dialect: Dialect, mode: TransactionMode) {
    this.#client = client;
    this.#dialect = dialect;
    this.send(begin, []);
    this.#began = this.#begin(modes[mode]);
    this.#track(this.#began);
  }

  async #begin(open: Statement) {
    const [start] = await this.query<{ xid: string; now: Date }>(open, []);
    this.#start = start!;
    return start!;
  }

  /** Waits until the transaction has begun, after which its clock is known. */
  get began(): Promise<unknown> {
    return this.#began;
  }

  /** The database's clock when the transaction began. Known once anything was read. */
  get now(): Date {
    if (this.#start) return this.#start.now;
    throw new Error('the transaction’s clock was asked before anything was read in it');
  }

  /** The transaction's id on the server; undefined while it isn't known to have begun. */
  get xid(): string | undefined {
    return this.#start?.xid;
  }

  /** A query for a row that is there only if this transaction commits, once it has inserted one. */
  get witness(): Witness | undefined {
    return this.#witness;
  }

  witnessedBy(witness: Witness): void {
    this.#witness ??= witness;
  }

  /** Drizzle on this transaction. */
  get db(): NodePgDatabase {
    // What was asked for before goes out before.
    const query = (...given: unknown[]): unknown => {
      this.#flush();
      return (this.#client.query as (...args: unknown[]) => unknown).apply(this.#client, given);
    };
    this.#db ??= drizzle({ query } as unknown as PoolClient);
    return this.#db;
  }

  /** A statement's rows. Statements that don't need each other's answers are asked for together. */
  async query<R extends QueryResultRow>(statement: Statement, values: Parameter[]): Promise<R[]> {
    return (await this.#ask(statement, values)).rows as R[];
  }

  /** A statement whose answer nobody waits for; if it fails, the commit fails with its fault. */
  send(statement: Statement, values: Parameter[]): void {
    void this.#ask(statement, values);
  }

  /** Commits. @throws the first fault of any statement; the connection's, when the answer got lost */
  async commit(): Promise<void> {
    // Its id has to be known before COMMIT's answer can get lost.
    await this.#began;
    const committing = this.#ask(commit, []);
    const fault = await this.firstFault(undefined);
    if (fault !== undefined) throw fault;
    const { command } = await committing;
    // COMMIT of a failed transaction succeeds, as a ROLLBACK.
    if (command !== 'COMMIT') throw new Error('the transaction had failed and was rolled back');
  }

  /** Waits for all that was sent; answers the first fault, or `otherwise`. */
  async firstFault(otherwise: unknown): Promise<unknown> {
    const settled = await Promise.allSettled(this.#sent);
    const faults = settled.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    const inFailed = (fault: unknown) => sqlState(fault) === '25P02';
    // 25P02 only says that something before it failed.
    return otherwise === undefined || inFailed(otherwise)
      ? (faults.find((fault) => !inFailed(fault)) ?? otherwise)
      : otherwise;
  }

  #ask(statement: Statement, values: Parameter[]): Promise<Answer> {
    if (!this.#flight) {
      this.#flight = new PipelinedBatch(this.#dialect);
      process.nextTick(() => {
        this.#flush();
      });
    }
    const asked = this.#flight.ask(statement, values);
    this.#track(asked);
    return asked;
  }

  #flush(): void {
    const flight = this.#flight;
    this.#flight = undefined;
    if (flight) this.#client.query(flight);
  }

  #track(sent: Promise<unknown>): void {
    // A rejection is collected by firstFault; until then it must not count as unhandled, which ends the process.
    sent.catch(() => {});
    this.#sent.push(sent);
  }
}
