import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statements } from '@commerce-core/pg-pipeline';
import { createCommerce } from '../../commerce.ts';
import { inOrderOfAnIndex } from '../../retention/retention-repository.ts';
import { readRetentionLag } from '../../retention/retention-lag.ts';
import { retentionOf } from '../../retention/retention-rule.ts';
import { explain } from '../../testing/explain.ts';
import { addExpiredKeys, addOldGatewayEvents } from '../../testing/rows/old-rows.ts';
import { openTestDatabase, type TestDatabase } from '../../testing/test-database.ts';

const dayMs = 24 * 60 * 60_000;
const keepMs = 90 * dayMs;
const rows = 20_000;
// More than the planner expects in a range of unknown ends, which is one row in 200.
const limit = 1_000;
const first = '00000000-0000-0000-0000-000000000000';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await addExpiredKeys(database, { name: 'over', count: rows, ageMs: dayMs });
  await addExpiredKeys(database, { name: 'kept', count: rows, ageMs: -dayMs });
  await addOldGatewayEvents(database, { name: 'over', count: rows, ageMs: 2 * keepMs });
  await addOldGatewayEvents(database, { name: 'kept', count: rows, ageMs: dayMs });
  const client = await database.pool.connect();
  await client.query(`begin; set local session_replication_role = replica;
    insert into commerce.late_gateway_event_bodies select gen_random_uuid(), now() - n * interval '1 hour'
      from generate_series(1, ${rows}) n;
    insert into commerce.tracking_messages
      select gen_random_uuid(), 'mock', 'e' || n, '[]', 'f', 'body', 'APPLIED', 1, null, now() - n * interval '1 hour',
        now() - n * interval '1 hour'
      from generate_series(1, ${rows}) n;
    insert into commerce.operator_sessions
      select gen_random_uuid(), gen_random_uuid(), sha256(n::text::bytea), now(), now(), now() - n * interval '1 hour'
      from generate_series(1, ${rows}) n;
    insert into commerce.sign_in_links
      select sha256(n::text::bytea), gen_random_uuid(), now() - n * interval '1 hour'
        from generate_series(1, ${rows}) n;
    insert into commerce.webhook_deliveries
      select gen_random_uuid(), n, gen_random_uuid(), gen_random_uuid(), 1, 'order.paid', status, false, false, 9,
        case when status = 'RETRYING' then now() end, now(), now() - n * interval '1 hour'
      from generate_series(1, ${rows}) n cross join (values ('PARKED'), ('RETRYING')) s (status);
    commit; analyze`);
  client.release();
}, 120_000);
afterAll(() => database.drop());

const explainBatch = async (text: string, values: unknown[]) => explain(database, text, values, inOrderOfAnIndex);

const someIds = async () =>
  (await database.pool.query(`select id from commerce.gateway_events limit ${limit}`)).rows.map(
    ({ id }) => id as string,
  );

describe.each([
  ['with statistics', 'select'],
  [
    'without statistics',
    `update pg_class set reltuples = -1, relpages = 0 where relnamespace = 'commerce'::regnamespace and relkind = 'r'`,
  ],
])('%s', (_, setUp) => {
  beforeAll(async () => {
    await database.pool.query(setUp);
  });

  test.each<[name: string, values: () => unknown[] | Promise<unknown[]>]>([
    ['delete_expired_idempotency_keys', () => [limit, null]],
    ['delete_old_parked_deliveries', () => [keepMs, limit, null]],
    ['walk_gateway_event_bodies', () => [first, keepMs, limit]],
    ['lock_gateway_event_bodies', async () => [await someIds(), keepMs]],
    ['clear_gateway_event_bodies', async () => [await someIds()]],
    ['due_late_gateway_event_bodies', () => [keepMs, limit]],
    ['clear_tracking_message_bodies', () => [keepMs, limit]],
    ['remove_ended_sessions', () => [keepMs, limit]],
    ['remove_ended_sign_in_links', () => [keepMs, limit]],
    ['forget_late_gateway_event_bodies', async () => [await someIds()]],
  ])('%s reads no more than the rows of its batch', async (name, values) => {
    const { nodes, pages } = await explainBatch(String(statements.get(name)), await values());
    const scans = nodes.filter((node) => node['Node Type'].includes('Scan'));
    expect(scans.map((node) => node['Node Type'])).not.toContain('Seq Scan');
    for (const scan of scans) {
      expect(scan['Actual Rows'] * scan['Actual Loops'], JSON.stringify(scan)).toBeLessThanOrEqual(limit);
      expect(scan['Rows Removed by Filter'] ?? 0).toBe(0);
    }
    // A few pages for each row: its index, the row, and what a change writes. The tables have thousands of pages.
    expect(pages).toBeLessThan(limit * 30);
  });
});

/** The pages that a batch of keys reads: the least of three, because PostgreSQL tidies its indexes meanwhile. */
async function leastPages(values: unknown[]): Promise<number> {
  const read: number[] = [];
  for (let run = 0; run < 3; run += 1)
    read.push((await explainBatch(String(statements.get('delete_expired_idempotency_keys')), values)).pages);
  return Math.min(...read);
}

test('a batch does not read what earlier batches deleted, even while an old transaction can still see it', async () => {
  const old = await database.pool.connect();
  try {
    await old.query('begin isolation level repeatable read; select');
    await old.query('select count(*) from commerce.idempotency_keys');
    const commerce = createCommerce({ database });
    const pages: number[] = [];
    for (let batch = 0; batch < 20; batch += 1) {
      await commerce.applyRetention(limit / 2);
      const [row] = (
        await database.pool.query(
          `select walked_until::text as "walkedUntil" from commerce.retention_rules where name = 'idempotency_keys'`,
        )
      ).rows;
      pages.push(await leastPages([limit, row.walkedUntil]));
    }
    expect(Math.max(...pages) - Math.min(...pages)).toBeLessThan(20);
    expect(await leastPages([limit, null])).toBeGreaterThan(Math.max(...pages) + 100);
  } finally {
    await old.query('rollback');
    old.release();
  }
});

test('a batch that finds nothing reads a few pages', async () => {
  const last = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  for (const [name, values] of [
    ['walk_gateway_event_bodies', [last, keepMs, limit]],
    ['due_late_gateway_event_bodies', [10_000 * dayMs, limit]],
    ['delete_old_parked_deliveries', [10_000 * dayMs, limit, null]],
  ] as const)
    expect((await explainBatch(String(statements.get(name)), [...values])).pages, name).toBeLessThan(20);
});

test('the lag is read from the first row of each index', async () => {
  const begin = performance.now();
  const lag = await readRetentionLag(database, retentionOf());
  expect(performance.now() - begin).toBeLessThan(2_000);
  expect(Object.values(lag).filter((seconds) => seconds > 0)).toHaveLength(5);
});
