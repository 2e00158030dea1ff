import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestShop, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
  // A trigger makes every update of a payment fail while broken_payments lists the payment.
  await shop.database.pool.query(`
    create table broken_payments (payment_id uuid primary key);
    create function fail_broken_payment() returns trigger language plpgsql as $$
    begin
      if exists (select from public.broken_payments where payment_id = new.id) then
        raise exception 'broken payment' using errcode = '23514';
      end if;
      return new;
    end $$;
    create trigger fail_broken_payment before update on commerce.payments for each row
      execute function fail_broken_payment()`);
});
afterAll(() => shop?.close());

const query = (sql: string, ...values: string[]) => shop.database.pool.query(sql, values);

async function receiveFailingEvent() {
  const { orderId, payment } = await shop.createPendingOrder({ [await shop.createTestProduct()]: 1 });
  await query('insert into broken_payments values ($1)', payment.id);
  const { eventId } = await shop.sendWebhook('AUTHORIZED', payment);
  return { orderId, paymentId: payment.id, eventId };
}

async function retryUntilParked(eventId: string): Promise<void> {
  for (let attempts = 2; attempts <= 8; attempts += 1) {
    await query(`update commerce.gateway_events set due_at = now() - interval '1 second' where id = $1`, eventId);
    await shop.commerce.retryGatewayEvents();
  }
}

test('a gateway event that is PARKED after 8 failed attempts raises one attention, and none before', async () => {
  const { orderId, paymentId, eventId } = await receiveFailingEvent();
  expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ needsAttention: null });
  await retryUntilParked(eventId);
  expect(await shop.commerce.getGatewayEvent({ gatewayEventId: eventId })).toMatchObject({
    outcome: 'PARKED',
    attempts: 8,
  });
  expect(await shop.commerce.getOrder({ orderId })).toMatchObject({
    status: 'PAYMENT_PENDING',
    needsAttention: 'event_conflict',
  });
  expect((await shop.readEventTypes(orderId)).filter((type) => type === 'order.attention_raised')).toHaveLength(1);
  await query('delete from broken_payments where payment_id = $1', paymentId);
});

test('a gateway event is PARKED even when its attention cannot be written to the order', async () => {
  await query(`
    create or replace function fail_order_update() returns trigger language plpgsql as $$
    begin raise exception 'broken payment' using errcode = '23514'; end $$`);
  const { orderId, paymentId, eventId } = await receiveFailingEvent();
  await query(
    `create trigger fail_order_update before update on commerce.orders for each row
      execute function fail_order_update()`,
  );
  await retryUntilParked(eventId);
  await query('drop trigger fail_order_update on commerce.orders');
  expect(await shop.commerce.getGatewayEvent({ gatewayEventId: eventId })).toMatchObject({
    outcome: 'PARKED',
    attempts: 8,
  });
  expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ needsAttention: null });
  await query('delete from broken_payments where payment_id = $1', paymentId);
});
