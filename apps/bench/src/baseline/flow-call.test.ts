import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runDoctor, startBenchServer, type BenchDatabase, type BenchServer } from '../setup/server.ts';
import { flowCall } from './flow-call.ts';
import { findPgbench, runPgbench } from './pgbench.ts';

let server: BenchServer;
let database: BenchDatabase;
beforeAll(async () => {
  server = await startBenchServer();
  database = await server.createDatabase('baseline', { products: 5, orders: 0, waiting: 0 });
});
afterAll(() => server.stop());

const flow = flowCall({ products: 5, lines: 2 });

const paidOrders = async () =>
  database.query<{ id: string; payments: string }>(
    `select o.id, string_agg(p.status, ',') as payments
      from commerce.orders o join commerce.payments p on p.order_id = o.id where o.status = 'PAID' group by o.id`,
  );

test('a flow by pg leaves an order that a captured payment has paid', async () => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const id = await flow.runFlow(
    async (name, text, values) => (await client.query<{ answer: unknown }>({ name, text, values })).rows[0]?.answer,
  );
  await client.end();
  expect(await paidOrders()).toEqual([{ id, payments: 'CAPTURED' }]);
});

const pgbench = findPgbench();

test.skipIf(!pgbench)('each flow that pgbench counts is an order that a captured payment has paid', async () => {
  if (!pgbench) return;
  const before = (await paidOrders()).length;
  const { succeeded } = await runPgbench(pgbench, {
    databaseUrl: database.url,
    script: flow.script,
    clients: 4,
    warmMs: 0,
    measureMs: 1_000,
  });
  expect(succeeded).toBeGreaterThan(0);
  expect(await paidOrders()).toHaveLength(before + succeeded);
  expect(await runDoctor(database)).toEqual([]);
});
