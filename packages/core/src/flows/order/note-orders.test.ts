import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actingAs, customerActor } from '../../events/actor.ts';
import { createTestShop, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
let productId: string;
const kim = { kind: 'operator', id: randomUUID(), name: 'Kim' } as const;

beforeAll(async () => {
  shop = await createTestShop();
  productId = await shop.createTestProduct({ quantity: 1_000 });
});
afterAll(async () => shop?.close());

const historyOf = async (orderId: string, customerId?: string) =>
  (await shop.commerce.orderHistory({ orderId, customerId })).items;

describe('a note about an order', () => {
  test('is on the timeline for operators with its author, and never in an event', async () => {
    const { id: orderId } = await shop.createTestOrder({ [productId]: 1 });
    const text = 'Ana asks\nfor a gift box.';
    const noted = await actingAs(shop.commerce, kim).noteOrder({ orderId, text });
    expect(noted.version).toBe(2);
    expect((await historyOf(orderId)).at(-1)).toMatchObject({ type: 'order.noted', actor: kim, note: text });
    const [seen] = (await historyOf(orderId, 'customer-1')).filter(({ type }) => type === 'order.noted');
    expect(seen).toMatchObject({ actor: { kind: 'operator' } });
    expect(seen).not.toHaveProperty('note');
    expect(JSON.stringify(seen)).not.toMatch(/Kim|gift/);
    const { rows } = await shop.database.pool.query(
      `select count(*)::int as n from commerce.events where payload::text like '%gift%'`,
    );
    expect(rows).toEqual([{ n: 0 }]);
  });

  test('is written once for a key', async () => {
    const { id: orderId } = await shop.createTestOrder({ [productId]: 1 });
    const call = { idempotency: { scope: 'test', key: randomUUID() } };
    const first = await shop.commerce.noteOrder({ orderId, text: 'once' }, call);
    expect(await shop.commerce.noteOrder({ orderId, text: 'once' }, call)).toEqual(first);
    expect((await historyOf(orderId)).filter(({ type }) => type === 'order.noted')).toHaveLength(1);
  });

  test('is erased with the personal data of the order', async () => {
    const { id: orderId } = await shop.createTestOrder({ [productId]: 1 });
    await shop.commerce.noteOrder({ orderId, text: 'Call Ana on 0170 1234' });
    await shop.commerce.cancelOrder({ orderId });
    const { version } = await shop.commerce.redactOrder({ orderId });
    expect((await historyOf(orderId)).map(({ note }) => note)).toContain(null);
    expect((await historyOf(orderId)).at(-1)?.facts['changed']).toEqual(['notes']);
    expect((await shop.commerce.redactOrder({ orderId })).version).toBe(version);
    const { rows } = await shop.database.pool.query(`select text from commerce.order_notes where order_id = $1`, [
      orderId,
    ]);
    expect(rows).toEqual([{ text: null }]);
  });

  test.each([
    ['empty', ''],
    ['blank', '   '],
    ['longer than 2,000 characters', 'x'.repeat(2_001)],
    ['with NUL', 'a\u0000b'],
    ['with a control character', 'a\u0007b'],
  ])('is refused when it is %s', async (_, text) => {
    const { id: orderId } = await shop.createTestOrder({ [productId]: 1 });
    await expect(shop.commerce.noteOrder({ orderId, text })).rejects.toMatchObject({ code: 'validation_failed' });
  });

  test('is refused for an order that does not exist', async () => {
    const refused = shop.commerce.noteOrder({ orderId: randomUUID(), text: 'lost' });
    await expect(refused).rejects.toMatchObject({ code: 'order_not_found' });
  });
});

describe('who made a change', () => {
  const actorsOf = async (orderId: string) =>
    Object.fromEntries((await historyOf(orderId)).map(({ type, actor }) => [type, actor?.name ?? actor?.kind ?? null]));

  test('is the customer, the gateway and the operator, each for what they did', async () => {
    const customer = actingAs(shop.commerce, customerActor);
    const lines = [{ productId, quantity: 1 }];
    const { id: orderId } = await customer.placeOrder({ customerId: 'customer-1', lines });
    const payment = await customer.createPayment({ orderId, provider: 'mock' });
    await shop.sendWebhook('CAPTURED', payment);
    await actingAs(shop.commerce, kim).cancelOrder({ orderId });
    expect(await actorsOf(orderId)).toEqual({
      'order.created': 'customer',
      'payment.created': 'customer',
      'payment.captured': 'gateway',
      'order.paid': 'gateway',
      'shipment.created': 'gateway',
      'order.canceled': 'Kim',
      'order.attention_raised': 'Kim',
      'shipment.canceled': 'Kim',
      'refund.requested': 'Kim',
    });
  });

  test('costs nothing in the rows that every order writes', async () => {
    const { orderId, payment } = await shop.createPendingOrder({ [productId]: 1 });
    await shop.sendWebhook('CAPTURED', payment);
    const { rows } = await shop.database.pool.query(
      `select count(*)::int as n, count(actor)::int as actors from commerce.events where aggregateid = $1`,
      [orderId],
    );
    expect(rows).toEqual([{ n: 5, actors: 0 }]);
  });

  test('is each caller of a batch, not the one whose call has begun it', async () => {
    const lines = [{ productId, quantity: 1 }];
    const placed = await Promise.all(
      Array.from({ length: 30 }, async (_, n) => {
        const actor = n % 3 === 0 ? { ...kim, name: `operator ${n}` } : n % 3 === 1 ? customerActor : undefined;
        const commerce = actor ? actingAs(shop.commerce, actor) : shop.commerce;
        const { id } = await commerce.placeOrder({ customerId: 'customer-1', lines });
        return { id, expected: n % 3 === 0 ? `operator ${n}` : 'customer' };
      }),
    );
    for (const { id, expected } of placed) expect(await actorsOf(id)).toEqual({ 'order.created': expected });
  });

  test('is a background job for what a job did, and known to be unknown otherwise', async () => {
    const { id: orderId } = await shop.createTestOrder({ [productId]: 1 });
    await shop.expireTestOrder(orderId);
    expect(await actorsOf(orderId)).toMatchObject({ 'order.expired': 'system' });
    const { id: other } = await shop.createTestOrder({ [productId]: 1 });
    await shop.commerce.cancelOrder({ orderId: other });
    expect(await actorsOf(other)).toMatchObject({ 'order.canceled': null });
  });

  test('is in the feed of events, for orders and products', async () => {
    await actingAs(shop.commerce, kim).receiveStock({ productId, quantity: 1, reason: 'found' });
    await shop.commerce.numberEvents();
    const { items } = await shop.commerce.listEvents({ types: ['stock.received'], limit: 500 });
    expect(items.at(-1)?.actor).toEqual(kim);
  });
});

describe('a change that expects a version', () => {
  test('is refused when the order has changed, and then nothing is sent back', async () => {
    const { orderId, payment } = await shop.createPendingOrder({ [productId]: 2 });
    await shop.sendWebhook('CAPTURED', payment);
    const preview = await shop.commerce.previewRefund({ orderId, lines: [{ lineNo: 1, quantity: 1 }] });
    expect(preview).toEqual({ paymentId: payment.id, amount: 1_000, currency: 'KRW', orderVersion: 5 });
    expect((await shop.commerce.listRefunds({ orderId })).items).toEqual([]);
    await shop.commerce.createRefund({ orderId, amount: 300, expectedVersion: preview.orderVersion });
    const stale = { orderId, expectedVersion: preview.orderVersion };
    const changed = { code: 'order_changed', details: { version: 6 } };
    await expect(shop.commerce.createRefund({ ...stale, amount: 300 })).rejects.toMatchObject(changed);
    await expect(shop.commerce.previewRefund({ ...stale, amount: 300 })).rejects.toMatchObject(changed);
    await expect(shop.commerce.cancelOrder(stale)).rejects.toMatchObject(changed);
    expect((await shop.commerce.listRefunds({ orderId })).items).toHaveLength(1);
  });
});
