import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import {
  createScriptedShop,
  type GatewayRequest,
  type GatewayRequestKind,
  type Attempt,
  type ScriptedShop,
} from '../../testing/scripted-gateway.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

const timeout = new Error('nothing within 10000 ms');
const refusal = new GatewayRefusal('refund_account_closed', 'no');

async function refunding(amount = 500) {
  const attempt = await shop.createPaidAttempt('CAPTURED');
  const refund = await shop.commerce.createRefund({ orderId: attempt.orderId, amount });
  return { attempt, refund };
}
const callOf = async ({ orderId }: Attempt) => (await shop.commerce.listGatewayCalls({ orderId })).items[0]!;
const dueInMs = async (attempt: Attempt) => {
  const { rows } = await shop.database.pool.query(
    'select extract(epoch from due_at - now()) * 1000 as ms from commerce.gateway_calls where id = $1',
    [(await callOf(attempt)).id],
  );
  return Number(rows[0].ms);
};

/** A reply that comes when the test says so, and what tells that the gateway was asked. */
function later(then: () => object[]) {
  const [begun, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const reply = async () => {
    begun.resolve();
    await answer.promise;
    return then();
  };
  return { reply, begun: begun.promise, answer: answer.resolve };
}

describe('a refund', () => {
  test('is sent once, with its own id, and its amount is reserved until the gateway confirms it', async () => {
    const { attempt, refund } = await refunding();
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 0, reserved: 500 });
    await shop.callGatewaysNow();
    await shop.callGatewaysNow();
    expect(shop.readRequests(attempt.payment.id)).toEqual([
      { kind: 'REFUND', paymentId: attempt.payment.id, refundId: refund.id, amount: 500 },
    ]);
    expect((await shop.readState(attempt)).refunds).toEqual(['REFUND 500 SUCCEEDED requested']);
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 500, reserved: 0 });
  });

  test('of which the gateway says nothing is UNKNOWN, and asked for again with the same id until it succeeds', async () => {
    const { attempt, refund } = await refunding();
    shop.scriptReplies(attempt.payment.id, { REFUND: [timeout, timeout] });
    await shop.callGatewaysNow();
    expect((await shop.readState(attempt)).refunds).toEqual(['REFUND 500 UNKNOWN requested']);
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 0, reserved: 500 });
    await shop.callGatewaysNow();
    await shop.callGatewaysNow();
    expect(shop.readRequests(attempt.payment.id).map(({ refundId }) => refundId)).toEqual([
      refund.id,
      refund.id,
      refund.id,
    ]);
    expect((await shop.readState(attempt)).refunds).toEqual(['REFUND 500 SUCCEEDED requested']);
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 500, reserved: 0 });
  });

  test('that stays unanswered is asked for less and less often, and a person hears of it after ten tries', async () => {
    const { attempt } = await refunding();
    shop.scriptReplies(attempt.payment.id, { REFUND: Array.from({ length: 10 }, () => timeout) });
    const pauses: number[] = [];
    for (let tries = 1; tries <= 10; tries += 1) {
      expect((await shop.readState(attempt)).attention).toBeNull();
      await shop.callGatewaysNow();
      pauses.push(Math.round((await dueInMs(attempt)) / 1_000));
    }
    expect(pauses).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 900]);
    expect((await shop.readState(attempt)).attention).toBe('gateway_silent');
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: ['REFUND 500 SUCCEEDED requested'],
      attention: null,
    });
  });

  test('of which an answer says nothing is UNKNOWN too', async () => {
    const { attempt, refund } = await refunding();
    shop.scriptReplies(attempt.payment.id, {
      REFUND: [
        [],
        [{ type: 'REFUNDED', amount: 500, currency: 'KRW', gatewayObjectId: 're_other', refundId: attempt.orderId }],
      ],
    });
    await shop.callGatewaysNow();
    await shop.callGatewaysNow();
    expect((await shop.readState(attempt)).refunds).toEqual(['REFUND 500 UNKNOWN requested']);
    await shop.callGatewaysNow();
    expect(shop.readRequests(attempt.payment.id).map(({ refundId }) => refundId)).toEqual([
      refund.id,
      refund.id,
      refund.id,
    ]);
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 500, reserved: 0 });
  });

  test('that the gateway refuses is FAILED, its balance free, and never sent again; another one has an id of its own', async () => {
    const { attempt, refund } = await refunding(2000);
    shop.scriptReplies(attempt.payment.id, { REFUND: [refusal] });
    await shop.callGatewaysNow();
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: ['REFUND 2000 FAILED requested'],
      attention: 'refund_failed',
    });
    expect((await shop.commerce.listRefunds({ orderId: attempt.orderId })).items[0]).toMatchObject({
      failureCode: 'refund_account_closed',
    });
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 0, reserved: 0 });
    expect(shop.readRequests(attempt.payment.id, 'REFUND')).toHaveLength(1);
    const second = await shop.commerce.createRefund({ orderId: attempt.orderId });
    await shop.callGatewaysNow();
    expect(shop.readRequests(attempt.payment.id, 'REFUND').map(({ refundId }) => refundId)).toEqual([
      refund.id,
      second.id,
    ]);
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 2000, reserved: 0 });
  });

  test.each([
    ['at once', 0],
    ['after time-outs', 2],
  ])('that the gateway takes %s is SUBMITTED until its webhook ends it, and not sent again', async (_, timeouts) => {
    const { attempt, refund } = await refunding();
    const pending = [{ type: 'REFUND_PENDING' as const, refundId: refund.id, gatewayObjectId: 're_1' }];
    shop.scriptReplies(attempt.payment.id, { REFUND: [...Array.from({ length: timeouts }, () => timeout), pending] });
    for (let tries = 0; tries <= timeouts + 2; tries += 1) await shop.callGatewaysNow();
    expect((await shop.readState(attempt)).refunds).toEqual(['REFUND 500 SUBMITTED requested']);
    expect(shop.readRequests(attempt.payment.id)).toHaveLength(timeouts + 1);
    expect(await shop.sendWebhook('REFUNDED', { ...attempt.payment, amount: 500 }, { objectId: 're_1' })).toMatchObject(
      {
        effect: 'refund_succeeded',
      },
    );
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 500, reserved: 0 });
  });

  test('whose webhook comes before the answer succeeds once, and the answer is nothing new', async () => {
    const { attempt, refund } = await refunding();
    const { reply, begun, answer } = later(() => [
      { type: 'REFUNDED', amount: 500, currency: 'KRW', refundId: refund.id, gatewayObjectId: 're_2' },
    ]);
    shop.scriptReplies(attempt.payment.id, { REFUND: [reply] });
    const calling = shop.callGatewaysNow();
    await begun;
    await shop.sendWebhook('REFUNDED', { ...attempt.payment, amount: 500 }, { refundId: refund.id, objectId: 're_2' });
    answer();
    await calling;
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 500, reserved: 0 });
    expect(await callOf(attempt)).toMatchObject({ status: 'DONE' });
  });
});

describe('the lease of a call', () => {
  const endLease = async (attempt: Attempt) =>
    shop.database.pool.query(`update commerce.gateway_calls set due_at = now() - interval '1 second' where id = $1`, [
      (await callOf(attempt)).id,
    ]);

  test('keeps other workers from making it, and when its worker dies the next one makes it with the same id', async () => {
    const { attempt, refund } = await refunding();
    const { reply, begun } = later(() => []);
    shop.scriptReplies(attempt.payment.id, { REFUND: [reply] });
    void shop.commerce.callGateways();
    await begun;
    await Promise.all([shop.commerce.callGateways(), shop.commerce.callGateways()]);
    expect(shop.readRequests(attempt.payment.id)).toHaveLength(1);
    expect(await dueInMs(attempt)).toBeGreaterThan(50_000);
    await endLease(attempt);
    await shop.commerce.callGateways();
    expect(shop.readRequests(attempt.payment.id).map(({ refundId }) => refundId)).toEqual([refund.id, refund.id]);
    expect((await shop.readState(attempt)).refunds).toEqual(['REFUND 500 SUCCEEDED requested']);
  });

  test('four workers at once make each of 40 calls once', async () => {
    const all = await Promise.all(Array.from({ length: 40 }, () => refunding()));
    await Promise.all(Array.from({ length: 4 }, () => shop.commerce.callGateways(20)));
    while ((await shop.commerce.callGateways()) > 0);
    for (const { attempt } of all) {
      expect(shop.readRequests(attempt.payment.id)).toHaveLength(1);
      expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 500, reserved: 0 });
    }
  });

  test.each([
    ['time-out', timeout, 'pending'],
    ['refusal', refusal, 'pending'],
    ['time-out', timeout, 'done'],
    ['refusal', refusal, 'done'],
  ])('a %s that comes after another worker took over and has an answer (%#) changes nothing', async (_, late, then) => {
    const { attempt, refund } = await refunding();
    const { reply, begun, answer } = later(() => {
      throw late;
    });
    const type = then === 'done' ? ('REFUNDED' as const) : ('REFUND_PENDING' as const);
    const settled = [{ type, amount: 500, currency: 'KRW', refundId: refund.id, gatewayObjectId: `re_${refund.id}` }];
    shop.scriptReplies(attempt.payment.id, { REFUND: [reply, settled] });
    const first = shop.commerce.callGateways();
    await begun;
    await endLease(attempt);
    await shop.commerce.callGateways();
    answer();
    await first;
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: [`REFUND 500 ${then === 'done' ? 'SUCCEEDED' : 'SUBMITTED'} requested`],
      attention: null,
    });
    expect(await callOf(attempt)).toMatchObject({ status: 'DONE', attempts: 2 });
  });
});

test('an answer that cannot be applied ends no other call, is asked for again ever later, and a person hears of it', async () => {
  const [other, broken] = [await refunding(), await refunding()];
  // The gateway tells an id of the payment that is another payment's.
  await shop.database.pool.query('update commerce.payments set gateway_payment_id = $2 where id = $1', [
    other.attempt.payment.id,
    'taken',
  ]);
  const contradiction = [
    { type: 'REFUNDED' as const, amount: 500, currency: 'KRW', refundId: broken.refund.id, gatewayPaymentId: 'taken' },
  ];
  shop.scriptReplies(broken.attempt.payment.id, { REFUND: Array.from({ length: 10 }, () => contradiction) });
  await expect(shop.callGatewaysNow()).rejects.toThrow('payments_gateway_payment_id');
  expect((await shop.readState(other.attempt)).refunds).toEqual(['REFUND 500 SUCCEEDED requested']);
  expect((await shop.readState(broken.attempt)).refunds).toEqual(['REFUND 500 UNKNOWN requested']);
  expect(await dueInMs(broken.attempt)).toBeLessThan(3_000);
  for (let tries = 2; tries <= 10; tries += 1)
    await expect(shop.callGatewaysNow()).rejects.toThrow('payments_gateway_payment_id');
  expect(await shop.readState(broken.attempt)).toMatchObject({ attention: 'gateway_silent' });
  await shop.callGatewaysNow();
  expect(await shop.readRefundAmounts(broken.attempt)).toEqual({ refunded: 500, reserved: 0 });
});

test('while a gateway is called no transaction is open and no row is locked', async () => {
  const seen: GatewayRequestKind[] = [];
  const found: unknown[] = [];
  const look = async ({ kind }: GatewayRequest) => {
    const { rows } = await shop.database.pool.query(`
      select state, query from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null
        and backend_type = 'client backend'
      union all select mode, relation::regclass::text from pg_locks l join pg_database d on d.oid = l.database
        where d.datname = current_database() and l.pid <> pg_backend_pid() and l.locktype in ('relation', 'tuple', 'transactionid')`);
    seen.push(kind);
    found.push(...rows);
    return [];
  };
  const { attempt } = await refunding();
  shop.scriptReplies(attempt.payment.id, { REFUND: [look] });
  const authorized = await shop.createPaidAttempt('AUTHORIZED');
  await shop.commerce.capturePayment({ paymentId: authorized.payment.id });
  await shop.commerce.pollPayment({ paymentId: authorized.payment.id });
  shop.scriptReplies(authorized.payment.id, { CAPTURE: [look], POLL: [look] });
  const canceled = await shop.createAttempt();
  await shop.commerce.cancelOrder({ orderId: canceled.orderId });
  shop.scriptReplies(canceled.payment.id, { CANCEL: [look] });
  for (let calls = 0; calls < 4; calls += 1) await shop.commerce.callGateways(1);
  const confirmed = await shop.createAttempt();
  shop.scriptReplies(confirmed.payment.id, { CONFIRM: [look] });
  await shop.commerce.confirmPayment({ paymentId: confirmed.payment.id, token: 'agreed' });
  expect(seen.toSorted()).toEqual(['POLL', 'CANCEL', 'CAPTURE', 'CONFIRM', 'REFUND']);
  expect(found).toEqual([]);
});
