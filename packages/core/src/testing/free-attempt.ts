import type { TestShop } from './test-shop.ts';

/**
 * Makes an order and its live attempt free, as earlier versions created attempts of free orders at gateways. Its
 * product keeps its price.
 */
export async function makeAttemptFree({ database }: Pick<TestShop, 'database'>, orderId: string): Promise<void> {
  await database.pool.query(`
    update commerce.orders set total_amount = 0 where id = '${orderId}';
    update commerce.order_lines set unit_amount = 0, amount = 0 where order_id = '${orderId}';
    update commerce.payments set amount = 0 where order_id = '${orderId}';
    alter table commerce.events disable trigger all;
    update commerce.events set payload = payload || '{"totalAmount": 0}'
    where aggregateid = '${orderId}' and type = 'order.created';
    update commerce.events set payload = payload || '{"amount": 0}'
    where aggregateid = '${orderId}' and type = 'payment.created';
    alter table commerce.events enable trigger all`);
}
