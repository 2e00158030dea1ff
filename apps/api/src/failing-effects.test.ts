import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from './client.ts';
import { startTestApi, type TestApi } from './testing/index.ts';
import { pendingOrder } from './testing/pending-order.ts';

let api: TestApi;
let customer: Client;
beforeAll(async () => {
  api = await startTestApi();
  customer = await api.customer();
  // While its id is listed, whatever a gateway says about a payment can't be written.
  await api.database.pool.query(`
    create table cursed (payment_id uuid primary key);
    create function curse() returns trigger language plpgsql as $$
    begin
      if exists (select from public.cursed where payment_id = new.id) then
        raise exception 'secret-message of %', new.id using detail = 'secret-detail', errcode = '23514';
      end if;
      return new;
    end $$;
    create trigger curse before update on commerce.payments for each row execute function curse()`);
});
afterAll(() => api?.close());

async function cursedOrder() {
  const order = await pendingOrder(api, customer);
  await api.database.pool.query('insert into cursed values ($1)', [order.payment.id]);
  const lift = () => api.database.pool.query('delete from cursed where payment_id = $1', [order.payment.id]);
  return { ...order, lift };
}

const eventOf = async (gatewayEventId: string) => api.commerce.getGatewayEvent({ gatewayEventId });
const statusOf = async (orderId: string) => (await customer.order.get.query({ orderId })).status;
const comeDue = () =>
  api.database.pool.query(`
  update commerce.gateway_events set due_at = now() - interval '1 second' where due_at is not null`);

test('a message whose effect fails is kept, the gateway is told 200, and the loop applies it', async () => {
  const { orderId, productId, approval, lift } = await cursedOrder();
  const before = api.log().length;
  const eventId = randomUUID();
  const first = await api.webhook(approval, { eventId });
  expect(first).toMatchObject({ status: 200, body: { outcome: 'RECEIVED', effect: null, duplicate: false } });
  expect(await eventOf(first.body.eventId)).toMatchObject({
    outcome: 'RECEIVED',
    attempts: 1,
    rawBody: { text: JSON.stringify(approval) },
  });
  expect(await statusOf(orderId)).toBe('PAYMENT_PENDING');

  const faults = api
    .log()
    .slice(before)
    .filter(({ msg }) => msg === 'fault');
  expect(faults).toMatchObject([{ level: 'error' }]);
  expect(JSON.stringify(faults)).toContain('"code":"23514"');
  expect(JSON.stringify(api.log().slice(before))).not.toMatch(/secret-|update "commerce/i);

  await lift();
  expect((await api.webhook(approval, { eventId })).body).toMatchObject({ outcome: 'RECEIVED', duplicate: true });
  await comeDue();
  expect(await api.commerce.retryGatewayEvents()).toBe(1);
  expect(await eventOf(first.body.eventId)).toMatchObject({ outcome: 'APPLIED', effect: 'order_paid', attempts: 2 });
  expect([await statusOf(orderId), await api.stock(productId)]).toEqual(['PAID', [3, 0]]);
});

test('one that fails for ever is parked after its last try, and harms no other of its batch; redriven, it is applied', async () => {
  const cursed = await cursedOrder();
  const parked = (await api.webhook(cursed.approval)).body.eventId as string;
  for (let tries = 2; tries <= 8; tries += 1) {
    const other = await cursedOrder();
    expect((await api.webhook(other.approval)).body.outcome).toBe('RECEIVED');
    await other.lift();
    expect((await eventOf(parked)).outcome).toBe('RECEIVED');
    await comeDue();
    expect(await api.commerce.retryGatewayEvents()).toBe(2);
    expect(await statusOf(other.orderId)).toBe('PAID');
    expect((await eventOf(parked)).attempts).toBe(tries);
  }
  expect(await eventOf(parked)).toMatchObject({ outcome: 'PARKED', dueAt: null });
  expect(await statusOf(cursed.orderId)).toBe('PAYMENT_PENDING');
  expect(await api.commerce.getOrder({ orderId: cursed.orderId })).toMatchObject({ needsAttention: 'event_conflict' });
  expect(await api.commerce.retryGatewayEvents()).toBe(0);

  await cursed.lift();
  await (await api.operator('gateway-events')).gatewayEvent.redrive.mutate({ gatewayEventId: parked });
  expect(await api.commerce.retryGatewayEvents()).toBe(1);
  expect(await eventOf(parked)).toMatchObject({ outcome: 'APPLIED', effect: 'order_paid' });
  expect(await statusOf(cursed.orderId)).toBe('PAID');
});

test('after all of this no invariant is broken', async () => {
  expect(await api.commerce.doctor()).toEqual([]);
});
