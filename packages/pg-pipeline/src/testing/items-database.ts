import { createTestDatabase } from '@commerce-core/postgres';
import { integer, pgSchema, text } from 'drizzle-orm/pg-core';
import { connect, type ConnectOptions, type Database } from '../connect.ts';
import { insertion } from '../table-statements.ts';

const items = pgSchema('test').table('items', { id: text('id').primaryKey(), quantity: integer('quantity').notNull() });

/** Inserts rows of `test.items`; the first one is the transaction's witness. */
export const insertItems = insertion(items);

/** A database with one table, `test.items`. */
export type ItemsDatabase = Database & {
  url: string;
  /** Inserts an item outside any transaction under test. Returns its id. */
  createItem: (quantity: number) => Promise<string>;
  /** Returns an item's quantity, or undefined when there is no such item. */
  readQuantity: (id: string) => Promise<number | undefined>;
  /** Closes the connections and drops the database. */
  drop: () => Promise<void>;
};

/** Connects to a database with the schema `test`. */
export const connectForTest = (url: string, options: Partial<ConnectOptions> = {}): Database =>
  connect({ url, schemaInSql: 'test', applicationName: 'test', ...options });

/** Creates a database with the table `test.items`. */
export async function createItemsDatabase(): Promise<ItemsDatabase> {
  const { url, drop } = await createTestDatabase();
  const database = connectForTest(url);
  await database.pool.query('create schema test; create table test.items (id text primary key, quantity integer)');
  return {
    ...database,
    url,
    async createItem(quantity) {
      const id = crypto.randomUUID();
      await database.pool.query('insert into test.items (id, quantity) values ($1, $2)', [id, quantity]);
      return id;
    },
    async readQuantity(id) {
      const { rows } = await database.pool.query<{ quantity: number }>(
        'select quantity from test.items where id = $1',
        [id],
      );
      return rows[0]?.quantity;
    },
    async drop() {
      try {
        await database.close();
      } finally {
        await drop();
      }
    },
  };
}
