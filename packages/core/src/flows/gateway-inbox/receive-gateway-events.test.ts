import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import { mockGateway } from '../../gateways/mock.ts';
import { createTestShop, signTestWebhook, webhookSecret, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

const orderOf = (orderId: string) => shop.commerce.getOrder({ orderId });

async function pending(quantity = 2, stock = 10) {
  const productId = await shop.createTestProduct({ quantity: stock });
  return { productId, ...(await shop.createPendingOrder({ [productId]: quantity })) };
}

describe('the same event again', () => {
  test('answers with the first outcome and applies nothing', async () => {
    const { productId, payment } = await pending();
    const first = await shop.sendWebhook('AUTHORIZED', payment, { eventId: 'again-1' });
    const again = await shop.sendWebhook('AUTHORIZED', payment, { eventId: 'again-1' });
    expect(again).toEqual({ ...first, duplicate: true });
    expect(await shop.readStock(productId)).toEqual([8, 0]);
  });

  test('50 times at once is applied once, and 49 say duplicate', async () => {
    const { productId, orderId, payment } = await pending();
    const eventId = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => shop.sendWebhook('AUTHORIZED', payment, { eventId })),
    );
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(new Set(answers.map(({ outcome, effect }) => `${outcome} ${effect}`))).toEqual(
      new Set(['APPLIED order_paid']),
    );
    expect(await shop.readStock(productId)).toEqual([8, 0]);
    expect(
      (await shop.commerce.listStockMovements({ productId })).items.filter(({ kind }) => kind === 'SOLD'),
    ).toHaveLength(1);
    expect(await shop.readEventTypes(orderId)).toHaveLength(5);
  });

  test('with other content is kept as a conflict, once, and the first one stands', async () => {
    const { orderId, payment } = await pending();
    const eventId = randomUUID();
    await shop.sendWebhook('AUTHORIZED', payment, { eventId });
    for (let i = 0; i < 2; i += 1) {
      expect(await shop.sendWebhook('FAILED', payment, { eventId })).toMatchObject({
        outcome: 'CONFLICT',
        duplicate: true,
      });
    }
    expect(await orderOf(orderId)).toMatchObject({ status: 'PAID', needsAttention: 'event_conflict' });
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

  test('with white space elsewhere is the same event', async () => {
    const { payment } = await pending();
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

describe('two processes at once', () => {
  const ask = async (
    type: 'AUTHORIZED' | 'FAILED',
    { id, amount, currency }: { id: string; amount: number; currency: string },
    eventId: string,
  ) => {
    const other = createCommerce({ database: shop.database, gateways: [mockGateway([webhookSecret])] });
    return (
      await other.receiveWebhook('mock', signTestWebhook({ type, paymentId: id, amount, currency }, eventId))
    )[0]!;
  };

  test('store an equal event once, and both answer the first outcome', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { productId, payment } = await pending();
      const eventId = randomUUID();
      const answers = await Promise.all(Array.from({ length: 4 }, () => ask('AUTHORIZED', payment, eventId)));
      expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
      expect(new Set(answers.map((answer) => `${answer.eventId} ${answer.outcome}`)).size).toBe(1);
      expect(answers[0]).toMatchObject({ outcome: 'APPLIED', effect: 'order_paid' });
      expect(await shop.readStock(productId)).toEqual([8, 0]);
    }
  });

  test('store an equal event once that names no payment, where no lock makes one wait for the other', async () => {
    for (let round = 0; round < 10; round += 1) {
      const [stranger, eventId] = [{ id: randomUUID(), amount: 1, currency: 'KRW' }, randomUUID()];
      const answers = await Promise.all(Array.from({ length: 4 }, () => ask('FAILED', stranger, eventId)));
      expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
      expect(new Set(answers.map((answer) => `${answer.eventId} ${answer.outcome}`)).size).toBe(1);
    }
  });

  test('take one of two events of one id that name different payments, and keep the other as a conflict', async () => {
    for (let round = 0; round < 10; round += 1) {
      const both = await Promise.all([pending(), pending()]);
      const eventId = randomUUID();
      const answers = await Promise.all(both.map(async ({ payment }) => ask('AUTHORIZED', payment, eventId)));
      expect(answers.map(({ outcome }) => outcome).toSorted()).toEqual(['APPLIED', 'CONFLICT']);
      const statuses = await Promise.all(both.map(async ({ orderId }) => (await orderOf(orderId)).status));
      expect(statuses.toSorted()).toEqual(['PAID', 'PAYMENT_PENDING']);
    }
  });
});

describe('two different events for one payment at once', () => {
  test('both approvals: the order is paid once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { productId, payment } = await pending();
      const answers = await Promise.all([
        shop.sendWebhook('AUTHORIZED', payment),
        shop.sendWebhook('AUTHORIZED', payment),
      ]);
      expect(answers.map(({ outcome }) => outcome).sort()).toEqual(['APPLIED', 'IGNORED_STALE']);
      expect(await shop.readStock(productId)).toEqual([8, 0]);
    }
  });

  test('approval and failure: whoever comes first, the money wins and stock is taken once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { productId, orderId, payment } = await pending();
      await Promise.all([shop.sendWebhook('AUTHORIZED', payment), shop.sendWebhook('FAILED', payment)]);
      expect(await orderOf(orderId)).toMatchObject({ status: 'PAID', needsAttention: null });
      expect(await shop.readStock(productId)).toEqual([8, 0]);
    }
  });
});

describe('a payment that we do not know', () => {
  const unknown = () => ({ id: randomUUID(), amount: 2000, currency: 'KRW' });
  const dueNow = (eventId: string) =>
    shop.database.pool.query(
      `update commerce.gateway_events set due_at = now() - interval '1 second' where id = $1 and due_at is not null`,
      [eventId],
    );

  test('is kept as UNMATCHED, and applied once the payment is there', async () => {
    const { orderId, payment } = await pending();
    const stranger = unknown();
    const { outcome, eventId } = await shop.sendWebhook('AUTHORIZED', stranger);
    expect(outcome).toBe('UNMATCHED');
    await shop.database.pool.query('update commerce.gateway_events set payment_id = $1 where id = $2', [
      payment.id,
      eventId,
    ]);
    await dueNow(eventId);
    expect(await shop.commerce.retryGatewayEvents()).toBe(1);
    expect(await orderOf(orderId)).toMatchObject({ status: 'PAID' });
    expect((await shop.commerce.listGatewayEvents({ outcome: 'APPLIED' })).items[0]).toMatchObject({
      id: eventId,
      attempts: 2,
    });
  });

  test('is tried with growing pauses, then PARKED for a person', async () => {
    const { eventId } = await shop.sendWebhook('AUTHORIZED', unknown());
    const pauses: number[] = [];
    for (let attempt = 1; attempt < 8; attempt += 1) {
      const { rows } = await shop.database.pool.query(
        `select extract(epoch from due_at - now())::float as pause from commerce.gateway_events where id = $1`,
        [eventId],
      );
      pauses.push(Math.ceil(rows[0].pause / 10) * 10);
      await dueNow(eventId);
      expect(await shop.commerce.retryGatewayEvents()).toBe(1);
    }
    expect(pauses).toEqual([10, 20, 40, 80, 160, 320, 640]);
    expect((await shop.commerce.listGatewayEvents({ outcome: 'PARKED' })).items).toMatchObject([
      { id: eventId, attempts: 8, dueAt: null },
    ]);
  });

  test('due events are tried once each by two processes at once', async () => {
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => (await shop.sendWebhook('FAILED', unknown())).eventId),
    );
    await Promise.all(ids.map(dueNow));
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
