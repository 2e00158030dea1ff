import { connect } from '../../database/connect.ts';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import { type Database } from '@commerce-core/pg-pipeline';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { mockGateway } from '../../gateways/mock.ts';
import { errorCodeOf, testShopOf, webhookSecret, type TestShop } from '../../testing/test-shop.ts';
import { createScriptedShop, type Attempt, type ScriptedShop } from '../../testing/scripted-gateway.ts';

// What went wrong in other shops, each by its name. Two processes: commerce twice, with connections of their own.
let shop: ScriptedShop;
let database: Database;
let other: Pick<TestShop, 'commerce' | 'sendWebhook'>;
const faults: unknown[] = [];
beforeAll(async () => {
  shop = await createScriptedShop({ onFault: (fault) => faults.push(fault) });
  database = connect({ url: shop.database.url });
  other = testShopOf(createCommerce({ database, gateways: [mockGateway([webhookSecret])] }), database);
});
afterAll(async () => {
  await database.close();
  await shop.close();
});

const rounds = (count: number, round: () => Promise<void>) => async () => {
  for (let number = 0; number < count; number += 1) await round();
};
async function twoAttempts() {
  const first = await shop.createAttempt();
  await shop.sendWebhook('FAILED', first.payment);
  return {
    first,
    second: { ...first, payment: await shop.commerce.createPayment({ orderId: first.orderId, provider: 'mock' }) },
  };
}
const key = () => ({ idempotency: { scope: 'operator:1', key: randomUUID() } });
const count = (list: readonly string[], one: string) => list.filter((each) => each === one).length;

test(
  'two concurrent AUTHORIZED events with different ids for two attempts',
  rounds(10, async () => {
    const { first, second } = await twoAttempts();
    await Promise.all([shop.sendWebhook('AUTHORIZED', first.payment), other.sendWebhook('AUTHORIZED', second.payment)]);
    await shop.callGatewaysNow();
    const states = [await shop.readState(first), await shop.readState(second)];
    expect(states.map(({ payment }) => payment).toSorted()).toEqual(['AUTHORIZED', 'CANCELED surplus']);
    expect(states[0]).toMatchObject({
      order: 'PAID',
      stock: '8 0',
      refunds: ['VOID 2000 SUCCEEDED surplus'],
      attention: null,
    });
  }),
);

test(
  'the same event three times at once',
  rounds(10, async () => {
    const attempt = await shop.createAttempt();
    const eventId = randomUUID();
    const answers = await Promise.all(
      [shop, other, shop].map(({ sendWebhook }) => sendWebhook('CAPTURED', attempt.payment, { eventId })),
    );
    expect(answers.map(({ outcome, effect }) => `${outcome} ${effect}`)).toEqual(
      Array.from({ length: 3 }, () => 'APPLIED order_paid'),
    );
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(count(await shop.readEventTypes(attempt.orderId), 'order.paid')).toBe(1);
    expect(await shop.readState(attempt)).toEqual({
      payment: 'CAPTURED',
      order: 'PAID',
      stock: '8 0',
      refunds: [],
      attention: null,
    });
  }),
);

test(
  'a late failure of attempt 1 after attempt 2 was paid',
  rounds(10, async () => {
    const { first, second } = await twoAttempts();
    await Promise.all([
      shop.sendWebhook('CAPTURED', second.payment),
      other.sendWebhook('FAILED', first.payment),
      other.sendWebhook('CANCELED', first.payment),
    ]);
    await shop.sendWebhook('FAILED', first.payment);
    expect(await shop.readState(second)).toEqual({
      payment: 'CAPTURED',
      order: 'PAID',
      stock: '8 0',
      refunds: [],
      attention: null,
    });
  }),
);

test(
  'storefront and webhook finishing the same order at once',
  rounds(10, async () => {
    const attempt = await shop.createAttempt();
    const call = key();
    const confirm = () =>
      errorCodeOf(shop.commerce.confirmPayment({ paymentId: attempt.payment.id, token: 'agreed' }, call));
    const [confirmed, again] = await Promise.all([
      confirm(),
      confirm(),
      shop.sendWebhook('CAPTURED', attempt.payment),
      other.sendWebhook('CAPTURED', attempt.payment),
    ]);
    expect([confirmed, again].toSorted()).toEqual(expect.arrayContaining(['accepted']));
    expect(await confirm()).toBe('accepted');
    expect(shop.readRequests(attempt.payment.id, 'CONFIRM').length).toBeLessThanOrEqual(1);
    expect(count(await shop.readEventTypes(attempt.orderId), 'order.paid')).toBe(1);
    expect(await shop.readState(attempt)).toEqual({
      payment: 'CAPTURED',
      order: 'PAID',
      stock: '8 0',
      refunds: [],
      attention: null,
    });
  }),
);

test('money taken and no order possible', async () => {
  const attempt = await shop.createAttempt(2);
  await other.commerce.transaction(async (tx) => {
    await tx.db.execute(
      `update commerce.orders set hold_until = now() - interval '1 second' where id = '${attempt.orderId}'`,
    );
  });
  await other.commerce.expireOrders();
  await shop.createTestOrder({ [attempt.productId]: 2 });
  await shop.sendWebhook('CAPTURED', attempt.payment);
  expect(await shop.readState(attempt)).toEqual({
    payment: 'CAPTURED surplus',
    order: 'EXPIRED',
    stock: '2 2',
    refunds: ['REFUND 2000 REQUESTED surplus'],
    attention: 'refund_due',
  });
  shop.scriptReplies(attempt.payment.id, { REFUND: [new Error('nothing')] });
  await shop.callGatewaysNow();
  await shop.callGatewaysNow();
  expect(await shop.readState(attempt)).toMatchObject({
    order: 'EXPIRED',
    refunds: ['REFUND 2000 SUCCEEDED surplus'],
    attention: null,
  });
  expect(new Set(shop.readRequests(attempt.payment.id, 'REFUND').map(({ refundId }) => refundId)).size).toBe(1);
});

test(
  'concurrent refunds beating the balance',
  rounds(5, async () => {
    const attempt = await shop.createPaidAttempt();
    const codes = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        errorCodeOf((index % 2 === 0 ? shop : other).commerce.createRefund({ orderId: attempt.orderId, amount: 700 })),
      ),
    );
    expect(count(codes, 'accepted')).toBe(2);
    expect(count(codes, 'refund_exceeds_balance')).toBe(8);
    await Promise.all([
      shop.callGatewaysNow(),
      shop.sendWebhook('REFUNDED', { ...attempt.payment, amount: 600 }, { objectId: 're_there' }),
    ]);
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 2000, reserved: 0 });
  }),
);

test('a retried refund with a new key refunding twice', async () => {
  const attempt = await shop.createPaidAttempt();
  const { orderId } = attempt;
  const call = key();
  const first = await shop.commerce.createRefund({ orderId }, call);
  // The gateway did it, and its answer got lost: nobody knows.
  shop.scriptReplies(attempt.payment.id, { REFUND: [new Error('nothing')] });
  await shop.callGatewaysNow();
  expect(await shop.commerce.createRefund({ orderId }, call)).toMatchObject({ id: first.id });
  expect(await errorCodeOf(other.commerce.createRefund({ orderId }, key()))).toBe('refund_exceeds_balance');
  await shop.callGatewaysNow();
  expect(await errorCodeOf(other.commerce.createRefund({ orderId }, key()))).toBe('refund_exceeds_balance');
  expect(new Set(shop.readRequests(attempt.payment.id).map(({ refundId }) => refundId))).toEqual(new Set([first.id]));
  expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 2000, reserved: 0 });
});

/** Makes the database refuse what an event does to one order, until the answered function is called. */
async function breakOrder(orderId: string): Promise<() => Promise<unknown>> {
  const name = `broken_${orderId.replaceAll('-', '')}`;
  await shop.database.pool.query(`
    create function commerce.${name}() returns trigger language plpgsql as $$ begin raise exception 'planted'; end $$;
    create trigger ${name} before update on commerce.orders for each row when (old.id = '${orderId}') execute function commerce.${name}()`);
  return () => shop.database.pool.query(`drop trigger ${name} on commerce.orders; drop function commerce.${name}`);
}
const eventsOf = async ({ payment }: Attempt) =>
  (await shop.commerce.listGatewayEvents({ paymentId: payment.id })).items
    .map(({ type, outcome, attempts }) => `${type} ${outcome} ${attempts}`)
    .toReversed();

test('a deterministic rejection replayed for ever', async () => {
  const [broken, neighbour] = [await shop.createAttempt(), await shop.createAttempt()];
  const repair = await breakOrder(broken.orderId);
  const told = await Promise.all([
    shop.sendWebhook('CAPTURED', broken.payment),
    shop.sendWebhook('CAPTURED', neighbour.payment),
  ]);
  expect(told.map(({ outcome }) => outcome)).toEqual(['RECEIVED', 'APPLIED']);
  for (let turn = 0; turn < 10; turn += 1) {
    const late = await shop.createAttempt();
    await shop.sendWebhook('CAPTURED', late.payment);
    await shop.retryGatewayEventsNow();
    expect((await shop.readState(late)).order).toBe('PAID');
  }
  expect(await eventsOf(broken)).toEqual(['CAPTURED PARKED 8']);
  await repair();
  const [parked] = (await shop.commerce.listGatewayEvents({ paymentId: broken.payment.id })).items;
  await shop.commerce.redriveGatewayEvent({ gatewayEventId: parked!.id });
  await shop.retryGatewayEventsNow();
  expect((await shop.readState(broken)).order).toBe('PAID');
});

test('a deterministic rejection replayed for ever, of a call to the gateway', async () => {
  const attempt = await shop.createPaidAttempt();
  await shop.commerce.createRefund({ orderId: attempt.orderId });
  shop.scriptReplies(attempt.payment.id, { REFUND: [new GatewayRefusal('charge_already_refunded', 'no')] });
  for (let turn = 0; turn < 5; turn += 1) await shop.callGatewaysNow();
  // Beside it the gateway is asked, once, what it knows.
  expect(shop.readRequests(attempt.payment.id).map(({ kind }) => kind)).toEqual(['REFUND', 'POLL']);
});

test(
  'a duplicate event with another amount whose record is rolled back',
  rounds(5, async () => {
    const attempt = await shop.createAttempt();
    const eventId = randomUUID();
    const say = (process: Pick<TestShop, 'sendWebhook'>, amount: number) =>
      process.sendWebhook('CAPTURED', attempt.payment, { eventId, amount });
    const answers = await Promise.all([say(shop, 2000), say(other, 1999), say(shop, 2000), say(other, 1999)]);
    expect(new Set(answers.map(({ outcome }) => outcome))).toEqual(new Set(['APPLIED', 'CONFLICT']));
    expect((await eventsOf(attempt)).toSorted()).toEqual(['CAPTURED APPLIED 1', 'CAPTURED CONFLICT 0']);
    expect((await shop.readState(attempt)).attention).toMatch(/event_conflict|amount_mismatch/);
    expect(await shop.readEventTypes(attempt.orderId)).toContain('order.attention_raised');
  }),
);

test('a failed webhook ignored', async () => {
  const attempt = await shop.createAttempt();
  const repair = await breakOrder(attempt.orderId);
  const eventId = randomUUID();
  expect(await shop.sendWebhook('CAPTURED', attempt.payment, { eventId })).toMatchObject({ outcome: 'RECEIVED' });
  expect(`${(faults.at(-1) as Error).message}`).toContain('planted');
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
