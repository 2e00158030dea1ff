import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GatewayFact } from '../../gateway-inbox/gateway-event.ts';
import { only } from '../../testing/only.ts';
import { createScriptedShop, type Attempt, type ScriptedShop } from '../../testing/scripted-gateway.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(async () => shop.close());

type Facts = Partial<GatewayFact>[];
const captured = { type: 'CAPTURED', amount: 2_000, currency: 'KRW' } as const;
const authorized = { type: 'AUTHORIZED', amount: 2_000, currency: 'KRW' } as const;
const refunded = (amount: number, more: Partial<GatewayFact> = {}) =>
  ({ type: 'REFUNDED', amount, currency: 'KRW', gatewayObjectId: `re_${amount}`, ...more }) as const;

/** Compares an order's payment with a gateway that states `facts`, also at the second look. */
async function reconcile({ payment }: Attempt, facts: Facts | Error, again: Facts | Error = facts) {
  shop.scriptReplies(payment.id, { POLL: [facts, again] });
  const { items } = await shop.commerce.reconcilePayments({ limit: 100 });
  return items.find(({ id }) => id === payment.id)!;
}

const differencesOf = async (attempt: Attempt, facts: Facts) =>
  (await reconcile(attempt, facts)).differences.map(({ kind, shop: ours, gateway }) => [
    kind,
    ours && (ours.status ?? ours.amount),
    gateway && (gateway.status ?? gateway.amount),
  ]);

describe('a payment agrees', () => {
  test('that both books have, with its money in both', async () => {
    const paid = await shop.createPaidAttempt();
    expect(await reconcile(paid, [captured])).toMatchObject({
      orderId: paid.orderId,
      orderNumber: (await shop.commerce.getOrder({ orderId: paid.orderId })).number,
      outcome: 'AGREES',
      shop: { status: 'CAPTURED', capturedAmount: 2_000, refundedAmount: 0, currency: 'KRW' },
      gateway: { status: 'CAPTURED', capturedAmount: 2_000, refundedAmount: 0, currency: 'KRW' },
      differences: [],
    });
  });

  test('that is not paid, whether the gateway knows it or not', async () => {
    const attempt = await shop.createAttempt();
    expect(await reconcile(attempt, [])).toMatchObject({ outcome: 'AGREES', gateway: null });
    expect((await reconcile(attempt, [{ type: 'PENDING' }])).outcome).toBe('AGREES');
  });

  test.each<[string, Facts]>([
    ['and the gateway says that it released it', [{ type: 'CANCELED' }]],
    ['and the gateway reports a refund of it', [authorized, refunded(2_000)]],
    ['and the gateway had captured it and gave it back', [captured, refunded(2_000)]],
  ])('whose authorization the shop has voided, %s', async (_, facts) => {
    const paid = await shop.createPaidAttempt('AUTHORIZED');
    await shop.commerce.cancelOrder({ orderId: paid.orderId });
    await shop.callGatewaysNow();
    expect((await reconcile(paid, facts)).outcome).toBe('AGREES');
  });

  test('in review, with the amount that the gateway has reported', async () => {
    const attempt = await shop.createAttempt();
    await shop.sendWebhook('CAPTURED', { ...attempt.payment, amount: 1_500 });
    expect(await reconcile(attempt, [{ ...captured, amount: 1_500 }])).toMatchObject({
      outcome: 'AGREES',
      shop: { status: 'REVIEW', capturedAmount: 1_500 },
      gateway: { status: 'CAPTURED', capturedAmount: 1_500 },
    });
  });

  test('with a refund that is under way in one book or in both', async () => {
    const paid = await shop.createPaidAttempt();
    const { id: refundId } = await shop.commerce.createRefund({ orderId: paid.orderId, amount: 300 });
    expect((await reconcile(paid, [captured])).outcome).toBe('AGREES');
    expect(
      (await reconcile(paid, [captured, { ...refunded(300, { refundId }), type: 'REFUND_PENDING' }])).outcome,
    ).toBe('AGREES');
  });

  test('when the difference is gone at a second look', async () => {
    const paid = await shop.createPaidAttempt();
    expect((await reconcile(paid, [captured, refunded(500)], [captured])).outcome).toBe('AGREES');
  });
});

describe('a payment differs', () => {
  test('that the gateway does not know, and the shop counts as money', async () => {
    expect(await differencesOf(await shop.createPaidAttempt(), [])).toEqual([['payment', 'CAPTURED', null]]);
  });

  test('that the shop takes for unpaid', async () => {
    expect(await differencesOf(await shop.createAttempt(), [captured])).toEqual([
      ['status', 'CREATED', 'CAPTURED'],
      ['captured', 0, 2_000],
    ]);
  });

  test('whose captured amount or currency is another', async () => {
    const paid = await shop.createPaidAttempt();
    expect(await differencesOf(paid, [{ ...captured, amount: 1_500 }])).toEqual([
      ['authorized', 2_000, 1_500],
      ['captured', 2_000, 1_500],
    ]);
    expect(await differencesOf(paid, [{ ...captured, currency: 'USD' }])).toEqual([['currency', 'KRW', 'USD']]);
  });

  test('with a refund from the dashboard that the shop has not heard of', async () => {
    expect(await differencesOf(await shop.createPaidAttempt(), [captured, refunded(400)])).toEqual([
      ['refund', null, 'SUCCEEDED'],
      ['refunded', 0, 400],
    ]);
  });

  test('with a refund that ended otherwise or never arrived', async () => {
    const paid = await shop.createPaidAttempt();
    const { id: refundId } = await shop.commerce.createRefund({ orderId: paid.orderId, amount: 300 });
    expect(await differencesOf(paid, [captured, refunded(300, { refundId })])).toEqual([
      ['refund', 'REQUESTED', 'SUCCEEDED'],
      ['refunded', 0, 300],
    ]);
    await shop.callGatewaysNow();
    expect(await differencesOf(paid, [captured])).toEqual([
      ['refund', 'SUCCEEDED', null],
      ['refunded', 300, 0],
    ]);
  });

  test('with a dispute that only one book has', async () => {
    const paid = await shop.createPaidAttempt();
    const opened = { type: 'DISPUTE_OPENED', amount: 500, currency: 'KRW', gatewayObjectId: 'dp_1' } as const;
    expect(await differencesOf(paid, [captured, opened])).toEqual([['dispute', null, 'OPEN']]);
    await shop.sendWebhook('DISPUTE_OPENED', { ...paid.payment, amount: 500 }, { objectId: 'dp_1' });
    expect(await differencesOf(paid, [captured, opened])).toEqual([]);
    expect(await differencesOf(paid, [captured, { ...opened, type: 'DISPUTE_LOST' }])).toEqual([
      ['dispute', 'OPEN', 'LOST'],
    ]);
  });
});

test('a gateway that gives no answer is asked about one page at most five times', async () => {
  const paid = [];
  for (let n = 0; n < 8; n += 1) paid.push(await shop.createPaidAttempt());
  for (const { payment } of paid) shop.scriptReplies(payment.id, { POLL: [new Error('no answer')] });
  const { items } = await shop.commerce.reconcilePayments({ limit: 8 });
  expect(items.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 8 }, () => 'NO_ANSWER'));
  expect(paid.flatMap(({ payment }) => shop.readRequests(payment.id, 'POLL'))).toHaveLength(5);
});

test('a payment of a gateway that is not configured cannot be compared', async () => {
  const { payment } = await shop.createPaidAttempt();
  const setProvider = async (provider: string) =>
    shop.database.pool.query('update commerce.payments set provider = $2 where id = $1', [payment.id, provider]);
  await setProvider('gone');
  const { items } = await shop.commerce.reconcilePayments({ provider: 'gone' });
  await setProvider('mock');
  expect(only(items)).toMatchObject({ outcome: 'NOT_COMPARABLE', gateway: null, differences: [] });
});

test('times and pages choose the payments, the newest first', async () => {
  const [first, second] = [await shop.createPaidAttempt(), await shop.createPaidAttempt()];
  const at = async ({ payment }: Attempt) => new Date(Number.parseInt(payment.id.replace('-', '').slice(0, 12), 16));
  const page = await shop.commerce.reconcilePayments({ createdFrom: (await at(first)).toISOString(), limit: 1 });
  expect(page.items.map(({ id }) => id)).toEqual([second.payment.id]);
  const last = await shop.commerce.reconcilePayments({
    createdFrom: (await at(first)).toISOString(),
    createdTo: new Date((await at(second)).getTime() + 1).toISOString(),
    ...(page.nextCursor !== null && { cursor: page.nextCursor }),
  });
  expect(last).toMatchObject({ items: [{ id: first.payment.id }], nextCursor: null });
  const before = await shop.commerce.reconcilePayments({ createdTo: (await at(first)).toISOString() });
  expect(before.items.map(({ id }) => id)).not.toContain(first.payment.id);
});
