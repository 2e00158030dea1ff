import { expect, test } from 'vitest';
import { createTestShop } from '../testing/test-shop.ts';

test('an order is placed, paid and canceled without prepared statements, and none stays on a connection', async () => {
  const shop = await createTestShop({ connect: { preparedStatements: false, poolMax: 1 } });
  try {
    const productId = await shop.createTestProduct();
    const { orderId, payment } = await shop.createPendingOrder({ [productId]: 2 });
    expect(await shop.sendWebhook('AUTHORIZED', payment)).toMatchObject({ outcome: 'APPLIED', effect: 'order_paid' });
    await shop.commerce.cancelOrder({ orderId });
    expect(await shop.readStock(productId)).toEqual([10, 0]);
    for (const pool of [shop.database.pool, shop.database.writers]) {
      expect((await pool.query('select name from pg_prepared_statements')).rows).toEqual([]);
    }
  } finally {
    await shop.close();
  }
});
