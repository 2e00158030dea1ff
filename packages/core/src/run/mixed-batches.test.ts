import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommerce } from '../commerce.ts';
import { connect } from '../database/connect.ts';
import type { Database } from '@commerce-core/pg-pipeline';
import { mockGateway } from '../gateways/mock.ts';
import { openFaultInjectingProxy } from '@commerce-core/pg-pipeline/testing';
import { first } from '../testing/only.ts';
import { createTestShop, errorCodeOf, testShopOf, webhookSecret, type TestShop } from '../testing/test-shop.ts';

let shop: TestShop;
let other: Database;
beforeAll(async () => {
  shop = await createTestShop();
  other = connect({ url: shop.database.url });
});
afterAll(async () => {
  await other.close();
  await shop.close();
});

const lines = (productId: string) => ({ customerId: 'customer-1', lines: [{ productId, quantity: 1 }] });
const key = (key: string) => ({ idempotency: { scope: 'customer:customer-1', key } });

/** Returns the transaction ids of an order's events of one type, on the shop's whole event log. */
async function readXids(types: readonly string[], orderIds: readonly string[]): Promise<string[]> {
  const { rows } = await shop.database.pool.query<{ xid: string }>(
    `select distinct "xid"::text as "xid" from commerce.events where "type" = any($1)
      and "aggregateid" = any($2::uuid[])`,
    [types, orderIds],
  );
  return rows.map(({ xid }) => xid);
}

test('orders, payments and webhooks that arrive during a batch share the next transaction', async () => {
  const productId = await shop.createTestProduct({ quantity: 1_000 });
  const unpaid = await shop.createTestOrder({ [productId]: 1 });
  const pending = await shop.createPendingOrder({ [productId]: 1 });
  const running = shop.commerce.placeOrder(lines(productId));
  const [placed, payment, webhook] = await Promise.all([
    shop.commerce.placeOrder(lines(productId), key(randomUUID())),
    shop.commerce.createPayment({ orderId: unpaid.id, provider: 'mock' }, key(randomUUID())),
    shop.sendWebhook('CAPTURED', pending.payment),
  ]);
  const xids = await readXids(
    ['order.created', 'payment.created', 'order.paid'],
    [placed.id, pending.orderId, unpaid.id],
  );
  const shared = await readXids(['order.paid'], [pending.orderId]);
  expect([placed.status, payment.status, webhook?.effect]).toEqual(['CREATED', 'CREATED', 'order_paid']);
  expect(await readXids(['order.created'], [placed.id])).toEqual(shared);
  expect(await readXids(['payment.created'], [unpaid.id])).toEqual(shared);
  // The two orders that were created before, and the one batch.
  expect(xids).toHaveLength(4);
  expect(await readXids(['order.created'], [(await running).id])).not.toEqual(shared);
  expect(await shop.readStock(productId)).toEqual([999, 3]);
});

test('a call that makes a statement fail is the only one of its batch that fails, whatever its kind', async () => {
  await shop.database.pool.query(`
    create function commerce.refuse_cursed() returns trigger language plpgsql as $$
      begin if to_jsonb(new)::text like '%cursed%' then raise exception 'no'; end if; return new; end $$;
    create trigger refuse_cursed before insert on commerce.orders for each row
      execute function commerce.refuse_cursed();
    create trigger refuse_cursed before insert on commerce.payments for each row
      execute function commerce.refuse_cursed();
    create trigger refuse_cursed before insert on commerce.gateway_events for each row when (new.outcome <> 'RECEIVED')
      execute function commerce.refuse_cursed()`);
  const productId = await shop.createTestProduct({ quantity: 1_000 });
  const unpaid = await Promise.all(Array.from({ length: 8 }, async () => shop.createTestOrder({ [productId]: 1 })));
  const pending = await Promise.all(Array.from({ length: 8 }, async () => shop.createPendingOrder({ [productId]: 1 })));
  const codeOf = async (call: Promise<unknown>) =>
    call.then(
      () => 'accepted',
      (error: unknown) => String(error),
    );
  const outcomes = await Promise.all([
    ...unpaid.map(async (_, index) =>
      codeOf(shop.commerce.placeOrder({ ...lines(productId), reference: index === 3 ? 'cursed' : 'fine' })),
    ),
    ...unpaid.map(async ({ id: orderId }, index) =>
      codeOf(shop.commerce.createPayment({ orderId, provider: 'mock', method: index === 5 ? 'cursed' : 'fine' })),
    ),
    ...pending.map(async ({ payment }, index) => {
      const eventId = index === 6 ? `cursed-${randomUUID()}` : randomUUID();
      return (await shop.sendWebhook('CAPTURED', payment, { eventId }))?.outcome;
    }),
  ]);
  await shop.database.pool.query('drop function commerce.refuse_cursed() cascade');
  const failed = outcomes.flatMap((outcome, index) =>
    outcome === 'accepted' || outcome === 'APPLIED' ? [] : [[index, outcome]],
  );
  expect(failed).toEqual([
    [3, 'error: no'],
    [13, 'error: no'],
    // Kept, because its gateway has delivered it; a job tries it again.
    [22, 'RECEIVED'],
  ]);
});

test('one key for calls of two kinds runs one of them and refuses the other', async () => {
  const productId = await shop.createTestProduct({ quantity: 100 });
  for (let round = 0; round < 5; round += 1) {
    const { id: orderId } = await shop.createTestOrder({ [productId]: 1 });
    const name = randomUUID();
    const running = shop.commerce.placeOrder(lines(productId));
    const codes = await Promise.all([
      errorCodeOf(shop.commerce.placeOrder(lines(productId), key(name))),
      errorCodeOf(shop.commerce.createPayment({ orderId, provider: 'mock' }, key(name))),
    ]);
    expect(codes).toEqual(['accepted', 'idempotency_key_reused']);
    await running;
  }
});

test('a late approval and an order in one batch never sell the last unit twice', async () => {
  for (let round = 0; round < 10; round += 1) {
    const productId = await shop.createTestProduct({ quantity: 1 });
    const busy = await shop.createTestProduct();
    const late = await shop.createPendingOrder({ [productId]: 1 });
    await shop.expireTestOrder(late.orderId);
    const running = shop.commerce.placeOrder(lines(busy));
    const [order] = await Promise.all([
      errorCodeOf(shop.commerce.placeOrder(lines(productId))),
      shop.sendWebhook('CAPTURED', late.payment),
    ]);
    await running;
    const [available, reserved] = await shop.readStock(productId);
    const isPaid = (await shop.commerce.getOrder({ orderId: late.orderId })).status === 'PAID';
    expect([available, reserved, isPaid]).toEqual(order === 'accepted' ? [1, 1, false] : [0, 0, true]);
  }
});

test('a failed order is paid again beside an order for its last units, and only one of them gets these', async () => {
  for (let round = 0; round < 10; round += 1) {
    const productId = await shop.createTestProduct({ quantity: 1 });
    const busy = await shop.createTestProduct();
    const failed = await shop.createPendingOrder({ [productId]: 1 });
    await shop.sendWebhook('FAILED', failed.payment);
    const running = shop.commerce.placeOrder(lines(busy));
    const codes = await Promise.all([
      errorCodeOf(shop.commerce.createPayment({ orderId: failed.orderId, provider: 'mock' })),
      errorCodeOf(shop.commerce.placeOrder(lines(productId))),
    ]);
    await running;
    expect(codes.toSorted()).toEqual(['accepted', 'insufficient_stock']);
    expect(await shop.readStock(productId)).toEqual([1, 1]);
  }
});

test('two processes that take orders, payments and webhooks of the same products lose and double nothing', async () => {
  const ids = await shop.createTestProducts(3, 500);
  const second = testShopOf(
    createCommerce({ database: other, gateways: [mockGateway([webhookSecret])], batching: { lanes: 2 } }),
    shop.database,
  );
  const buy = async (index: number) => {
    const [one, two] = index % 2 ? [shop, second] : [second, shop];
    const chosen = { [ids[index % 3] ?? '']: 1, [ids[(index + 1) % 3] ?? '']: 1 };
    const { payment } = await one.createPendingOrder(chosen);
    // The same event reaches both processes.
    const eventId = randomUUID();
    const results = await Promise.all([one, two].map(async (at) => at.sendWebhook('CAPTURED', payment, { eventId })));
    return results.filter((result) => result?.duplicate).length;
  };
  const bought = await Promise.all(Array.from({ length: 120 }, async (_, index) => buy(index)));
  expect(new Set(bought)).toEqual(new Set([1]));
  for (const id of ids) expect(await shop.readStock(id)).toEqual([420, 0]);
});

test.each([
  ['before the server', false],
  ['while the server commits', true],
])('a batch of all kinds whose COMMIT is lost %s commits once, and each caller gets its answer', async (_, deliver) => {
  const proxy = await openFaultInjectingProxy(shop.database.url);
  const database = connect({ url: proxy.url });
  const commerce = createCommerce({ database, gateways: [mockGateway([webhookSecret])] });
  const own = testShopOf(commerce, shop.database);
  const productId = await shop.createTestProduct({ quantity: 100 });
  const unpaid = await shop.createTestOrder({ [productId]: 1 });
  const pending = await shop.createPendingOrder({ [productId]: 1 });
  await shop.database.pool.query(`
    create function commerce.slow_commit() returns trigger language plpgsql as $$
      begin perform pg_sleep(0.02); return null; end $$;
    create constraint trigger slow_commit after insert on commerce.events deferrable initially deferred
      for each row execute function commerce.slow_commit()`);
  const running = commerce.placeOrder(lines(productId));
  const rest = Promise.all([
    commerce.placeOrder(lines(productId)),
    commerce.createPayment({ orderId: unpaid.id, provider: 'mock' }),
    own.sendWebhook('CAPTURED', pending.payment),
  ]);
  await running;
  proxy.cutAt({ when: /commit\0/, deliver });
  const [placed, payment, webhook] = await rest;
  await shop.database.pool.query('drop function commerce.slow_commit() cascade');
  expect(proxy.cuts()).toBe(1);
  expect((await shop.commerce.getOrder({ orderId: placed.id })).status).toBe('CREATED');
  expect(first(await shop.commerce.listPayments({ orderId: unpaid.id })).id).toBe(payment.id);
  expect([webhook?.effect, webhook?.duplicate]).toEqual(['order_paid', false]);
  expect(await shop.readStock(productId)).toEqual([99, 3]);
  await database.close();
  await proxy.close();
});
