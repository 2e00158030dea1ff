import { getTableColumns, getTableName } from 'drizzle-orm';
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core';
import type { InferInsertModel, InferSelectModel } from 'drizzle-orm';
import { arrayOf } from './binary-array.ts';
import type { Parameter } from './pipeline.ts';
import { statement, type Statement } from './statement.ts';
import type { Witness } from './commit-outcome.ts';
import type { Transaction } from './transaction.ts';

// Each column is sent as one array parameter. So the text is the same for any number of rows and is prepared once, and
// many rows don't exceed PostgreSQL's limit of 65,535 parameters. The texts are built from Drizzle's tables when the
// process starts; Drizzle's query builder would build them again for every batch.

type Row<T extends PgTable> = InferInsertModel<T>;
type Field<T extends PgTable> = keyof Row<T> & string;

/**
 * Defines a prepared statement that reads rows of a table, aliased `t`, with the fields that Drizzle gives them.
 * @param name the statement's name, unique in the process
 * @param tail the SQL behind `from … t`, such as `where t."id" = any($1::uuid[])`
 * @param source the SQL to read from; defaults to the table
 * @returns a function that runs the statement with its parameters and returns the rows
 */
export function selection<T extends PgTable>(name: string, table: T, tail: string, source = qualified(table)) {
  const columns = Object.entries(getTableColumns(table)).map(([field, { name }]) => `t."${name}" as "${field}"`);
  const select = statement(name, `select ${columns.join(', ')} from ${source} t ${tail}`);
  return async (tx: Transaction, values: Parameter[]) => tx.query<InferSelectModel<T>>(select, values);
}

type Columns = readonly {
  field: string;
  name: string;
  sqlType: string;
  toArray: (values: readonly unknown[]) => Buffer;
}[];

/**
 * Defines a prepared statement that inserts rows into a table.
 * @param defaulted the fields that the rows don't have, because PostgreSQL sets them
 * @param conflict an `on conflict` clause
 * @returns a function that sends the statement without waiting; an error rejects the transaction's commit
 */
export function insertion<T extends PgTable>(table: T, defaulted: readonly Field<T>[] = [], conflict = '') {
  const { insert, columns } = insertOf(table, defaulted, conflict);
  const witness = witnessOf(table);
  return (tx: Transaction, rows: readonly Row<T>[]): void => {
    const [first] = rows;
    if (!first) return;
    tx.send(insert, arraysOf(columns, rows));
    // With an `on conflict` clause the row may be another transaction's, which would prove nothing.
    if (conflict === '') tx.setWitness(witness(first));
  };
}

/**
 * Defines a prepared statement that inserts the rows which meet no conflict. The table has an `id` column.
 * @param conflict the conflict's target: the SQL between `on conflict` and `do nothing`
 * @returns a function that inserts rows and returns the ids of the inserted ones
 */
export function insertionUnless<T extends PgTable>(table: T, conflict: string) {
  const { insert, columns } = insertOf(table, [], `on conflict ${conflict} do nothing returning "id"`);
  const witness = witnessOf(table);
  return async (tx: Transaction, rows: readonly Row<T>[]): Promise<Set<string>> => {
    if (rows.length === 0) return new Set();
    const ids = (await tx.query<{ id: string }>(insert, arraysOf(columns, rows))).map(({ id }) => id);
    if (ids.length > 0) tx.setWitness(witness({ id: ids[0] }));
    return new Set(ids);
  };
}

/**
 * Defines a prepared statement that updates rows of a table. The transaction must have locked the rows.
 * @param key the field that identifies a row
 * @param fields the fields that are set
 * @returns a function that sends the statement without waiting; an error rejects the transaction's commit
 */
export function update<T extends PgTable>(table: T, key: Field<T>, fields: readonly Field<T>[]) {
  const columns = columnsOf(table, [key, ...fields]);
  const [by, ...set] = columns.map(({ name }) => `"${name}"`);
  const assignments = set.map((name) => `${name} = given.${name}`).join(', ');
  const given = `unnest(${types(columns)}) as given (${names(columns)})`;
  const updating = statement(
    `update_${getTableName(table)}`,
    `update ${qualified(table)} t set ${assignments} from ${given} where t.${by} = given.${by}`,
  );
  return (tx: Transaction, rows: readonly Pick<Row<T>, Field<T>>[]): void => {
    if (rows.length > 0) tx.send(updating, arraysOf(columns, rows));
  };
}

function insertOf(table: PgTable, defaulted: readonly string[], tail = ''): { insert: Statement; columns: Columns } {
  const columns = columnsOf(
    table,
    Object.keys(getTableColumns(table)).filter((field) => !defaulted.includes(field)),
  );
  const text = `insert into ${qualified(table)} (${names(columns)}) select * from unnest(${types(columns)}) ${tail}`;
  const name = [
    'insert',
    getTableName(table),
    ...(defaulted.length > 0 ? ['but', ...defaulted] : []),
    ...(tail ? ['unless'] : []),
  ].join('_');
  return { insert: statement(name, text), columns };
}

/**
 * Returns a function that makes the query for a row by its primary key: the proof that the row's transaction committed.
 */
function witnessOf(table: PgTable): (row: object) => Witness {
  const { columns, primaryKeys } = getTableConfig(table);
  const key = primaryKeys[0]?.columns ?? columns.filter(({ primary }) => primary);
  const fields = Object.entries(getTableColumns(table) as Record<string, PgColumn>).filter(([, column]) =>
    key.some(({ name }) => name === column.name),
  );
  const condition = fields.map(([, { name }], index) => `"${name}" = $${index + 1}`).join(' and ');
  const text = `select 1 from ${qualified(table)} where ${condition}`;
  return (row) => ({ text, values: fields.map(([field]) => (row as Record<string, unknown>)[field]) });
}

const qualified = (table: PgTable): string => `"${getTableConfig(table).schema}"."${getTableName(table)}"`;

function columnsOf(table: PgTable, fields: readonly string[]): Columns {
  const all = getTableColumns(table) as Record<string, PgColumn>;
  return fields.map((field) => {
    const column = all[field];
    if (column) {
      const sqlType = column.getSQLType();
      return { field, name: column.name, sqlType, toArray: arrayOf(sqlType) };
    }
    throw new Error(`${getTableName(table)} has no column ${field}`);
  });
}

const names = (columns: Columns): string => columns.map(({ name }) => `"${name}"`).join(', ');
const types = (columns: Columns): string =>
  columns.map(({ sqlType }, index) => `$${index + 1}::${sqlType}[]`).join(', ');

const arraysOf = (columns: Columns, rows: readonly object[]): Buffer[] =>
  columns.map(({ field, toArray }) => toArray(rows.map((row) => (row as Record<string, unknown>)[field])));
