import { connect } from './connect.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommerce } from '../commerce.ts';
import { mockGateway } from '../gateways/mock.ts';
import { testShopOf, webhookSecret } from '../testing/test-shop.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { migrate, pendingMigrations } from './migrate.ts';

let base: TestDatabase;
beforeAll(async () => {
  base = await openTestDatabase();
});
afterAll(() => base.drop());

test('a second shop in a schema of another name lives beside the first and touches nothing of it', async () => {
  const other = connect({ url: base.url, schema: 'second_shop' });
  expect(await pendingMigrations(other)).not.toEqual([]);
  await migrate(other);
  expect(await pendingMigrations(other)).toEqual([]);
  const commerce = createCommerce({ database: other, gateways: [mockGateway([webhookSecret])] });
  const shop = testShopOf(commerce, other);
  const productId = await shop.createTestProduct();
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 2 });
  await shop.sendWebhook('AUTHORIZED', payment);
  expect((await commerce.getOrder({ orderId })).status).toBe('PAID');
  expect(await commerce.doctor()).toEqual([]);
  const { rows } = await base.pool.query(
    'select (select count(*)::int from second_shop.orders) as second, (select count(*)::int from commerce.orders) as first',
  );
  expect(rows).toEqual([{ second: 1, first: 0 }]);
  await other.close();
});

test.each(['Shop', 'a"b', 'a b', ''])(
  '%j is no usable schema name, and is refused before anything is sent',
  (schema) => {
    expect(() => connect({ url: base.url, schema })).toThrow('schema name');
  },
);

test.each([
  ['2026-11-23 04:18:17.123', 'UTC', '2026-11-23T04:18:17.123Z'],
  ['2026-11-23 04:18:17', 'UTC', '2026-11-23T04:18:17.000Z'],
  ['2026-11-23 04:18:17.1', 'Asia/Seoul', '2026-11-22T19:18:17.100Z'],
  ['2026-11-23 04:18:17.12', 'Asia/Kolkata', '2026-11-22T22:48:17.120Z'],
  ['0099-01-01 00:00:00 BC', 'UTC', '-000098-01-01T00:00:00.000Z'],
  ['12026-11-23 04:18:17', 'UTC', '+012026-11-23T04:18:17.000Z'],
])('the time %s in a session at %s is read as that instant', async (text, zone, instant) => {
  const client = await base.pool.connect();
  try {
    await client.query(`begin; set local timezone = '${zone}'`);
    expect((await client.query(`select '${text}'::timestamptz as time`)).rows[0].time.toISOString()).toBe(instant);
    expect((await client.query(`select 'infinity'::timestamptz as time`)).rows[0].time).toBe(Infinity);
  } finally {
    await client.query('rollback');
    client.release();
  }
});
