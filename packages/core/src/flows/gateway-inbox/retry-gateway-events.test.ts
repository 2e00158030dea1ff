import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestShop, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
  // While its id is listed, whatever a gateway says about a payment can't be written.
  await shop.database.pool.query(`
    create table cursed (payment_id uuid primary key);
    create function curse() returns trigger language plpgsql as $$
    begin
      if exists (select from public.cursed where payment_id = new.id) then
        raise exception 'cursed' using errcode = '23514';
      end if;
      return new;
    end $$;
    create trigger curse before update on commerce.payments for each row execute function curse()`);
});
afterAll(() => shop?.close());

const run = (sql: string, ...values: string[]) => shop.database.pool.query(sql, values);

async function cursedMessage() {
  const { orderId, payment } = await shop.createPendingOrder({ [await shop.createTestProduct()]: 1 });
  await run('insert into cursed values ($1)', payment.id);
  const { eventId } = await shop.sendWebhook('AUTHORIZED', payment);
  return { orderId, paymentId: payment.id, eventId };
}

async function tryUntilLast(eventId: string): Promise<void> {
  for (let tries = 2; tries <= 8; tries += 1) {
    await run(`update commerce.gateway_events set due_at = now() - interval '1 second' where id = $1`, eventId);
    await shop.commerce.retryGatewayEvents();
  }
}

test('a message that is parked because its effect kept failing has a person told of its order, once and not before', async () => {
  const { orderId, paymentId, eventId } = await cursedMessage();
  expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ needsAttention: null });
  await tryUntilLast(eventId);
  expect(await shop.commerce.getGatewayEvent({ gatewayEventId: eventId })).toMatchObject({
    outcome: 'PARKED',
    attempts: 8,
  });
  expect(await shop.commerce.getOrder({ orderId })).toMatchObject({
    status: 'PAYMENT_PENDING',
    needsAttention: 'event_conflict',
  });
  expect((await shop.readEventTypes(orderId)).filter((type) => type === 'order.attention_raised')).toHaveLength(1);
  await run('delete from cursed where payment_id = $1', paymentId);
});

test("where the alarm can't be written either, the message is parked all the same", async () => {
  await run(`
    create or replace function curse_order() returns trigger language plpgsql as $$
    begin raise exception 'cursed' using errcode = '23514'; end $$`);
  const { orderId, paymentId, eventId } = await cursedMessage();
  await run(`create trigger curse_order before update on commerce.orders for each row execute function curse_order()`);
  await tryUntilLast(eventId);
  await run('drop trigger curse_order on commerce.orders');
  expect(await shop.commerce.getGatewayEvent({ gatewayEventId: eventId })).toMatchObject({
    outcome: 'PARKED',
    attempts: 8,
  });
  expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ needsAttention: null });
  await run('delete from cursed where payment_id = $1', paymentId);
});
