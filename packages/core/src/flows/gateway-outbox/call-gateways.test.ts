import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createScriptedShop,
  type GatewayRequest,
  type GatewayRequestKind,
  type ScriptedShop,
} from '../../testing/scripted-gateway.ts';
import {
  createDueRefund,
  delayedReply,
  gatewayCallOf,
  millisecondsUntilDue,
  refusal,
  timeout,
} from './call-gateways.testing.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

describe('a refund', () => {
  test('is sent once with its own id, and its amount is reserved until the gateway confirms it', async () => {
    const { attempt, refund } = await createDueRefund(shop);
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 0, reserved: 500 });
    await shop.callGatewaysNow();
    await shop.callGatewaysNow();
    expect(shop.readRequests(attempt.payment.id)).toEqual([
      { kind: 'REFUND', paymentId: attempt.payment.id, refundId: refund.id, amount: 500 },
    ]);
    expect((await shop.readState(attempt)).refunds).toEqual(['REFUND 500 SUCCEEDED requested']);
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 500, reserved: 0 });
  });

  test('without a response is UNKNOWN, and is retried with the same id until it succeeds', async () => {
    const { attempt, refund } = await createDueRefund(shop);
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

  test('without a response is retried at growing intervals, and raises an attention after ten tries', async () => {
    const { attempt } = await createDueRefund(shop);
    shop.scriptReplies(attempt.payment.id, { REFUND: Array.from({ length: 10 }, () => timeout) });
    const pausesInSeconds: number[] = [];
    for (let tries = 1; tries <= 10; tries += 1) {
      expect((await shop.readState(attempt)).attention).toBeNull();
      await shop.callGatewaysNow();
      pausesInSeconds.push(Math.round((await millisecondsUntilDue(shop, attempt)) / 1_000));
    }
    expect(pausesInSeconds).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 900]);
    expect((await shop.readState(attempt)).attention).toBe('gateway_silent');
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: ['REFUND 500 SUCCEEDED requested'],
      attention: null,
    });
  });

  test('that the response does not mention is UNKNOWN', async () => {
    const { attempt, refund } = await createDueRefund(shop);
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

  test('that the gateway refuses is FAILED and never sent again, and the next refund has its own id', async () => {
    const { attempt, refund } = await createDueRefund(shop, 2000);
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
    ['after two time-outs', 2],
  ])('that the gateway accepts %s is SUBMITTED, not sent again, and ended by its webhook', async (_, timeouts) => {
    const { attempt, refund } = await createDueRefund(shop);
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

  test('whose webhook arrives before the response succeeds once', async () => {
    const { attempt, refund } = await createDueRefund(shop);
    const { reply, requested, respond } = delayedReply(() => [
      { type: 'REFUNDED', amount: 500, currency: 'KRW', refundId: refund.id, gatewayObjectId: 're_2' },
    ]);
    shop.scriptReplies(attempt.payment.id, { REFUND: [reply] });
    const calling = shop.callGatewaysNow();
    await requested;
    await shop.sendWebhook('REFUNDED', { ...attempt.payment, amount: 500 }, { refundId: refund.id, objectId: 're_2' });
    respond();
    await calling;
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 500, reserved: 0 });
    expect(await gatewayCallOf(shop, attempt)).toMatchObject({ status: 'DONE' });
  });
});

test('a response that cannot be applied blocks no other call, is retried and raises an attention', async () => {
  const [other, broken] = [await createDueRefund(shop), await createDueRefund(shop)];
  // The gateway returns a payment id that another payment has.
  await shop.database.pool.query('update commerce.payments set gateway_payment_id = $2 where id = $1', [
    other.attempt.payment.id,
    'taken',
  ]);
  const conflictingFacts = [
    { type: 'REFUNDED' as const, amount: 500, currency: 'KRW', refundId: broken.refund.id, gatewayPaymentId: 'taken' },
  ];
  shop.scriptReplies(broken.attempt.payment.id, { REFUND: Array.from({ length: 10 }, () => conflictingFacts) });
  await expect(shop.callGatewaysNow()).rejects.toThrow('payments_gateway_payment_id');
  expect((await shop.readState(other.attempt)).refunds).toEqual(['REFUND 500 SUCCEEDED requested']);
  expect((await shop.readState(broken.attempt)).refunds).toEqual(['REFUND 500 UNKNOWN requested']);
  expect(await millisecondsUntilDue(shop, broken.attempt)).toBeLessThan(3_000);
  for (let tries = 2; tries <= 10; tries += 1)
    await expect(shop.callGatewaysNow()).rejects.toThrow('payments_gateway_payment_id');
  expect(await shop.readState(broken.attempt)).toMatchObject({ attention: 'gateway_silent' });
  await shop.callGatewaysNow();
  expect(await shop.readRefundAmounts(broken.attempt)).toEqual({ refunded: 500, reserved: 0 });
});

test('no transaction is open and no row is locked during a gateway call', async () => {
  const calledKinds: GatewayRequestKind[] = [];
  const openTransactions: unknown[] = [];
  const recordOpenTransactions = async ({ kind }: GatewayRequest) => {
    const { rows } = await shop.database.pool.query(`
      select state, query from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
        and xact_start is not null
        and backend_type = 'client backend'
      union all select mode, relation::regclass::text from pg_locks l join pg_database d on d.oid = l.database
        where d.datname = current_database() and l.pid <> pg_backend_pid()
          and l.locktype in ('relation', 'tuple', 'transactionid')`);
    calledKinds.push(kind);
    openTransactions.push(...rows);
    return [];
  };
  const { attempt } = await createDueRefund(shop);
  shop.scriptReplies(attempt.payment.id, { REFUND: [recordOpenTransactions] });
  const authorized = await shop.createPaidAttempt('AUTHORIZED');
  await shop.commerce.capturePayment({ paymentId: authorized.payment.id });
  await shop.commerce.pollPayment({ paymentId: authorized.payment.id });
  shop.scriptReplies(authorized.payment.id, { CAPTURE: [recordOpenTransactions], POLL: [recordOpenTransactions] });
  const canceled = await shop.createAttempt();
  await shop.commerce.cancelOrder({ orderId: canceled.orderId });
  shop.scriptReplies(canceled.payment.id, { CANCEL: [recordOpenTransactions] });
  for (let calls = 0; calls < 4; calls += 1) await shop.commerce.callGateways(1);
  const confirmed = await shop.createAttempt();
  shop.scriptReplies(confirmed.payment.id, { CONFIRM: [recordOpenTransactions] });
  await shop.commerce.confirmPayment({ paymentId: confirmed.payment.id, token: 'agreed' });
  expect(calledKinds.toSorted()).toEqual(['CANCEL', 'CAPTURE', 'CONFIRM', 'POLL', 'REFUND']);
  expect(openTransactions).toEqual([]);
});
