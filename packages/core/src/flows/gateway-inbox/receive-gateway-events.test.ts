import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import { mockGateway } from '../../gateways/mock.ts';
import { only } from '../../testing/only.ts';
import { createTestShop, signTestWebhook, webhookSecret, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

const getOrder = (orderId: string) => shop.commerce.getOrder({ orderId });

async function createPendingOrder(quantity = 2, stock = 10) {
  const productId = await shop.createTestProduct({ quantity: stock });
  return { productId, ...(await shop.createPendingOrder({ [productId]: quantity })) };
}

describe('a repeated gateway event', () => {
  test('returns the first outcome and changes nothing', async () => {
    const { productId, payment } = await createPendingOrder();
    const first = await shop.sendWebhook('AUTHORIZED', payment, { eventId: 'again-1' });
    const again = await shop.sendWebhook('AUTHORIZED', payment, { eventId: 'again-1' });
    expect(again).toEqual({ ...first, duplicate: true });
    expect(await shop.readStock(productId)).toEqual([8, 0]);
  });

  test('received 50 times at once is applied once and returns 49 results marked as duplicates', async () => {
    const { productId, orderId, payment } = await createPendingOrder();
    const eventId = randomUUID();
    const results = await Promise.all(
      Array.from({ length: 50 }, () => shop.sendWebhook('AUTHORIZED', payment, { eventId })),
    );
    expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(new Set(results.map(({ outcome, effect }) => `${outcome} ${effect}`))).toEqual(
      new Set(['APPLIED order_paid']),
    );
    expect(await shop.readStock(productId)).toEqual([8, 0]);
    expect(
      (await shop.commerce.listStockMovements({ productId })).items.filter(({ kind }) => kind === 'SOLD'),
    ).toHaveLength(1);
    expect(await shop.readEventTypes(orderId)).toHaveLength(5);
  });

  test('with different content is stored once as a conflict, and the first event stays applied', async () => {
    const { orderId, payment } = await createPendingOrder();
    const eventId = randomUUID();
    await shop.sendWebhook('AUTHORIZED', payment, { eventId });
    for (let i = 0; i < 2; i += 1) {
      expect(await shop.sendWebhook('FAILED', payment, { eventId })).toMatchObject({
        outcome: 'CONFLICT',
        duplicate: true,
      });
    }
    expect(await getOrder(orderId)).toMatchObject({ status: 'PAID', needsAttention: 'event_conflict' });
    const { items } = await shop.commerce.listGatewayEvents({ paymentId: payment.id });
    expect(items.map(({ type, outcome }) => [type, outcome])).toEqual([
      ['FAILED', 'CONFLICT'],
      ['AUTHORIZED', 'APPLIED'],
    ]);
    expect(await shop.sendWebhook('AUTHORIZED', payment, { eventId })).toMatchObject({
      outcome: 'APPLIED',
      duplicate: true,
    });
  });

  test('with its fields in another order and an unknown field is a duplicate', async () => {
    const { payment } = await createPendingOrder();
    const eventId = randomUUID();
    await shop.sendWebhook('AUTHORIZED', payment, { eventId });
    const { currency, amount, id } = payment;
    expect(
      await shop.commerce.receiveWebhook(
        'mock',
        signTestWebhook({ currency, amount, paymentId: id, type: 'AUTHORIZED', extra: 1 }, eventId),
      ),
    ).toMatchObject([{ outcome: 'APPLIED', duplicate: true }]);
  });
});

describe('two concurrent processes', () => {
  const receiveInOtherProcess = async (
    type: 'AUTHORIZED' | 'FAILED',
    { id, amount, currency }: { id: string; amount: number; currency: string },
    eventId: string,
  ) => {
    const other = createCommerce({ database: shop.database, gateways: [mockGateway([webhookSecret])] });
    return only(
      await other.receiveWebhook('mock', signTestWebhook({ type, paymentId: id, amount, currency }, eventId)),
    );
  };

  test('store an equal event once and both return the first outcome', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { productId, payment } = await createPendingOrder();
      const eventId = randomUUID();
      const results = await Promise.all(
        Array.from({ length: 4 }, () => receiveInOtherProcess('AUTHORIZED', payment, eventId)),
      );
      expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
      expect(new Set(results.map((result) => `${result.eventId} ${result.outcome}`)).size).toBe(1);
      expect(results[0]).toMatchObject({ outcome: 'APPLIED', effect: 'order_paid' });
      expect(await shop.readStock(productId)).toEqual([8, 0]);
    }
  });

  test('store an equal event of an unknown payment once, although no row lock orders them', async () => {
    for (let round = 0; round < 10; round += 1) {
      const [unknownPayment, eventId] = [{ id: randomUUID(), amount: 1, currency: 'KRW' }, randomUUID()];
      const results = await Promise.all(
        Array.from({ length: 4 }, () => receiveInOtherProcess('FAILED', unknownPayment, eventId)),
      );
      expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
      expect(new Set(results.map((result) => `${result.eventId} ${result.outcome}`)).size).toBe(1);
    }
  });

  test('apply one of two events with one id and two payments, and store the other as a conflict', async () => {
    for (let round = 0; round < 10; round += 1) {
      const pendingOrders = await Promise.all([createPendingOrder(), createPendingOrder()]);
      const eventId = randomUUID();
      const results = await Promise.all(
        pendingOrders.map(async ({ payment }) => receiveInOtherProcess('AUTHORIZED', payment, eventId)),
      );
      expect(results.map(({ outcome }) => outcome).toSorted()).toEqual(['APPLIED', 'CONFLICT']);
      const statuses = await Promise.all(pendingOrders.map(async ({ orderId }) => (await getOrder(orderId)).status));
      expect(statuses.toSorted()).toEqual(['PAID', 'PAYMENT_PENDING']);
    }
  });
});

describe('two concurrent events for one payment', () => {
  test('that both approve pay the order once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { productId, payment } = await createPendingOrder();
      const results = await Promise.all([
        shop.sendWebhook('AUTHORIZED', payment),
        shop.sendWebhook('AUTHORIZED', payment),
      ]);
      expect(results.map(({ outcome }) => outcome).sort()).toEqual(['APPLIED', 'IGNORED_STALE']);
      expect(await shop.readStock(productId)).toEqual([8, 0]);
    }
  });

  test('that approve and fail pay the order and sell its stock once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { productId, orderId, payment } = await createPendingOrder();
      await Promise.all([shop.sendWebhook('AUTHORIZED', payment), shop.sendWebhook('FAILED', payment)]);
      expect(await getOrder(orderId)).toMatchObject({ status: 'PAID', needsAttention: null });
      expect(await shop.readStock(productId)).toEqual([8, 0]);
    }
  });
});

describe('a gateway event for an unknown payment', () => {
  const unknownPayment = () => ({ id: randomUUID(), amount: 2000, currency: 'KRW' });
  const makeEventDue = (eventId: string) =>
    shop.database.pool.query(
      `update commerce.gateway_events set due_at = now() - interval '1 second' where id = $1 and due_at is not null`,
      [eventId],
    );

  test('is stored as UNMATCHED and applied once its payment exists', async () => {
    const { orderId, payment } = await createPendingOrder();
    const { outcome, eventId } = await shop.sendWebhook('AUTHORIZED', unknownPayment());
    expect(outcome).toBe('UNMATCHED');
    await shop.database.pool.query('update commerce.gateway_events set payment_id = $1 where id = $2', [
      payment.id,
      eventId,
    ]);
    await makeEventDue(eventId);
    expect(await shop.commerce.retryGatewayEvents()).toBe(1);
    expect(await getOrder(orderId)).toMatchObject({ status: 'PAID' });
    expect((await shop.commerce.listGatewayEvents({ outcome: 'APPLIED' })).items[0]).toMatchObject({
      id: eventId,
      attempts: 2,
    });
  });

  test('is retried with growing pauses and then PARKED for an operator', async () => {
    const { eventId } = await shop.sendWebhook('AUTHORIZED', unknownPayment());
    const pauses: number[] = [];
    for (let attempt = 1; attempt < 8; attempt += 1) {
      const { rows } = await shop.database.pool.query(
        `select extract(epoch from due_at - now())::float as pause from commerce.gateway_events where id = $1`,
        [eventId],
      );
      pauses.push(Math.ceil(rows[0].pause / 10) * 10);
      await makeEventDue(eventId);
      expect(await shop.commerce.retryGatewayEvents()).toBe(1);
    }
    expect(pauses).toEqual([10, 20, 40, 80, 160, 320, 640]);
    expect((await shop.commerce.listGatewayEvents({ outcome: 'PARKED' })).items).toMatchObject([
      { id: eventId, attempts: 8, dueAt: null },
    ]);
  });

  test('is retried once per due time by two concurrent processes', async () => {
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => (await shop.sendWebhook('FAILED', unknownPayment())).eventId),
    );
    await Promise.all(ids.map(makeEventDue));
    const handled = await Promise.all([shop.commerce.retryGatewayEvents(15), shop.commerce.retryGatewayEvents(15)]);
    expect(handled[0] + handled[1]).toBeLessThanOrEqual(20);
    await shop.commerce.retryGatewayEvents();
    const { rows } = await shop.database.pool.query(
      'select distinct attempts from commerce.gateway_events where id = any($1)',
      [ids],
    );
    expect(rows).toEqual([{ attempts: 2 }]);
  });
});
