import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCommerce, type Commerce } from '../../commerce.ts';
import { mockGateway } from '../../gateways/mock.ts';
import { webhookSecret } from '../../testing/test-shop.ts';
import {
  createScriptedShop,
  scriptedGateway,
  type Attempt,
  type ScriptedShop,
} from '../../testing/scripted-gateway.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

const reservationSecondsLeft = async ({ orderId }: Attempt) =>
  ((await shop.commerce.getOrder({ orderId })).reservedUntil.getTime() - Date.now()) / 1_000;
const pollCountOf = ({ payment }: Attempt) => shop.readRequests(payment.id, 'POLL').length;
const moveToPast = (table: string, column: string, attempt: Attempt, minutes: number) =>
  shop.database.pool.query(
    `update commerce.${table} set ${column} = now() - $2 * interval '1 minute' where order_id = $1`,
    [attempt.orderId, minutes],
  );
const capturedFacts = [{ type: 'CAPTURED' as const, amount: 2000, currency: 'KRW' }];
const timeout = new Error('nothing within 10000 ms');

describe('a pollable order', () => {
  test('keeps its stock for some seconds while the gateway is polled, and expires by the response', async () => {
    const attempt = await shop.createAttempt();
    await shop.expireTestOrder(attempt.orderId);
    expect(await shop.readState(attempt)).toMatchObject({
      payment: 'CREATED',
      order: 'PAYMENT_PENDING',
      stock: '10 2',
    });
    expect(await reservationSecondsLeft(attempt)).toBeGreaterThan(5);
    expect(await reservationSecondsLeft(attempt)).toBeLessThan(20);
    await shop.callGatewaysNow();
    await shop.expireTestOrder(attempt.orderId);
    expect(await shop.readState(attempt)).toMatchObject({ payment: 'CANCELED', order: 'EXPIRED', stock: '10 0' });
    await shop.callGatewaysNow();
    expect(shop.readRequests(attempt.payment.id).map(({ kind }) => kind)).toEqual(['POLL', 'CANCEL']);
  });

  test('is paid when the poll returns a captured payment', async () => {
    const attempt = await shop.createAttempt();
    shop.scriptReplies(attempt.payment.id, { POLL: [capturedFacts] });
    await shop.expireTestOrder(attempt.orderId);
    await shop.callGatewaysNow();
    await shop.expireTestOrder(attempt.orderId);
    expect(await shop.readState(attempt)).toEqual({
      payment: 'CAPTURED',
      order: 'PAID',
      stock: '8 0',
      refunds: [],
      attention: null,
    });
  });

  test('keeps its stock until payableUntil, and an equal or earlier time does not shorten it', async () => {
    const attempt = await shop.createAttempt();
    const payableUntil = new Date(Date.now() + 3 * 24 * 60 * 60_000);
    shop.scriptReplies(attempt.payment.id, { POLL: [[{ type: 'PENDING', payableUntil }]] });
    await shop.expireTestOrder(attempt.orderId);
    await shop.callGatewaysNow();
    expect((await shop.commerce.getOrder({ orderId: attempt.orderId })).reservedUntil).toEqual(payableUntil);
    await shop.commerce.expireOrders();
    expect(await shop.readState(attempt)).toMatchObject({
      payment: 'PENDING',
      order: 'PAYMENT_PENDING',
      stock: '10 2',
    });
    for (const notLater of [payableUntil, new Date()]) {
      expect(await shop.sendWebhook('PENDING', attempt.payment, { payableUntil: notLater })).toMatchObject({
        effect: 'already_pending',
      });
    }
    expect((await shop.commerce.getOrder({ orderId: attempt.orderId })).reservedUntil).toEqual(payableUntil);
  });

  test('keeps its stock until a later payableUntil, without a transition', async () => {
    const attempt = await shop.createAttempt();
    const until = [1, 2].map((days) => new Date(Date.now() + days * 24 * 60 * 60_000));
    for (const payableUntil of until) {
      expect(await shop.sendWebhook('PENDING', attempt.payment, { payableUntil })).toMatchObject({
        effect: 'payment_pending',
      });
    }
    expect((await shop.commerce.getOrder({ orderId: attempt.orderId })).reservedUntil).toEqual(until[1]);
    expect(await shop.commerce.doctor()).toEqual([]);
  });

  test('keeps its stock and a single poll while the gateway is silent, for ten minutes at most', async () => {
    const attempt = await shop.createAttempt();
    shop.scriptReplies(attempt.payment.id, { POLL: [timeout, timeout] });
    for (let turn = 0; turn < 5; turn += 1) {
      await shop.expireTestOrder(attempt.orderId);
      if (turn < 2) await shop.callGatewaysNow();
    }
    expect(await shop.readState(attempt)).toMatchObject({ order: 'PAYMENT_PENDING', stock: '10 2' });
    expect((await shop.commerce.listGatewayCalls({ orderId: attempt.orderId })).items).toMatchObject([
      { kind: 'POLL', status: 'DUE', attempts: 2 },
    ]);
    await moveToPast('gateway_calls', 'created_at', attempt, 11);
    await shop.expireTestOrder(attempt.orderId);
    expect(await shop.readState(attempt)).toMatchObject({ order: 'EXPIRED', stock: '10 0' });
  });

  test('that expired without a response is paid by a late response', async () => {
    const attempt = await shop.createAttempt();
    await shop.expireTestOrder(attempt.orderId);
    await moveToPast('gateway_calls', 'created_at', attempt, 11);
    await shop.expireTestOrder(attempt.orderId);
    expect((await shop.readState(attempt)).order).toBe('EXPIRED');
    shop.scriptReplies(attempt.payment.id, { POLL: [capturedFacts], CANCEL: [capturedFacts] });
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toEqual({
      payment: 'CAPTURED',
      order: 'PAID',
      stock: '8 0',
      refunds: [],
      attention: null,
    });
  });

  test('expires without a poll after a recent response, and is polled after an older one', async () => {
    const [fresh, old] = [await shop.createAttempt(), await shop.createAttempt()];
    for (const attempt of [fresh, old]) await shop.commerce.pollPayment({ paymentId: attempt.payment.id });
    await shop.callGatewaysNow();
    await moveToPast('payments', 'asked_at', old, 3);
    await shop.expireTestOrder(fresh.orderId);
    await shop.expireTestOrder(old.orderId);
    expect([(await shop.readState(fresh)).order, (await shop.readState(old)).order]).toEqual([
      'EXPIRED',
      'PAYMENT_PENDING',
    ]);
    await shop.callGatewaysNow();
    expect([pollCountOf(fresh), pollCountOf(old)]).toEqual([1, 2]);
  });

  test('keeps its stock while a poll is due, although the last response is recent', async () => {
    const attempt = await shop.createAttempt();
    const { id: paymentId } = attempt.payment;
    await shop.commerce.pollPayment({ paymentId });
    await shop.callGatewaysNow();
    // The gateway reports a change, so another poll is due.
    await shop.sendWebhook('CHANGED', attempt.payment);
    await shop.expireTestOrder(attempt.orderId);
    expect(await shop.readState(attempt)).toMatchObject({ order: 'PAYMENT_PENDING', stock: '10 2' });
    shop.scriptReplies(paymentId, { POLL: [capturedFacts] });
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({ order: 'PAID', stock: '8 0' });
  });

  test('expires at once when its only attempt has failed or it has none', async () => {
    const failed = await shop.createAttempt();
    await shop.sendWebhook('FAILED', failed.payment);
    const { id } = await shop.createTestOrder({ [failed.productId]: 3 });
    await shop.expireTestOrder(failed.orderId);
    await shop.expireTestOrder(id);
    expect((await shop.readState(failed)).order).toBe('EXPIRED');
    expect((await shop.commerce.getOrder({ orderId: id })).status).toBe('EXPIRED');
    expect(await shop.readStock(failed.productId)).toEqual([10, 0]);
    expect(pollCountOf(failed)).toBe(0);
  });

  test('is polled once by three concurrent runs of expireOrders', async () => {
    const attempts = await Promise.all(Array.from({ length: 20 }, () => shop.createAttempt()));
    const ids = attempts.map(({ orderId }) => orderId);
    const expire = async () => {
      await shop.database.pool.query(
        `update commerce.orders set hold_until = now() - interval '1 second' where id = any($1)`,
        [ids],
      );
      await Promise.all([
        shop.commerce.expireOrders(15),
        shop.commerce.expireOrders(15),
        shop.commerce.expireOrders(15),
      ]);
      await shop.commerce.expireOrders();
    };
    await expire();
    await Promise.all([shop.commerce.callGateways(), shop.commerce.callGateways()]);
    await expire();
    for (const attempt of attempts) {
      expect(pollCountOf(attempt)).toBe(1);
      expect(await shop.readState(attempt)).toMatchObject({ payment: 'CANCELED', order: 'EXPIRED', stock: '10 0' });
      expect((await shop.readEventTypes(attempt.orderId)).filter((type) => type === 'order.expired')).toHaveLength(1);
    }
  });
});

test('an order whose gateway cannot be polled expires at once', async () => {
  const commerceWithoutPolling: Commerce = createCommerce({
    database: shop.database,
    gateways: [mockGateway([webhookSecret])],
  });
  const attempt = await shop.createAttempt();
  await shop.database.pool.query(`update commerce.orders set hold_until = now() - interval '1 second' where id = $1`, [
    attempt.orderId,
  ]);
  await commerceWithoutPolling.expireOrders();
  expect((await shop.readState(attempt)).order).toBe('EXPIRED');
});

test('createPayment reserves stock as long as its method needs, and never shortens a reservation', async () => {
  const { gateway } = scriptedGateway();
  const hourMs = 60 * 60_000;
  const commerce = createCommerce({
    database: shop.database,
    gateways: [{ ...gateway, reservationMsOf: (method) => (method === 'virtual_account' ? 72 * hourMs : undefined) }],
    reservationMs: hourMs,
  });
  const productId = await shop.createTestProduct();
  const reservedHours = async (method?: string) => {
    const order = await commerce.placeOrder({ customerId: 'c', lines: [{ productId, quantity: 1 }] });
    const { id } = await commerce.createPayment({ orderId: order.id, provider: 'mock', method });
    await shop.sendWebhook('FAILED', { id, amount: 1000, currency: 'KRW' });
    await commerce.createPayment({ orderId: order.id, provider: 'mock' });
    return Math.round(((await commerce.getOrder({ orderId: order.id })).reservedUntil.getTime() - Date.now()) / hourMs);
  };
  expect([await reservedHours('card'), await reservedHours('virtual_account'), await reservedHours()]).toEqual([
    1, 72, 1,
  ]);
});
