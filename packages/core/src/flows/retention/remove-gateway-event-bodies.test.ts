import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import { addOldGatewayEvents, idAt } from '../../testing/rows/old-rows.ts';
import { createTestShop, errorCodeOf, type TestShop } from '../../testing/test-shop.ts';

const secondMs = 1_000;
const dayMs = 24 * 60 * 60 * secondMs;
// The usual time.
const keepMs = 90 * dayMs;

let shop: TestShop;
beforeEach(async () => {
  shop = await createTestShop();
});
afterEach(() => shop.close());

const query = async (text: string, values: unknown[] = []) => (await shop.database.pool.query(text, values)).rows;
const applyRetention = async (limit?: number) => {
  await query("update commerce.retention_rules set due_at = now() - interval '1 second'");
  return shop.commerce.applyRetention(limit);
};
/** The provider event ids of the events that have a body. */
const readBodies = async () =>
  (
    await query(`select provider_event_id as id from commerce.gateway_events where raw_body is not null order by 1`)
  ).map(({ id }) => id as string);
/** Makes all events older, as if they had come and been decided `ms` earlier. */
const age = async (ms: number) =>
  query(
    `update commerce.gateway_events set received_at = received_at - $1::float8 * interval '1 ms',
       decided_at = decided_at - $1::float8 * interval '1 ms',
       id = overlay(id::text placing left(${idAt(`received_at - $1::float8 * interval '1 ms'`)}::text, 13)
         from 1 for 13)::uuid`,
    [ms],
  );

test('a body goes when its event was decided long enough ago, and not a moment before', async () => {
  await addOldGatewayEvents(shop.database, { name: 'over', count: 3, ageMs: keepMs + secondMs });
  await addOldGatewayEvents(shop.database, { name: 'not-yet', ageMs: keepMs - 60 * secondMs });
  await addOldGatewayEvents(shop.database, { name: 'without', ageMs: keepMs + dayMs, body: null });
  const facts = async () =>
    query(`select to_jsonb(g) - 'raw_body' as facts from commerce.gateway_events g order by id`);
  const before = await facts();
  expect(await applyRetention()).toEqual({ removed: 3, isFull: false });
  expect(await readBodies()).toEqual(['not-yet-1']);
  expect(await facts()).toEqual(before);
});

test('an event that waits keeps its body, which goes when it was decided long enough ago', async () => {
  await addOldGatewayEvents(shop.database, { name: 'waits', ageMs: keepMs + dayMs, decidedMs: null });
  await addOldGatewayEvents(shop.database, { name: 'late', ageMs: keepMs + dayMs, decidedMs: dayMs });
  await addOldGatewayEvents(shop.database, { name: 'over', ageMs: keepMs + dayMs });
  expect(await applyRetention()).toEqual({ removed: 1, isFull: false });
  expect(await readBodies()).toEqual(['late-1', 'waits-1']);
  expect(await applyRetention()).toEqual({ removed: 0, isFull: false });

  const decide = async (name: string, ageMs: number) =>
    query(
      `update commerce.gateway_events set outcome = 'IGNORED_UNKNOWN', due_at = null,
         decided_at = now() - $2::float8 * interval '1 ms' where provider_event_id = $1`,
      [name, ageMs],
    );
  const letTimePass = async () =>
    query(`update commerce.late_gateway_event_bodies set since = since - interval '90 days'`);
  await decide('waits-1', 60 * secondMs);
  await decide('late-1', keepMs + secondMs);
  await letTimePass();
  expect(await applyRetention()).toEqual({ removed: 1, isFull: false });
  expect(await readBodies()).toEqual(['waits-1']);
  await decide('waits-1', keepMs + secondMs);
  expect(await applyRetention()).toEqual({ removed: 0, isFull: false });
  await letTimePass();
  expect(await applyRetention()).toEqual({ removed: 1, isFull: false });
  expect(await query('select * from commerce.late_gateway_event_bodies')).toEqual([]);
});

test('a walk reads each event once, also those without a body', async () => {
  await addOldGatewayEvents(shop.database, { name: 'without', count: 30, ageMs: keepMs + 2 * dayMs, body: null });
  await addOldGatewayEvents(shop.database, { name: 'with', count: 30, ageMs: keepMs + dayMs });
  const batches = [];
  for (let isFull = true; isFull;) {
    const batch = await applyRetention(20);
    batches.push(batch.removed);
    ({ isFull } = batch);
  }
  expect(batches).toEqual([0, 10, 20, 0]);
});

test('an event that another transaction has locked is not passed, and its body goes later', async () => {
  for (const [index, name] of ['a', 'b', 'c'].entries())
    await addOldGatewayEvents(shop.database, { name, ageMs: keepMs + (3 - index) * dayMs });
  const other = await shop.database.pool.connect();
  try {
    await other.query(`begin; select from commerce.gateway_events where provider_event_id = 'b-1' for update`);
    expect(await applyRetention()).toEqual({ removed: 1, isFull: false });
    expect(await readBodies()).toEqual(['b-1', 'c-1']);
  } finally {
    await other.query('rollback');
    other.release();
  }
  expect(await applyRetention()).toEqual({ removed: 2, isFull: false });
});

test('a shorter time takes effect at the next turn, and a longer one brings nothing back', async () => {
  await addOldGatewayEvents(shop.database, { name: 'event', ageMs: 40 * dayMs });
  expect(await applyRetention()).toEqual({ removed: 0, isFull: false });
  await query("update commerce.retention_rules set due_at = now() - interval '1 second'");
  const shorter = createCommerce({ database: shop.database, keepMs: { gatewayEventBodies: 30 * dayMs } });
  expect(await shorter.applyRetention()).toEqual({ removed: 1, isFull: false });
  expect(await applyRetention()).toEqual({ removed: 0, isFull: false });
});

test('without its body a repeated event is a duplicate, and one with other content a CONFLICT', async () => {
  const { orderId, payment } = await shop.createPendingOrder({ [await shop.createTestProduct()]: 1 });
  const eventId = randomUUID();
  expect(await shop.sendWebhook('CAPTURED', payment, { eventId })).toMatchObject({ outcome: 'APPLIED' });
  await age(keepMs + dayMs);
  expect(await applyRetention()).toEqual({ removed: 1, isFull: false });
  expect(await readBodies()).toEqual([]);
  const [first] = (await shop.commerce.listGatewayEvents()).items;
  expect(await shop.commerce.getGatewayEvent({ gatewayEventId: String(first?.id) })).toMatchObject({
    providerEventId: eventId,
    rawBody: null,
  });

  const repeated = await shop.sendWebhook('CAPTURED', payment, { eventId });
  expect(repeated).toEqual({ eventId: first?.id, outcome: 'APPLIED', effect: 'order_paid', duplicate: true });
  expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ status: 'PAID', needsAttention: null });
  const other = await shop.sendWebhook('CAPTURED', { ...payment, amount: 1 }, { eventId });
  expect(other).toMatchObject({ eventId: first?.id, outcome: 'CONFLICT', duplicate: true });
  expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ needsAttention: 'event_conflict' });
  expect((await shop.commerce.listGatewayEvents({ outcome: 'CONFLICT' })).items).toHaveLength(1);
});

test('an event without its body is redriven and applied from its other columns', async () => {
  const { orderId, payment } = await shop.createPendingOrder({ [await shop.createTestProduct()]: 1 });
  const unknown = { ...payment, id: randomUUID() };
  expect(await shop.sendWebhook('CAPTURED', unknown)).toMatchObject({ outcome: 'UNMATCHED' });
  await query(
    `update commerce.gateway_events set outcome = 'PARKED', due_at = null, decided_at = now(), payment_id = $1`,
    [payment.id],
  );
  await age(keepMs + dayMs);
  expect(await applyRetention()).toEqual({ removed: 1, isFull: false });
  const [parked] = (await shop.commerce.listGatewayEvents({ outcome: 'PARKED' })).items;
  const gatewayEventId = String(parked?.id);
  expect(await errorCodeOf(shop.commerce.redriveGatewayEvent({ gatewayEventId }))).toBe('accepted');
  expect(await shop.commerce.retryGatewayEvents()).toBe(1);
  expect(await shop.commerce.getGatewayEvent({ gatewayEventId })).toMatchObject({ outcome: 'APPLIED', rawBody: null });
  expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ status: 'PAID' });
});
