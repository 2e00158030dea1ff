import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { codeOf } from '../../testing/shop.ts';
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
  const first = await shop.attempt();
  await shop.tell('FAILED', first.payment);
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
    await Promise.all([shop.tell('AUTHORIZED', first.payment), otherProcess.tell('AUTHORIZED', second.payment)]);
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
  'an event that arrives three times at once is applied once',
  repeat(10, async () => {
    const attempt = await shop.attempt();
    const eventId = randomUUID();
    const results = await Promise.all(
      [shop, otherProcess, shop].map(({ tell }) => tell('CAPTURED', attempt.payment, { eventId })),
    );
    expect(results.map(({ outcome, effect }) => `${outcome} ${effect}`)).toEqual(
      Array.from({ length: 3 }, () => 'APPLIED order_paid'),
    );
    expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(countOf(await shop.types(attempt.orderId), 'order.paid')).toBe(1);
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
  'a late failure of attempt 1 leaves the order paid by attempt 2',
  repeat(10, async () => {
    const { first, second } = await createTwoAttempts();
    await Promise.all([
      shop.tell('CAPTURED', second.payment),
      otherProcess.tell('FAILED', first.payment),
      otherProcess.tell('CANCELED', first.payment),
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
  'a confirmation and concurrent webhooks pay the order once',
  repeat(10, async () => {
    const attempt = await shop.attempt();
    const call = newKey();
    const confirm = () =>
      codeOf(shop.commerce.confirmPayment({ paymentId: attempt.payment.id, token: 'agreed' }, call));
    const [confirmed, again] = await Promise.all([
      confirm(),
      confirm(),
      shop.tell('CAPTURED', attempt.payment),
      otherProcess.tell('CAPTURED', attempt.payment),
    ]);
    expect([confirmed, again].toSorted()).toEqual(expect.arrayContaining(['accepted']));
    expect(await confirm()).toBe('accepted');
    expect(shop.asked(attempt.payment.id, 'CONFIRM').length).toBeLessThanOrEqual(1);
    expect(countOf(await shop.types(attempt.orderId), 'order.paid')).toBe(1);
    expect(await shop.state(attempt)).toEqual({
      payment: 'CAPTURED',
      order: 'PAID',
      stock: '8 0',
      refunds: [],
      attention: null,
    });
  }),
);

test('money for an expired order without stock is refunded as surplus under one refund id', async () => {
  const attempt = await shop.attempt(2);
  await otherProcess.commerce.transaction(async (tx) => {
    await tx.db.execute(
      `update commerce.orders set hold_until = now() - interval '1 second' where id = '${attempt.orderId}'`,
    );
  });
  await otherProcess.commerce.expireOrders();
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
  'concurrent refunds never exceed the balance',
  repeat(5, async () => {
    const attempt = await shop.paid();
    const codes = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        codeOf(
          (index % 2 === 0 ? shop : otherProcess).commerce.createRefund({ orderId: attempt.orderId, amount: 700 }),
        ),
      ),
    );
    expect(countOf(codes, 'accepted')).toBe(2);
    expect(countOf(codes, 'refund_exceeds_balance')).toBe(8);
    await Promise.all([
      shop.call(),
      shop.tell('REFUNDED', { ...attempt.payment, amount: 600 }, { objectId: 're_there' }),
    ]);
    expect(await shop.amounts(attempt)).toEqual({ refunded: 2000, reserved: 0 });
  }),
);

test('a refund that is retried with a new key is rejected, and its money is refunded once', async () => {
  const attempt = await shop.paid();
  const { orderId } = attempt;
  const call = newKey();
  const first = await shop.commerce.createRefund({ orderId }, call);
  // The gateway made the refund and its response was lost, so the refund is UNKNOWN.
  shop.script(attempt.payment.id, { REFUND: [new Error('nothing')] });
  await shop.call();
  expect(await shop.commerce.createRefund({ orderId }, call)).toMatchObject({ id: first.id });
  expect(await codeOf(otherProcess.commerce.createRefund({ orderId }, newKey()))).toBe('refund_exceeds_balance');
  await shop.call();
  expect(await codeOf(otherProcess.commerce.createRefund({ orderId }, newKey()))).toBe('refund_exceeds_balance');
  expect(new Set(shop.asked(attempt.payment.id).map(({ refundId }) => refundId))).toEqual(new Set([first.id]));
  expect(await shop.amounts(attempt)).toEqual({ refunded: 2000, reserved: 0 });
});

test('a refund that the gateway refuses is sent once, and the payment is polled once', async () => {
  const attempt = await shop.paid();
  await shop.commerce.createRefund({ orderId: attempt.orderId });
  shop.script(attempt.payment.id, { REFUND: [new GatewayRefusal('charge_already_refunded', 'no')] });
  for (let turn = 0; turn < 5; turn += 1) await shop.call();
  expect(shop.asked(attempt.payment.id).map(({ kind }) => kind)).toEqual(['REFUND', 'POLL']);
});
