import { statements } from '@commerce-core/pg-pipeline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCommerce, type Commerce } from '../commerce.ts';
import { explain } from '../testing/explain.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { someEventHasNoPosition } from './sequencer-repository.ts';

const events = 20_000;
// Statements outside of transactions have PostgreSQL's own settings.
const usual = `set_config('enable_seqscan', 'on', true), set_config('enable_hashjoin', 'on', true),
  set_config('enable_mergejoin', 'on', true)`;
const max = 5_000;

let database: TestDatabase;
let commerce: Commerce;
let close: () => Promise<void>;
beforeAll(async () => {
  database = await openTestDatabase();
  commerce = createCommerce({ database });
  await addEvents(events);
  while ((await commerce.numberEvents()) > 0);
  const client = await database.pool.connect();
  await client.query('begin; select pg_current_xact_id()');
  close = async () => {
    await client.query('rollback');
    client.release();
  };
  // The snapshot of this turn has the open transaction as running.
  await addEvents(5);
  if ((await commerce.numberEvents()) !== 5) throw new Error('the turn did not number the five events');
  await addEvents(5);
}, 120_000);
afterAll(async () => {
  await close();
  await database.drop();
});

const addEvents = async (count: number) =>
  database.pool.query(
    `insert into commerce.events (id, aggregatetype, aggregateid, version, type, payload, created_at)
     select uuidv7(), 'product', uuidv7(), 1, 'product.created', '{}', now() from generate_series(1, $1::int)`,
    [count],
  );

describe.each([
  ['with statistics', 'analyze'],
  [
    'without statistics',
    `update pg_class set reltuples = -1, relpages = 0 where relnamespace = 'commerce'::regnamespace and relkind = 'r'`,
  ],
])('beside an open transaction, %s,', (_, setUp) => {
  beforeAll(async () => {
    await database.pool.query(setUp);
  });

  test.each<[name: string, text: () => string, values: unknown[], settings?: string]>([
    ['a turn of the sequencer', () => String(statements.get('number_new_events')), [max]],
    ['the look for new events', () => `select ${someEventHasNoPosition}`, [], usual],
    ['the lag', () => String(statements.get('read_event_lag')), [], usual],
  ])('%s reads the new events and not the log', async (_name, text, values, settings) => {
    const { nodes, pages } = await explain(database, text(), values, settings);
    for (const node of nodes.filter((one) => one['Node Type'].includes('Scan')))
      expect(node['Actual Rows'] * node['Actual Loops'], JSON.stringify(node)).toBeLessThanOrEqual(100);
    // The log has some hundred pages.
    expect(pages).toBeLessThan(150);
  });
});
