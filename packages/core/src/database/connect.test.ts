import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommerce } from '../commerce.ts';
import { mockGateway } from '../gateways/mock.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { testShopOf, webhookSecret } from '../testing/test-shop.ts';
import { connect } from './connect.ts';
import { migrate, pendingMigrations } from './migrate.ts';

let base: TestDatabase;
beforeAll(async () => {
  base = await openTestDatabase();
});
afterAll(() => base.drop());

test('two shops in two schemas of one database share no row', async () => {
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
    `select (select count(*)::int from second_shop.orders) as second, (select count(*)::int
      from commerce.orders) as first`,
  );
  expect(rows).toEqual([{ second: 1, first: 0 }]);
  await other.close();
});
