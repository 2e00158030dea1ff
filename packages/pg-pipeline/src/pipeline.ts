import pg from 'pg';
import { sqlState } from './database-errors.ts';
import type { Statement } from './statement.ts';

/** How a connection speaks to its server. */
export type Dialect = {
  /** The PostgreSQL schema that the tables live in. */
  schema: string;
  /** Rewrites a statement's text to that schema. */
  rename: (text: string) => string;
  /** Whether statements are parsed once a connection and called by name from then on. */
  prepared: boolean;
};

/** A parameter as it travels: a Buffer in PostgreSQL's binary format, all else as text. */
export type Parameter = Buffer | string | number | null;

export type Answer = { command: string; rows: pg.QueryResultRow[] };

type Asked = { statement: Statement; values: readonly Parameter[]; parses: boolean } & PromiseWithResolvers<Answer>;

/** The columns of a statement's rows, and what makes a value of each one's text; none for one without rows. */
type Shape = readonly { name: string; parse: (text: string) => unknown }[];

// What of pg's connection is used here: its messages, each written by itself.
type Connection = {
  stream: { cork(): void; uncork(): void };
  close(statement: { type: 'S'; name: string }): void;
  parse(statement: Statement): void;
  bind(bound: { statement: string; values: readonly (Buffer | string | null)[] }): void;
  describe(portal: { type: 'P' }): void;
  execute(): void;
  sync(): void;
};

type RowDescription = { fields: { name: string; dataTypeID: number }[] };

/** What a connection's server has been told to parse, by name, with the shape of its rows once it is known. */
const known = new WeakMap<Connection, Map<string, Shape | undefined>>();

/**
 * Statements that go out together and are answered together: one Sync for all, where pg's own queries send one each. The
 * server answers at a Sync, so each costs it a write to the socket and us a wake-up; and the columns of a prepared
 * statement are asked for once a connection, not with every call. Of an order alone this was half the CPU time, of one in
 * a batch of 15 a fifth. What follows a failed statement isn't run: the server skips to the Sync, and all of it fails alike.
 */
export class PipelinedBatch extends pg.Query {
  /** pg's: stops the clock of its time limit, which would otherwise end the connection. */
  declare callback?: () => void;
  readonly #dialect: Dialect;
  readonly #asked: Asked[] = [];
  #known = new Map<string, Shape | undefined>();
  #answered = 0;
  #shape: Shape | undefined;
  #rows: pg.QueryResultRow[] = [];
  readonly #answers: Answer[] = [];

  constructor(dialect: Dialect) {
    super('');
    this.#dialect = dialect;
  }

  /** Adds a statement; its answer comes with those of all others. */
  async ask(statement: Statement, values: readonly Parameter[]): Promise<Answer> {
    const asked = { statement, values, parses: false, ...Promise.withResolvers<Answer>() };
    this.#asked.push(asked);
    return asked.promise;
  }

  override submit = (given: unknown): void => {
    const connection = given as Connection;
    const { rename, prepared } = this.#dialect;
    this.#known = known.get(connection) ?? new Map<string, Shape | undefined>();
    known.set(connection, this.#known);
    connection.stream.cork();
    for (const asked of this.#asked) {
      const {
        statement: { name: own, text },
        values,
      } = asked;
      const name = prepared ? own : '';
      asked.parses = !prepared || !this.#known.has(name);
      if (asked.parses) {
        // It may be there after all, from behind a statement that failed; to close what isn't there is no error.
        if (prepared) connection.close({ type: 'S', name });
        connection.parse({ name, text: rename(text) });
        if (prepared) this.#known.set(name, undefined);
      }
      connection.bind({ statement: name, values: values.map(asSent) });
      if (!this.#known.get(name)) connection.describe({ type: 'P' });
      connection.execute();
    }
    connection.sync();
    connection.stream.uncork();
  };

  handleRowDescription({ fields }: RowDescription): void {
    const { _types } = (this as unknown as { _result: { _types: pg.CustomTypesConfig } })._result;
    this.#shape = fields.map(({ name, dataTypeID }) => ({
      name,
      parse: _types.getTypeParser(dataTypeID, 'text') as (text: string) => unknown,
    }));
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    const row: pg.QueryResultRow = {};
    (this.#shape ?? this.#known.get(this.#asked[this.#answered]!.statement.name) ?? []).forEach(
      ({ name, parse }, index) => {
        const text = fields[index] ?? null;
        row[name] = text === null ? null : parse(text);
      },
    );
    this.#rows.push(row);
  }

  handleCommandComplete({ text }: { text: string }): void {
    const { name } = this.#asked[this.#answered]!.statement;
    if (this.#dialect.prepared && !this.#known.get(name)) this.#known.set(name, this.#shape ?? []);
    this.#answers.push({ command: text, rows: this.#rows });
    this.#answered += 1;
    this.#shape = undefined;
    this.#rows = [];
  }

  handleReadyForQuery(): void {
    this.callback?.();
    this.#asked.forEach(({ resolve }, index) => {
      resolve(this.#answers[index]!);
    });
  }

  handleError(fault: Error): void {
    this.callback?.();
    // No such prepared statement: the server has forgotten them, or it is another one.
    if (sqlState(fault) === '26000') this.#known.clear();
    this.#asked.slice(0, this.#answered).forEach(({ resolve }, index) => {
      resolve(this.#answers[index]!);
    });
    this.#asked.slice(this.#answered).forEach(({ statement: { name }, parses, reject }, index) => {
      // The one that failed may not be what the server has under its name; those behind it were never parsed.
      if (index === 0 || parses) this.#known.delete(name);
      reject(fault);
    });
  }
}

const asSent = (value: Parameter): Buffer | string | null => (typeof value === 'number' ? String(value) : value);
