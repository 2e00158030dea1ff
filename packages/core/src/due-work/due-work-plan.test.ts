import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statements } from '@commerce-core/pg-pipeline';
import { writeManyOrders } from '../testing/rows/many-orders.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { readDueWork, type DueWork, type DueWorkOptions } from './due-work-repository.ts';

const hourMs = 60 * 60_000;
const options: DueWorkOptions = {
  providers: ['mock', 'other'],
  listing: [],
  pollAfterMs: hourMs,
  payableAfterCancelMs: 24 * hourMs,
  sinks: [],
  trackingProviders: [],
};
describe('in a shop with many orders', () => {
  const orders = 4_000;
  const dueCalls = orders / 20; // One order in twenty has a refund that is to be sent.
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
    await writeManyOrders(database, orders);
    for (const statement of [
      `insert into commerce.gateway_calls (id, kind, provider, payment_id, order_id, status, attempts, created_at,
        updated_at)
        select uuidv7(), 'POLL', 'mock', id, order_id, 'DONE', 1, now(), now()
          from commerce.payments, generate_series(1, 3)`,
      `insert into commerce.idempotency_keys (scope, key, procedure, fingerprint, answer, expires_at)
        select 's', 'k' || i, 'p', decode(repeat('00', 32), 'hex'), '{}', now() + interval '1 day'
        from generate_series(1, 10000) i`,
      'analyze',
    ])
      await database.pool.query(statement);
  });
  afterAll(() => database.drop());

  const explain = async () => {
    const text = `explain (analyze, costs off, timing off) ${statements.get('due_work')}`;
    const values = Object.values({ ...options, trackingProviders: ['mock', 'other'] });
    const { rows } = await database.pool.query<{ 'QUERY PLAN': string }>({ text, values });
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  };

  test.each([
    ['with statistics', 'select'],
    [
      'without statistics',
      `update pg_class set reltuples = -1 where relnamespace = 'commerce'::regnamespace and relkind = 'r'`,
    ],
  ])('a look reads the first row of each index and scans no large table (%s)', async (_, setUp) => {
    await database.pool.query(setUp);
    const plan = await explain();
    expect(plan).not.toMatch(/Seq Scan on (orders|payments|gateway_calls|gateway_events|idempotency_keys|parcels)/);
    const rowsRead = [...plan.matchAll(/ using (\w+) on .*rows=(\d+)/g)].map(([, index, rows]) => [
      index,
      Number(rows),
    ]);
    expect(Object.fromEntries(rowsRead)).toMatchObject({
      orders_hold_due: 1,
      gateway_events_due: 0,
      gateway_calls_due: dueCalls,
      payments_live_asked: 0,
      payments_lingering: 1,
    });
  });

  test('a backlog longer than a look counts as due calls of every provider', async () => {
    const due = async (): Promise<DueWork> => readDueWork(database, options);
    expect(await due()).toMatchObject({ calledProviders: ['mock'] });
    await database.pool.query(
      `insert into commerce.gateway_calls (id, kind, provider, payment_id, order_id, status, attempts, due_at,
        created_at, updated_at)
        select uuidv7(), 'POLL', 'mock', id, order_id, 'DUE', 0, now(), now(), now() from commerce.payments limit $1`,
      [1_000 - dueCalls],
    );
    expect(await due()).toMatchObject({ calledProviders: ['mock', 'other'] });
  });
});
