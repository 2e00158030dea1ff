import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from './client.ts';
import { startTestApi, type TestApi } from './testing/index.ts';
import { createPendingOrder } from './testing/create-pending-order.ts';

let api: TestApi;
let customer: Client;
beforeAll(async () => {
  api = await startTestApi();
  customer = await api.customerClient();
  // While a payment's id is in this table, no effect of a gateway's message on it can be written.
  await api.database.pool.query(`
    create table blocked_payments (payment_id uuid primary key);
    create function fail_blocked_payment() returns trigger language plpgsql as $$
    begin
      if exists (select from public.blocked_payments where payment_id = new.id) then
        raise exception 'secret-message of %', new.id using detail = 'secret-detail', errcode = '23514';
      end if;
      return new;
    end $$;
    create trigger fail_blocked_payment before update on commerce.payments for each row
      execute function fail_blocked_payment()`);
});
afterAll(() => api?.close());

async function createBlockedOrder() {
  const order = await createPendingOrder(api, customer);
  await api.database.pool.query('insert into blocked_payments values ($1)', [order.payment.id]);
  const unblock = () =>
    api.database.pool.query('delete from blocked_payments where payment_id = $1', [order.payment.id]);
  return { ...order, unblock };
}

const eventOf = async (gatewayEventId: string) => api.commerce.getGatewayEvent({ gatewayEventId });
const statusOf = async (orderId: string) => (await customer.order.get.query({ orderId })).status;
const makeEventsDue = () =>
  api.database.pool.query(`
  update commerce.gateway_events set due_at = now() - interval '1 second' where due_at is not null`);

test('a message whose effect fails is stored, gets a 200, and is applied by a retry', async () => {
  const { orderId, productId, approval, unblock } = await createBlockedOrder();
  const before = api.logLines().length;
  const eventId = randomUUID();
  const first = await api.sendWebhook(approval, { eventId });
  expect(first).toMatchObject({ status: 200, body: { outcome: 'RECEIVED', effect: null, duplicate: false } });
  expect(await eventOf(first.body.eventId)).toMatchObject({
    outcome: 'RECEIVED',
    attempts: 1,
    rawBody: { text: JSON.stringify(approval) },
  });
  expect(await statusOf(orderId)).toBe('PAYMENT_PENDING');

  const faults = api
    .logLines()
    .slice(before)
    .filter(({ msg }) => msg === 'fault');
  expect(faults).toMatchObject([{ level: 'error' }]);
  expect(JSON.stringify(faults)).toContain('"code":"23514"');
  expect(JSON.stringify(api.logLines().slice(before))).not.toMatch(/secret-|update "commerce/i);

  await unblock();
  expect((await api.sendWebhook(approval, { eventId })).body).toMatchObject({ outcome: 'RECEIVED', duplicate: true });
  await makeEventsDue();
  expect(await api.commerce.retryGatewayEvents()).toBe(1);
  expect(await eventOf(first.body.eventId)).toMatchObject({ outcome: 'APPLIED', effect: 'order_paid', attempts: 2 });
  expect([await statusOf(orderId), await api.readStock(productId)]).toEqual(['PAID', [3, 0]]);
});

test('a message that always fails is parked, affects no other of its batch, and can be redriven', async () => {
  const blocked = await createBlockedOrder();
  const parked = (await api.sendWebhook(blocked.approval)).body.eventId as string;
  for (let attempts = 2; attempts <= 8; attempts += 1) {
    const other = await createBlockedOrder();
    expect((await api.sendWebhook(other.approval)).body.outcome).toBe('RECEIVED');
    await other.unblock();
    expect((await eventOf(parked)).outcome).toBe('RECEIVED');
    await makeEventsDue();
    expect(await api.commerce.retryGatewayEvents()).toBe(2);
    expect(await statusOf(other.orderId)).toBe('PAID');
    expect((await eventOf(parked)).attempts).toBe(attempts);
  }
  expect(await eventOf(parked)).toMatchObject({ outcome: 'PARKED', dueAt: null });
  expect(await statusOf(blocked.orderId)).toBe('PAYMENT_PENDING');
  expect(await api.commerce.getOrder({ orderId: blocked.orderId })).toMatchObject({ needsAttention: 'event_conflict' });
  expect(await api.commerce.retryGatewayEvents()).toBe(0);

  await blocked.unblock();
  await (await api.operatorClient('gateway-events')).gatewayEvent.redrive.mutate({ gatewayEventId: parked });
  expect(await api.commerce.retryGatewayEvents()).toBe(1);
  expect(await eventOf(parked)).toMatchObject({ outcome: 'APPLIED', effect: 'order_paid' });
  expect(await statusOf(blocked.orderId)).toBe('PAID');
});

test('no test of this file has broken an invariant', async () => {
  expect(await api.commerce.doctor()).toEqual([]);
});
