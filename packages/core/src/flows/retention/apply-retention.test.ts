import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import { deleteExpiredIdempotencyKeys } from '../../idempotency/idempotency-repository.ts';
import type { RetentionReport } from '../../retention/retention-rule.ts';
import { addExpiredKeys, addOldGatewayEvents } from '../../testing/rows/old-rows.ts';
import { failingWebhooks } from '../../testing/populated/webhooks.ts';
import { createTestShop, type TestShop } from '../../testing/test-shop.ts';
import { createAttemptPartitions } from '../../webhooks/attempt-repository.ts';

const secondMs = 1_000;
const dayMs = 24 * 60 * 60 * secondMs;
const keepMs = { webhookAttempts: 14 * dayMs, parkedDeliveries: 30 * dayMs };

let shop: TestShop;
let reports: RetentionReport[];
beforeEach(async () => {
  reports = [];
  shop = await createTestShop({ webhooks: failingWebhooks, keepMs, onRetention: (report) => reports.push(report) });
});
afterEach(() => shop.close());

const column = async <T>(text: string, values: unknown[] = []): Promise<T[]> =>
  (await shop.database.pool.query<{ value: T }>(text, values)).rows.map(({ value }) => value);
const makeRulesDue = async () =>
  shop.database.pool.query("update commerce.retention_rules set due_at = now() - interval '1 second'");
const readKeys = async () =>
  column<string>('select key as value from commerce.idempotency_keys where scope = $1 order by key', ['old']);

test('a key goes when it has expired, and not a second before', async () => {
  await addExpiredKeys(shop.database, { name: 'over', count: 2, ageMs: 0 });
  await addExpiredKeys(shop.database, { name: 'expires-soon', ageMs: -60 * secondMs });
  expect(await shop.commerce.applyRetention()).toEqual({ removed: 2, isFull: false });
  expect(reports).toEqual([{ rule: 'idempotency_keys', removed: 2 }]);
  expect(await readKeys()).toEqual(['expires-soon-1']);
});

test('a key that expired after the transaction began goes, because the clock counts', async () => {
  const deleted = await shop.commerce.transaction(async (tx) => {
    await tx.db.execute(`insert into commerce.idempotency_keys (scope, key, procedure, fingerprint, answer, expires_at)
      select 'old', 'k', 'p', sha256('x'), '{"value":1}', clock_timestamp()
      from (select pg_sleep(0.01)) waited`);
    return deleteExpiredIdempotencyKeys(tx, { limit: 10, walkedUntil: null });
  });
  expect(deleted).toHaveLength(1);
});

test('a PARKED delivery goes when it was given up long enough ago; one that is tried again stays', async () => {
  await shop.createTestProduct();
  await shop.commerce.numberEvents();
  const { id: endpointId } = await shop.commerce.createWebhookEndpoint({ url: 'https://merchant.example/' });
  const addDelivery = async (status: string, ageMs: number) =>
    shop.database.pool.query(
      `insert into commerce.webhook_deliveries
       select $1, position, event_id, aggregateid, version, type, $2, false, false, 9,
         case when $2 = 'RETRYING' then now() end,
         now() - interval '1 year', now() - $3::float8 * interval '1 ms'
       from commerce.event_positions where position > coalesce((select max(position) from commerce.webhook_deliveries),
         0)
       order by position limit 1`,
      [endpointId, status, ageMs],
    );
  await addDelivery('PARKED', 30 * dayMs + secondMs);
  await addDelivery('PARKED', 30 * dayMs - 60 * secondMs);
  await shop.createTestProduct();
  await shop.commerce.numberEvents();
  await addDelivery('RETRYING', 300 * dayMs);
  await shop.commerce.pauseWebhookEndpoint({ endpointId });
  expect(await shop.commerce.applyRetention()).toEqual({ removed: 1, isFull: false });
  expect(reports).toEqual([{ rule: 'parked_deliveries', removed: 1 }]);
  expect(await column(`select status as value from commerce.webhook_deliveries order by position`)).toEqual([
    'PARKED',
    'RETRYING',
  ]);
  // The log still has the event, so it can be delivered once more.
  const [eventId] = await column<string>('select event_id as value from commerce.event_positions where position = 1');
  expect(await shop.commerce.redriveDeliveries({ endpointId, eventId: String(eventId) })).toEqual({ redriven: 1 });
});

const readDays = async () =>
  column<number>(`select (now() at time zone 'UTC')::date - to_date(right(c.relname, 8), 'YYYYMMDD') as value
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'commerce.webhook_attempts'::regclass order by 1`);

test('a day of attempts is dropped when its last moment is over, and the next day stays', async () => {
  await createAttemptPartitions(shop.database, Date.now() - 16 * dayMs);
  expect(await readDays()).toEqual([14, 15, 16]);
  expect(await shop.commerce.applyRetention()).toEqual({ removed: 2, isFull: false });
  expect(reports).toEqual([{ rule: 'webhook_attempts', removed: 2 }]);
  expect(await readDays()).toEqual([14]);
});

test('a drop of attempts that another transaction reads gives up soon, so no delivery waits for it', async () => {
  await createAttemptPartitions(shop.database, Date.now());
  await createAttemptPartitions(shop.database, Date.now() - 20 * dayMs);
  const reader = await shop.database.pool.connect();
  try {
    await reader.query('begin isolation level repeatable read; select count(*) from commerce.webhook_attempts');
    const begin = performance.now();
    expect(await shop.commerce.applyRetention()).toEqual({ removed: 0, isFull: false });
    expect(performance.now() - begin).toBeLessThan(3_000);
    expect(await readDays()).toHaveLength(6);
  } finally {
    await reader.query('rollback');
    reader.release();
  }
  await makeRulesDue();
  expect(await shop.commerce.applyRetention()).toEqual({ removed: 3, isFull: false });
});

test('a month of days and more goes in one transaction after the other', async () => {
  for (let day = 20; day < 56; day += 3) await createAttemptPartitions(shop.database, Date.now() - day * dayMs);
  const days = (await readDays()).length;
  expect(days).toBeGreaterThan(31);
  expect(await shop.commerce.applyRetention()).toEqual({ removed: 31, isFull: true });
  expect(await shop.commerce.applyRetention()).toEqual({ removed: days - 31, isFull: false });
  expect(await readDays()).toEqual([]);
});

test('a backlog goes in batches of at most the limit, and none of them waits for the next minute', async () => {
  await addExpiredKeys(shop.database, { name: 'key', count: 2_500, ageMs: 31 * dayMs });
  await addOldGatewayEvents(shop.database, { name: 'event', count: 1_200, ageMs: 120 * dayMs });
  let batches = 0;
  for (let isFull = true; isFull; batches += 1) ({ isFull } = await shop.commerce.applyRetention(500));
  expect(batches).toBe(6);
  const removedBy = (rule: string) => reports.flatMap((report) => (report.rule === rule ? report.removed : []));
  expect(removedBy('idempotency_keys')).toEqual([500, 500, 500, 500, 500]);
  expect(removedBy('gateway_event_bodies')).toEqual([500, 500, 200]);
  expect(await readKeys()).toEqual([]);
});

test('two processes share a backlog: every row is removed once, and no call fails', async () => {
  await addExpiredKeys(shop.database, { name: 'key', count: 3_000, ageMs: dayMs });
  await addOldGatewayEvents(shop.database, { name: 'event', count: 3_000, ageMs: 120 * dayMs });
  const onRetention = (report: RetentionReport) => reports.push(report);
  const other = createCommerce({ database: shop.database, keepMs, onRetention });
  const work = async (commerce: Pick<typeof other, 'applyRetention'>) => {
    while ((await column<boolean>('select min(due_at) <= now() as value from commerce.retention_rules'))[0])
      await commerce.applyRetention(100);
  };
  await Promise.all([work(shop.commerce), work(other), work(shop.commerce), work(other)]);
  expect(reports.reduce((sum, { removed }) => sum + removed, 0)).toBe(6_000);
  expect(await readKeys()).toEqual([]);
  expect(await column('select id as value from commerce.gateway_events where raw_body is not null')).toEqual([]);
  expect(await column('select gateway_event_id as value from commerce.late_gateway_event_bodies')).toEqual([]);
});

test('a worker that dies in the middle of a batch leaves all rows as they were, and other rules go on', async () => {
  await addOldGatewayEvents(shop.database, { name: 'event', count: 10, ageMs: 120 * dayMs });
  await addExpiredKeys(shop.database, { name: 'key', count: 3, ageMs: dayMs });
  // The batch stops when it removes the first body, until the test gives the advisory lock back.
  const blocker = await shop.database.pool.connect();
  await blocker.query(`select pg_advisory_lock(18);
    create function commerce.wait_here() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock_shared(18); return new; end $$;
    create trigger wait_here before update on commerce.gateway_events for each row
      execute function commerce.wait_here()`);
  const dying = shop.commerce.applyRetention();
  const stopped = async () =>
    column<number>(`select pid as value from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'advisory'`);
  await expect.poll(stopped).toHaveLength(1);
  const [pid] = await stopped();
  // Another process leaves the stopped rule alone and runs the others.
  expect(await readKeys()).toEqual([]);
  await addExpiredKeys(shop.database, { name: 'later', ageMs: dayMs });
  await makeRulesDueBut('gateway_event_bodies');
  const other = createCommerce({ database: shop.database, keepMs });
  expect(await other.applyRetention()).toEqual({ removed: 1, isFull: false });
  await blocker.query('select pg_terminate_backend($1)', [pid]);
  await expect.poll(async () => (await stopped()).includes(Number(pid))).toBe(false);
  const readBodies = async () =>
    column<number>('select count(*)::int as value from commerce.gateway_events where raw_body is not null');
  expect(await readBodies()).toEqual([10]);
  await blocker.query('select pg_advisory_unlock(18); drop trigger wait_here on commerce.gateway_events');
  blocker.release();
  await dying;
  expect(await readBodies()).toEqual([0]);
});

const makeRulesDueBut = async (name: string) =>
  shop.database.pool.query(
    "update commerce.retention_rules set due_at = now() - interval '1 second' where name <> $1",
    [name],
  );

test('a rule that found nothing is not due again within half a minute, for any process', async () => {
  expect(await shop.commerce.applyRetention()).toEqual({ removed: 0, isFull: false });
  const due = await column<string>('select due_at::text as value from commerce.retention_rules order by name');
  const inSeconds = await column<number>(
    'select extract(epoch from min(due_at) - now())::float8 as value from commerce.retention_rules',
  );
  expect(inSeconds[0]).toBeGreaterThan(30);
  await addExpiredKeys(shop.database, { name: 'key', ageMs: secondMs });
  expect(await shop.commerce.applyRetention()).toEqual({ removed: 0, isFull: false });
  expect(await column('select due_at::text as value from commerce.retention_rules order by name')).toEqual(due);
  expect(reports).toEqual([]);
});

test('a rule that fails does not keep the others from their turn', async () => {
  await addExpiredKeys(shop.database, { name: 'key', ageMs: dayMs });
  await addOldGatewayEvents(shop.database, { name: 'event', ageMs: 120 * dayMs });
  await shop.database.pool.query('alter table commerce.idempotency_keys rename to away');
  await expect(shop.commerce.applyRetention()).rejects.toThrow('idempotency_keys');
  await shop.database.pool.query('alter table commerce.away rename to idempotency_keys');
  expect(reports).toEqual([{ rule: 'gateway_event_bodies', removed: 1 }]);
  expect(await shop.commerce.applyRetention()).toEqual({ removed: 1, isFull: false });
});

test('the lag tells how long ago the oldest row of each rule should have gone', async () => {
  const nothing = {
    idempotency_keys: 0,
    webhook_attempts: 0,
    parked_deliveries: 0,
    gateway_event_bodies: 0,
    tracking_message_bodies: 0,
    operator_sessions: 0,
  };
  expect(await shop.commerce.retentionLag()).toEqual(nothing);
  await addExpiredKeys(shop.database, { name: 'key', ageMs: 3 * dayMs });
  await addOldGatewayEvents(shop.database, { name: 'event', ageMs: 95 * dayMs });
  await createAttemptPartitions(shop.database, Date.now() - 20 * dayMs);
  const lag = await shop.commerce.retentionLag();
  expect(lag['idempotency_keys']).toBeCloseTo((3 * dayMs) / secondMs, -2);
  expect(lag['gateway_event_bodies']).toBeCloseTo((5 * dayMs) / secondMs, -2);
  expect(lag['webhook_attempts']).toBeGreaterThan((5 * dayMs) / secondMs);
  expect(lag['webhook_attempts']).toBeLessThan((6 * dayMs) / secondMs);
  await shop.commerce.applyRetention();
  expect(await shop.commerce.retentionLag()).toEqual(nothing);
});

test('the jobs of a running shop remove a backlog without a call', async () => {
  await addExpiredKeys(shop.database, { name: randomUUID(), count: 2_500, ageMs: dayMs });
  const stopping = new AbortController();
  const errors: unknown[] = [];
  const running = shop.commerce.runJobs(stopping.signal, ({ error }) => error !== undefined && errors.push(error));
  await expect.poll(readKeys, { timeout: 60_000 }).toEqual([]);
  stopping.abort();
  await running;
  expect(errors).toEqual([]);
});
