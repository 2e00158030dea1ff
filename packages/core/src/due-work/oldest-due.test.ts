import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import type { DueWork } from './due-work-repository.ts';
import { readOldestDue, type OldestDue } from './oldest-due.ts';

let database: TestDatabase;
beforeAll(async () => (database = await openTestDatabase()));
afterAll(() => database?.drop());

test('each kind is read from an index, however many rows its table has', async () => {
  const said: string[] = [];
  // What the server would do for the query that is really sent.
  const pool = { query: async (text: string) => explain(text) } as never;
  const explain = async (text: string) => {
    const client = await database.pool.connect();
    try {
      await client.query('begin; set local enable_seqscan = off; set local enable_bitmapscan = off');
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${text}`);
      said.push(...rows.map((row) => row['QUERY PLAN']));
      await client.query('rollback');
    } finally {
      client.release();
    }
    return { rows: [] };
  };
  await readOldestDue({ pool });
  // gateway_listings has a row for each gateway, and no more.
  const scans = said.filter((line) => line.includes('Seq Scan') && !line.includes('gateway_listings'));
  expect(scans).toEqual([]);
  expect(said.filter((line) => line.includes('Index'))).not.toEqual([]);
});

// By the type, a job with due work of its own needs a row here. Others of the same kind of work share one.
const ages: Record<keyof DueWork, keyof OldestDue | 'event_lag' | 'event_sink_lag'> = {
  overdueOrders: 'overdueOrders',
  dueCredits: 'credits',
  overdueCaptures: 'overdueCaptures',
  dueEvents: 'gatewayEvents',
  calledProviders: 'gatewayCalls',
  stalePayments: 'livePayments',
  dueLists: 'gatewayListings',
  dueRetention: 'retentionRules',
  newEvents: 'event_lag',
  newReports: 'reportedEvents',
  dueEndpoints: 'webhookEvents',
  failingEndpoints: 'webhookEvents',
  dueSinks: 'event_sink_lag',
  dueTrackingMessages: 'trackingMessages',
  trackingProviders: 'parcels',
};

test('the age of the oldest row is known for each kind of due work', async () => {
  const known = [...Object.keys(await readOldestDue(database)), 'event_lag', 'event_sink_lag'];
  expect(Object.values(ages).filter((age) => !known.includes(age))).toEqual([]);
});
