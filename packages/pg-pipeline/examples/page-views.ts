import { integer, pgSchema, text } from 'drizzle-orm/pg-core';
import { Batcher, connect, insertion, withTransaction } from '@commerce-core/pg-pipeline';

const url = process.env['DATABASE_URL'];
if (!url) throw new Error('DATABASE_URL is not set');

const schema = pgSchema('page_views');
const pages = schema.table('pages', { path: text('path').primaryKey(), views: integer('views').notNull() });
const addViews = insertion(
  pages,
  [],
  'on conflict (path) do update set views = page_views.pages.views + excluded.views',
);

const database = connect({ url, schemaInSql: 'page_views', applicationName: 'page-views' });
await database.pool.query(`
  create schema if not exists page_views;
  create table if not exists page_views.pages (path text primary key, views integer not null)`);

let transactions = 0;
const batcher = new Batcher<string, void>({
  run: async (paths) =>
    withTransaction(database, async (tx) => {
      transactions += 1;
      const views = Map.groupBy(paths, (path) => path);
      addViews(
        tx,
        [...views].map(([path, { length }]) => ({ path, views: length })),
      );
      return paths.map(() => undefined);
    }),
});
// Batches that run at once share no page, so they can't deadlock.
const queue = batcher.addQueue({ name: 'views', keysOf: (path) => [path] });

await Promise.all(Array.from({ length: 1_000 }, (_, n) => queue.submit(n % 2 ? '/' : '/about')));
await batcher.close();
const { rows } = await database.pool.query('select path, views from page_views.pages order by path');
console.log(rows, `in ${transactions} transactions`);
await database.close();
