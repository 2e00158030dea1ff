import { connect } from '../../database/connect.ts';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import { type Database } from '@commerce-core/pg-pipeline';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { mockGateway } from '../../gateways/mock.ts';
import { codeOf, shopOn, webhookSecret, type Shop } from '../../testing/shop.ts';
import { openScriptedShop, type Attempt, type ScriptedShop } from '../../testing/scripted-gateway.ts';

// What went wrong in other shops, each by its name. Two processes: commerce twice, with connections of their own.
let shop: ScriptedShop;
let database: Database;
let other: Pick<Shop, 'commerce' | 'tell'>;
const faults: unknown[] = [];
beforeAll(async () => {
  shop = await openScriptedShop({ onFault: (fault) => faults.push(fault) });
  database = connect({ url: shop.database.url });
  other = shopOn(createCommerce({ database, gateways: [mockGateway([webhookSecret])] }), database);
});
afterAll(async () => {
  await database.close();
  await shop.close();
});

const rounds = (count: number, round: () => Promise<void>) => async () => {
  for (let number = 0; number < count; number += 1) await round();
};
async function twoAttempts() {
  const first = await shop.attempt();
  await shop.tell('FAILED', first.payment);
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
    await Promise.all([shop.tell('AUTHORIZED', first.payment), other.tell('AUTHORIZED', second.payment)]);
    await shop.call();
    const states = [await shop.state(first), await shop.state(second)];
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
    const attempt = await shop.attempt();
    const eventId = randomUUID();
    const answers = await Promise.all(
      [shop, other, shop].map(({ tell }) => tell('CAPTURED', attempt.payment, { eventId })),
    );
    expect(answers.map(({ outcome, effect }) => `${outcome} ${effect}`)).toEqual(
      Array.from({ length: 3 }, () => 'APPLIED order_paid'),
    );
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(count(await shop.types(attempt.orderId), 'order.paid')).toBe(1);
    expect(await shop.state(attempt)).toEqual({
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
      shop.tell('CAPTURED', second.payment),
      other.tell('FAILED', first.payment),
      other.tell('CANCELED', first.payment),
    ]);
    await shop.tell('FAILED', first.payment);
    expect(await shop.state(second)).toEqual({
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
    const attempt = await shop.attempt();
    const call = key();
    const confirm = () =>
      codeOf(shop.commerce.confirmPayment({ paymentId: attempt.payment.id, token: 'agreed' }, call));
    const [confirmed, again] = await Promise.all([
      confirm(),
      confirm(),
      shop.tell('CAPTURED', attempt.payment),
      other.tell('CAPTURED', attempt.payment),
    ]);
    expect([confirmed, again].toSorted()).toEqual(expect.arrayContaining(['accepted']));
    expect(await confirm()).toBe('accepted');
    expect(shop.asked(attempt.payment.id, 'CONFIRM').length).toBeLessThanOrEqual(1);
    expect(count(await shop.types(attempt.orderId), 'order.paid')).toBe(1);
    expect(await shop.state(attempt)).toEqual({
      payment: 'CAPTURED',
      order: 'PAID',
      stock: '8 0',
      refunds: [],
      attention: null,
    });
  }),
);

test('money taken and no order possible', async () => {
  const attempt = await shop.attempt(2);
  await other.commerce.transaction(async (tx) => {
    await tx.db.execute(
      `update commerce.orders set hold_until = now() - interval '1 second' where id = '${attempt.orderId}'`,
    );
  });
  await other.commerce.expireOrders();
  await shop.order({ [attempt.productId]: 2 });
  await shop.tell('CAPTURED', attempt.payment);
  expect(await shop.state(attempt)).toEqual({
    payment: 'CAPTURED surplus',
    order: 'EXPIRED',
    stock: '2 2',
    refunds: ['REFUND 2000 REQUESTED surplus'],
    attention: 'refund_due',
  });
  shop.script(attempt.payment.id, { REFUND: [new Error('nothing')] });
  await shop.call();
  await shop.call();
  expect(await shop.state(attempt)).toMatchObject({
    order: 'EXPIRED',
    refunds: ['REFUND 2000 SUCCEEDED surplus'],
    attention: null,
  });
  expect(new Set(shop.asked(attempt.payment.id, 'REFUND').map(({ refundId }) => refundId)).size).toBe(1);
});

test(
  'concurrent refunds beating the balance',
  rounds(5, async () => {
    const attempt = await shop.paid();
    const codes = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        codeOf((index % 2 === 0 ? shop : other).commerce.createRefund({ orderId: attempt.orderId, amount: 700 })),
      ),
    );
    expect(count(codes, 'accepted')).toBe(2);
    expect(count(codes, 'refund_exceeds_balance')).toBe(8);
    await Promise.all([
      shop.call(),
      shop.tell('REFUNDED', { ...attempt.payment, amount: 600 }, { objectId: 're_there' }),
    ]);
    expect(await shop.amounts(attempt)).toEqual({ refunded: 2000, reserved: 0 });
  }),
);

test('a retried refund with a new key refunding twice', async () => {
  const attempt = await shop.paid();
  const { orderId } = attempt;
  const call = key();
  const first = await shop.commerce.createRefund({ orderId }, call);
  // The gateway did it, and its answer got lost: nobody knows.
  shop.script(attempt.payment.id, { REFUND: [new Error('nothing')] });
  await shop.call();
  expect(await shop.commerce.createRefund({ orderId }, call)).toMatchObject({ id: first.id });
  expect(await codeOf(other.commerce.createRefund({ orderId }, key()))).toBe('refund_exceeds_balance');
  await shop.call();
  expect(await codeOf(other.commerce.createRefund({ orderId }, key()))).toBe('refund_exceeds_balance');
  expect(new Set(shop.asked(attempt.payment.id).map(({ refundId }) => refundId))).toEqual(new Set([first.id]));
  expect(await shop.amounts(attempt)).toEqual({ refunded: 2000, reserved: 0 });
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
  const [broken, neighbour] = [await shop.attempt(), await shop.attempt()];
  const repair = await breakOrder(broken.orderId);
  const told = await Promise.all([shop.tell('CAPTURED', broken.payment), shop.tell('CAPTURED', neighbour.payment)]);
  expect(told.map(({ outcome }) => outcome)).toEqual(['RECEIVED', 'APPLIED']);
  for (let turn = 0; turn < 10; turn += 1) {
    const late = await shop.attempt();
    await shop.tell('CAPTURED', late.payment);
    await shop.retry();
    expect((await shop.state(late)).order).toBe('PAID');
  }
  expect(await eventsOf(broken)).toEqual(['CAPTURED PARKED 8']);
  await repair();
  const [parked] = (await shop.commerce.listGatewayEvents({ paymentId: broken.payment.id })).items;
  await shop.commerce.redriveGatewayEvent({ gatewayEventId: parked!.id });
  await shop.retry();
  expect((await shop.state(broken)).order).toBe('PAID');
});

test('a deterministic rejection replayed for ever, of a call to the gateway', async () => {
  const attempt = await shop.paid();
  await shop.commerce.createRefund({ orderId: attempt.orderId });
  shop.script(attempt.payment.id, { REFUND: [new GatewayRefusal('charge_already_refunded', 'no')] });
  for (let turn = 0; turn < 5; turn += 1) await shop.call();
  // Beside it the gateway is asked, once, what it knows.
  expect(shop.asked(attempt.payment.id).map(({ kind }) => kind)).toEqual(['REFUND', 'POLL']);
});

test(
  'a duplicate event with another amount whose record is rolled back',
  rounds(5, async () => {
    const attempt = await shop.attempt();
    const eventId = randomUUID();
    const say = (process: Pick<Shop, 'tell'>, amount: number) =>
      process.tell('CAPTURED', attempt.payment, { eventId, amount });
    const answers = await Promise.all([say(shop, 2000), say(other, 1999), say(shop, 2000), say(other, 1999)]);
    expect(new Set(answers.map(({ outcome }) => outcome))).toEqual(new Set(['APPLIED', 'CONFLICT']));
    expect((await eventsOf(attempt)).toSorted()).toEqual(['CAPTURED APPLIED 1', 'CAPTURED CONFLICT 0']);
    expect((await shop.state(attempt)).attention).toMatch(/event_conflict|amount_mismatch/);
    expect(await shop.types(attempt.orderId)).toContain('order.attention_raised');
  }),
);

test('a failed webhook ignored', async () => {
  const attempt = await shop.attempt();
  const repair = await breakOrder(attempt.orderId);
  const eventId = randomUUID();
  expect(await shop.tell('CAPTURED', attempt.payment, { eventId })).toMatchObject({ outcome: 'RECEIVED' });
  expect(`${(faults.at(-1) as Error).message}`).toContain('planted');
  expect(await shop.tell('CAPTURED', attempt.payment, { eventId })).toMatchObject({
    outcome: 'RECEIVED',
    duplicate: true,
  });
  await repair();
  await shop.retry();
  expect(await shop.state(attempt)).toEqual({
    payment: 'CAPTURED',
    order: 'PAID',
    stock: '8 0',
    refunds: [],
    attention: null,
  });
});
