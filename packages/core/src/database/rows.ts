import { getTableColumns, getTableName, sql, type InferInsertModel, type SQL } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Transaction } from './transaction.ts';

// One statement a table, however many rows: each column travels as one array parameter. The text is the same for any
// number of rows, and a thousand lines don't run into PostgreSQL's limit of 65,535 parameters.

type Row<T extends PgTable> = InferInsertModel<T>;
type Key<T extends PgTable> = keyof Row<T> & string;

/** Inserts `rows`, which all give the same columns; with a `tail` that returns ids, answers those. */
export async function insertRows<T extends PgTable>(
  tx: Transaction,
  table: T,
  rows: readonly Row<T>[],
  tail: SQL = sql.empty(),
): Promise<string[]> {
  if (rows.length === 0) return [];
  const columns = columnsOf(table, Object.keys(rows[0]!));
  const result = await tx.db.execute<{ id: string }>(
    sql`insert into ${table} (${names(columns)}) select * from unnest(${arrays(columns, rows)}) ${tail}`,
  );
  return result.rows.map(({ id }) => id);
}

/** Updates the row of each element by `key`, setting `fields`. @throws Error when a row wasn't there */
export async function updateRows<T extends PgTable>(
  tx: Transaction,
  table: T,
  key: Key<T>,
  fields: readonly Key<T>[],
  rows: readonly Pick<Row<T>, Key<T>>[],
): Promise<void> {
  if (rows.length === 0) return;
  const columns = columnsOf(table, [key, ...fields]);
  const [keyColumn, ...set] = columns.map(([, column]) => sql.identifier(column.name));
  const assignments = sql.join(set.map((name) => sql`${name} = given.${name}`), sql`, `);
  const { rowCount } = await tx.db.execute(sql`
    update ${table} set ${assignments} from unnest(${arrays(columns, rows)}) as given (${names(columns)})
    where ${table}.${keyColumn} = given.${keyColumn}`);
  if (rowCount !== rows.length) throw new Error(`${getTableName(table)}: ${rowCount} of ${rows.length} rows were there to update`);
}

type NamedColumn = readonly [field: string, column: PgColumn];

function columnsOf(table: PgTable, fields: readonly string[]): NamedColumn[] {
  const all = getTableColumns(table) as Record<string, PgColumn>;
  return fields.map((field) => {
    const column = all[field];
    if (!column) throw new Error(`${getTableName(table)} has no column ${field}`);
    return [field, column] as const;
  });
}

const names = (columns: readonly NamedColumn[]) =>
  sql.join(columns.map(([, column]) => sql.identifier(column.name)), sql`, `);

function arrays(columns: readonly NamedColumn[], rows: readonly object[]) {
  const parameters = columns.map(([field, column]) => {
    const values = rows.map((row) => {
      const value = (row as Record<string, unknown>)[field];
      return value === null || value === undefined ? null : column.mapToDriverValue(value);
    });
    return sql`${sql.param(values)}::${sql.raw(column.getSQLType())}[]`;
  });
  return sql.join(parameters, sql`, `);
}
