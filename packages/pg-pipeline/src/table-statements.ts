import { getTableColumns, getTableName } from 'drizzle-orm';
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core';
import type { InferInsertModel, InferSelectModel } from 'drizzle-orm';
import { arrayOf } from './binary-array.ts';
import type { Parameter } from './pipeline.ts';
import { statement, type Statement } from './statement.ts';
import type { Witness } from './commit-outcome.ts';
import type { Transaction } from './transaction.ts';

// One statement a table, however many rows: each column travels as one array parameter, so the text is the same for any
// number of rows and can be prepared once, and a thousand lines don't run into the limit of 65,535 parameters. The texts
// are made from Drizzle's tables, once; Drizzle's own builder would make them anew for every batch.

type Row<T extends PgTable> = InferInsertModel<T>;
type Field<T extends PgTable> = keyof Row<T> & string;

/** A table's rows by a condition on parameters, as Drizzle would read them: `tail` is what follows `from`, another source the table. */
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
 * Inserts rows with all columns but `defaulted`; sent at once, waited for by the transaction's end. `conflict` is an
 * `on conflict` clause for rows that are there already.
 */
export function insertion<T extends PgTable>(table: T, defaulted: readonly Field<T>[] = [], conflict = '') {
  const { insert, columns } = insertOf(table, defaulted, conflict);
  const witness = witnessOf(table);
  return (tx: Transaction, rows: readonly Row<T>[]): void => {
    const [first] = rows;
    if (!first) return;
    tx.send(insert, arraysOf(columns, rows));
    // With a conflict the row may be another transaction's: that it is there shows nothing.
    if (conflict === '') tx.witnessedBy(witness(first));
  };
}

/** Inserts the rows that meet no conflict, and answers the ids of those. `conflict` is what follows `on conflict`. */
export function insertionUnless<T extends PgTable>(table: T, conflict: string) {
  const { insert, columns } = insertOf(table, [], `on conflict ${conflict} do nothing returning "id"`);
  const witness = witnessOf(table);
  return async (tx: Transaction, rows: readonly Row<T>[]): Promise<Set<string>> => {
    if (rows.length === 0) return new Set();
    const ids = (await tx.query<{ id: string }>(insert, arraysOf(columns, rows))).map(({ id }) => id);
    if (ids.length > 0) tx.witnessedBy(witness({ id: ids[0] }));
    return new Set(ids);
  };
}

/** Updates `fields` of rows that this transaction has locked, by `key`; sent at once, waited for by the transaction's end. */
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
    ...defaulted.map((field) => `but_${field}`),
    ...(tail ? ['unless'] : []),
  ].join('_');
  return { insert: statement(name, text), columns };
}

/** A query that finds a row by its primary key: that it is there shows that the transaction which inserted it committed. */
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
