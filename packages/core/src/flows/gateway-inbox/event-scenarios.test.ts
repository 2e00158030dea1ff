import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { only } from '../../testing/only.ts';
import type { Attempt } from '../../testing/scripted-gateway.ts';
import type { TestShop } from '../../testing/test-shop.ts';
import { openTwoProcesses, repeat, type TwoProcesses } from '../../testing/two-processes.ts';

// Each test repeats a known failure of other shops.
let processes: TwoProcesses;
let shop: TwoProcesses['shop'];
let otherProcess: TwoProcesses['otherProcess'];
beforeAll(async () => {
  processes = await openTwoProcesses();
  ({ shop, otherProcess } = processes);
});
afterAll(() => processes.close());

/** Makes every update of one order fail in the database. The returned function ends that. */
async function failOrderUpdates(orderId: string): Promise<() => Promise<unknown>> {
  const name = `broken_${orderId.replaceAll('-', '')}`;
  await shop.database.pool.query(`
    create function commerce.${name}() returns trigger
      language plpgsql as $$ begin raise exception 'planned fault'; end $$;
    create trigger ${name} before update on commerce.orders for each row
      when (old.id = '${orderId}') execute function commerce.${name}()`);
  return () => shop.database.pool.query(`drop trigger ${name} on commerce.orders; drop function commerce.${name}`);
}

const eventsOf = async ({ payment }: Attempt) =>
  (await shop.commerce.listGatewayEvents({ paymentId: payment.id })).items
    .map(({ type, outcome, attempts }) => `${type} ${outcome} ${attempts}`)
    .toReversed();

test('an event that always fails is PARKED, blocks no other event and can be redriven', async () => {
  const [broken, otherAttempt] = [await shop.createAttempt(), await shop.createAttempt()];
  const repair = await failOrderUpdates(broken.orderId);
  const results = await Promise.all([
    shop.sendWebhook('CAPTURED', broken.payment),
    shop.sendWebhook('CAPTURED', otherAttempt.payment),
  ]);
  expect(results.map(({ outcome }) => outcome)).toEqual(['RECEIVED', 'APPLIED']);
  for (let turn = 0; turn < 10; turn += 1) {
    const laterAttempt = await shop.createAttempt();
    await shop.sendWebhook('CAPTURED', laterAttempt.payment);
    await shop.retryGatewayEventsNow();
    expect((await shop.readState(laterAttempt)).order).toBe('PAID');
  }
  expect(await eventsOf(broken)).toEqual(['CAPTURED PARKED 8']);
  await repair();
  const parked = only((await shop.commerce.listGatewayEvents({ paymentId: broken.payment.id })).items);
  await shop.commerce.redriveGatewayEvent({ gatewayEventId: parked.id });
  await shop.retryGatewayEventsNow();
  expect((await shop.readState(broken)).order).toBe('PAID');
});

test(
  'an event with another amount and a known id is stored as a conflict, in any order of arrival',
  repeat(5, async () => {
    const attempt = await shop.createAttempt();
    const eventId = randomUUID();
    const sendWebhook = (process: Pick<TestShop, 'sendWebhook'>, amount: number) =>
      process.sendWebhook('CAPTURED', attempt.payment, { eventId, amount });
    const results = await Promise.all([
      sendWebhook(shop, 2000),
      sendWebhook(otherProcess, 1999),
      sendWebhook(shop, 2000),
      sendWebhook(otherProcess, 1999),
    ]);
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['APPLIED', 'CONFLICT']));
    expect((await eventsOf(attempt)).toSorted()).toEqual(['CAPTURED APPLIED 1', 'CAPTURED CONFLICT 0']);
    expect((await shop.readState(attempt)).attention).toMatch(/event_conflict|amount_mismatch/);
    expect(await shop.readEventTypes(attempt.orderId)).toContain('order.attention_raised');
  }),
);

test('a webhook that cannot be applied is stored as RECEIVED and applied by a retry', async () => {
  const attempt = await shop.createAttempt();
  const repair = await failOrderUpdates(attempt.orderId);
  const eventId = randomUUID();
  expect(await shop.sendWebhook('CAPTURED', attempt.payment, { eventId })).toMatchObject({ outcome: 'RECEIVED' });
  expect(processes.faults.at(-1)).toMatchObject({ message: expect.stringContaining('planned fault') });
  expect(await shop.sendWebhook('CAPTURED', attempt.payment, { eventId })).toMatchObject({
    outcome: 'RECEIVED',
    duplicate: true,
  });
  await repair();
  await shop.retryGatewayEventsNow();
  expect(await shop.readState(attempt)).toEqual({
    payment: 'CAPTURED',
    order: 'PAID',
    stock: '8 0',
    refunds: [],
    attention: null,
  });
});

test('an answer that cannot be applied throws, keeps no event, and is applied by the next call', async () => {
  const attempt = await shop.createAttempt();
  const confirm = async () => shop.commerce.confirmPayment({ paymentId: attempt.payment.id, token: 'agreed' });
  const repair = await failOrderUpdates(attempt.orderId);
  await expect(confirm()).rejects.toThrow();
  expect(await eventsOf(attempt)).toEqual([]);
  await repair();
  expect(await confirm()).toMatchObject({ status: 'CAPTURED' });
  expect(await eventsOf(attempt)).toEqual(['CAPTURED APPLIED 1']);
});
