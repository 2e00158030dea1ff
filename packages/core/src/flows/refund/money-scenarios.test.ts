import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
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

async function createTwoAttempts() {
  const first = await shop.createAttempt();
  await shop.sendWebhook('FAILED', first.payment);
  return {
    first,
    second: { ...first, payment: await shop.commerce.createPayment({ orderId: first.orderId, provider: 'mock' }) },
  };
}

const newKey = () => ({ idempotency: { scope: 'operator:1', key: randomUUID() } });

const countOf = (list: readonly string[], one: string) => list.filter((each) => each === one).length;

test(
  'two concurrent approvals of two attempts pay the order once and void the other attempt',
  repeat(10, async () => {
    const { first, second } = await createTwoAttempts();
    await Promise.all([
      shop.sendWebhook('AUTHORIZED', first.payment),
      otherProcess.sendWebhook('AUTHORIZED', second.payment),
    ]);
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
  'an event that arrives three times at once is applied once',
  repeat(10, async () => {
    const attempt = await shop.createAttempt();
    const eventId = randomUUID();
    const results = await Promise.all(
      [shop, otherProcess, shop].map(({ sendWebhook }) => sendWebhook('CAPTURED', attempt.payment, { eventId })),
    );
    expect(results.map(({ outcome, effect }) => `${outcome} ${effect}`)).toEqual(
      Array.from({ length: 3 }, () => 'APPLIED order_paid'),
    );
    expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(countOf(await shop.readEventTypes(attempt.orderId), 'order.paid')).toBe(1);
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
  'a late failure of attempt 1 leaves the order paid by attempt 2',
  repeat(10, async () => {
    const { first, second } = await createTwoAttempts();
    await Promise.all([
      shop.sendWebhook('CAPTURED', second.payment),
      otherProcess.sendWebhook('FAILED', first.payment),
      otherProcess.sendWebhook('CANCELED', first.payment),
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
  'a confirmation and concurrent webhooks pay the order once',
  repeat(10, async () => {
    const attempt = await shop.createAttempt();
    const call = newKey();
    const confirm = () =>
      errorCodeOf(shop.commerce.confirmPayment({ paymentId: attempt.payment.id, token: 'agreed' }, call));
    const [confirmed, again] = await Promise.all([
      confirm(),
      confirm(),
      shop.sendWebhook('CAPTURED', attempt.payment),
      otherProcess.sendWebhook('CAPTURED', attempt.payment),
    ]);
    expect([confirmed, again].toSorted()).toEqual(expect.arrayContaining(['accepted']));
    expect(await confirm()).toBe('accepted');
    expect(shop.readRequests(attempt.payment.id, 'CONFIRM').length).toBeLessThanOrEqual(1);
    expect(countOf(await shop.readEventTypes(attempt.orderId), 'order.paid')).toBe(1);
    expect(await shop.readState(attempt)).toEqual({
      payment: 'CAPTURED',
      order: 'PAID',
      stock: '8 0',
      refunds: [],
      attention: null,
    });
  }),
);

test('money for an expired order without stock is refunded as surplus under one refund id', async () => {
  const attempt = await shop.createAttempt(2);
  await otherProcess.commerce.transaction(async (tx) => {
    await tx.db.execute(
      `update commerce.orders set hold_until = now() - interval '1 second' where id = '${attempt.orderId}'`,
    );
  });
  await otherProcess.commerce.expireOrders();
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
  'concurrent refunds never exceed the balance',
  repeat(5, async () => {
    const attempt = await shop.createPaidAttempt();
    const codes = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        errorCodeOf(
          (index % 2 === 0 ? shop : otherProcess).commerce.createRefund({ orderId: attempt.orderId, amount: 700 }),
        ),
      ),
    );
    expect(countOf(codes, 'accepted')).toBe(2);
    expect(countOf(codes, 'refund_exceeds_balance')).toBe(8);
    await Promise.all([
      shop.callGatewaysNow(),
      shop.sendWebhook('REFUNDED', { ...attempt.payment, amount: 600 }, { objectId: 're_there' }),
    ]);
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 2000, reserved: 0 });
  }),
);

test('a refund that is retried with a new key is rejected, and its money is refunded once', async () => {
  const attempt = await shop.createPaidAttempt();
  const { orderId } = attempt;
  const call = newKey();
  const first = await shop.commerce.createRefund({ orderId }, call);
  // The gateway made the refund and its response was lost, so the refund is UNKNOWN.
  shop.scriptReplies(attempt.payment.id, { REFUND: [new Error('nothing')] });
  await shop.callGatewaysNow();
  expect(await shop.commerce.createRefund({ orderId }, call)).toMatchObject({ id: first.id });
  expect(await errorCodeOf(otherProcess.commerce.createRefund({ orderId }, newKey()))).toBe('refund_exceeds_balance');
  await shop.callGatewaysNow();
  expect(await errorCodeOf(otherProcess.commerce.createRefund({ orderId }, newKey()))).toBe('refund_exceeds_balance');
  expect(new Set(shop.readRequests(attempt.payment.id).map(({ refundId }) => refundId))).toEqual(new Set([first.id]));
  expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 2000, reserved: 0 });
});

test('a refund that the gateway refuses is sent once, and the payment is polled once', async () => {
  const attempt = await shop.createPaidAttempt();
  await shop.commerce.createRefund({ orderId: attempt.orderId });
  shop.scriptReplies(attempt.payment.id, { REFUND: [new GatewayRefusal('charge_already_refunded', 'no')] });
  for (let turn = 0; turn < 5; turn += 1) await shop.callGatewaysNow();
  expect(shop.readRequests(attempt.payment.id).map(({ kind }) => kind)).toEqual(['REFUND', 'POLL']);
});
