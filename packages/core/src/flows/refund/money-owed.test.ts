import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { errorCodeOf, createTestShop } from '../../testing/test-shop.ts';
import {
  createScriptedShop,
  scriptedGateway,
  type Attempt,
  type ScriptedShop,
} from '../../testing/scripted-gateway.ts';

// What has to go back goes back in whole, or a person knows; whatever is told in between, and in whatever order. After the
// last test the doctor looks at it all.

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

const currency = 'KRW';
const captured = { type: 'CAPTURED' as const, amount: 2000, currency };
const paymentOf = async ({ orderId, payment }: Attempt) =>
  (await shop.commerce.listPayments({ orderId })).find(({ id }) => id === payment.id)!;
const refundsOf = async ({ orderId }: Attempt) => (await shop.commerce.listRefunds({ orderId })).items;
const requestPoll = async ({ payment }: Attempt) => {
  await shop.commerce.pollPayment({ paymentId: payment.id });
  await shop.callGatewaysNow();
};

describe('a part that was refunded in the dashboard leaves the rest to go back by itself', () => {
  test('where it comes before the refund of a canceled order is sent', async () => {
    const attempt = await shop.createPaidAttempt();
    await shop.commerce.cancelOrder({ orderId: attempt.orderId });
    await shop.sendDashboardRefund(attempt, 300, 're_part');
    expect(await shop.readState(attempt)).toMatchObject({ attention: 'refund_due' });
    await shop.callGatewaysNow();
    expect(shop.readRequests(attempt.payment.id, 'REFUND').map(({ amount }) => amount)).toEqual([1700]);
    expect(await paymentOf(attempt)).toMatchObject({ refundedAmount: 2000, refundReservedAmount: 0 });
    expect(await shop.readState(attempt)).toMatchObject({ attention: null });
  });

  test('where one answer tells of surplus money and of the part', async () => {
    const attempt = await shop.createAttempt();
    await shop.commerce.cancelOrder({ orderId: attempt.orderId });
    shop.scriptReplies(attempt.payment.id, {
      CANCEL: [[captured, { type: 'REFUNDED', amount: 300, currency, gatewayObjectId: 're_both' }]],
    });
    await shop.callGatewaysNow();
    await shop.callGatewaysNow();
    expect(await paymentOf(attempt)).toMatchObject({ surplus: true, refundedAmount: 2000, refundReservedAmount: 0 });
  });

  test('and refunds of ours give way only if that makes room for it', async () => {
    const attempt = await shop.createPaidAttempt();
    await shop.commerce.createRefund({ orderId: attempt.orderId, amount: 1200 });
    shop.scriptReplies(attempt.payment.id, { REFUND: [new Error('no answer')] });
    await shop.callGatewaysNow();
    await shop.commerce.cancelOrder({ orderId: attempt.orderId });
    expect(await shop.sendDashboardRefund(attempt, 1000, 're_more')).toMatchObject({ outcome: 'UNMATCHED' });
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: ['REFUND 1200 UNKNOWN requested', 'REFUND 800 REQUESTED order_canceled'],
    });
  });

  test('and a refund that somebody wanted and that gave way asks for a person', async () => {
    const attempt = await shop.createPaidAttempt();
    await shop.commerce.createRefund({ orderId: attempt.orderId, amount: 1500 });
    await shop.sendDashboardRefund(attempt, 700, 're_other');
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: ['REFUND 1500 FAILED requested', 'REFUND 700 SUCCEEDED gateway'],
      attention: 'refund_failed',
    });
  });
});

describe('an authorization that was let go of, and whose money came all the same and was sent back by the bank', () => {
  async function returned(): Promise<Attempt> {
    const attempt = await shop.createPaidAttempt('AUTHORIZED');
    await shop.commerce.cancelOrder({ orderId: attempt.orderId });
    await shop.callGatewaysNow();
    const [{ id: refundId } = { id: '' }] = await refundsOf(attempt);
    const failed = {
      type: 'REFUND_FAILED' as const,
      amount: 2000,
      currency,
      refundId,
      gatewayObjectId: `re_${refundId}`,
      failureCode: 'expired_card',
    };
    shop.scriptReplies(attempt.payment.id, { POLL: [[captured, failed]] });
    await shop.sendWebhook('REFUND_FAILED', attempt.payment, { refundId, objectId: `re_${refundId}` });
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({
      payment: 'CANCELED',
      refunds: ['VOID 2000 FAILED order_canceled'],
      attention: 'refund_failed',
    });
    return attempt;
  }

  test('can be sent back again', async () => {
    const attempt = await returned();
    expect(
      await errorCodeOf(shop.commerce.createRefund({ orderId: attempt.orderId, paymentId: attempt.payment.id })),
    ).toBe('accepted');
    expect(
      await errorCodeOf(shop.commerce.createRefund({ orderId: attempt.orderId, paymentId: attempt.payment.id })),
    ).toBe('refund_exceeds_balance');
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: ['VOID 2000 FAILED order_canceled', 'VOID 2000 SUCCEEDED order_canceled'],
      attention: null,
    });
  });

  test('can be sent back by hand, in the dashboard', async () => {
    const attempt = await returned();
    expect(await shop.sendDashboardRefund(attempt, 2000, 're_by_hand')).toMatchObject({
      outcome: 'APPLIED',
      effect: 'refund_succeeded',
    });
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: ['VOID 2000 SUCCEEDED order_canceled'],
      attention: null,
    });
  });

  test('is not taken for gone because an old message says that it was canceled', async () => {
    const attempt = await returned();
    expect(await shop.sendWebhook('CANCELED', attempt.payment)).toMatchObject({ effect: 'polls_gateway' });
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: ['VOID 2000 FAILED order_canceled'],
      attention: 'refund_failed',
    });
  });
});

describe('a refund that was held for lost', () => {
  test('and had gone counts, and a person is told that it may have gone twice', async () => {
    const attempt = await shop.createPaidAttempt();
    const lines = [{ lineNo: 1, quantity: 2 }];
    const first = await shop.commerce.createRefund({ orderId: attempt.orderId, amount: 500, lines });
    shop.scriptReplies(attempt.payment.id, { REFUND: [new Error('no answer')] });
    await shop.callGatewaysNow();
    await shop.sendWebhook('REFUND_FAILED', { ...attempt.payment, amount: 500 }, { refundId: first.id });
    await shop.commerce.createRefund({ orderId: attempt.orderId, amount: 600, lines });
    await shop.callGatewaysNow();
    shop.scriptReplies(attempt.payment.id, {
      POLL: [[captured, { type: 'REFUNDED', amount: 500, currency, refundId: first.id, gatewayObjectId: 're_gone' }]],
    });
    await requestPoll(attempt);
    expect(await paymentOf(attempt)).toMatchObject({ refundedAmount: 1100, refundReservedAmount: 0 });
    expect(await shop.readState(attempt)).toMatchObject({ attention: 'amount_mismatch' });
    expect(
      await errorCodeOf(shop.commerce.createRefund({ orderId: attempt.orderId, lines: [{ lineNo: 1, quantity: 1 }] })),
    ).toBe('units_not_refundable');
  });

  test('and was refused because it had been made by hand is learned of without a webhook', async () => {
    const attempt = await shop.createPaidAttempt();
    await shop.commerce.createRefund({ orderId: attempt.orderId });
    shop.scriptReplies(attempt.payment.id, {
      REFUND: [new GatewayRefusal('already_refunded', 'no')],
      POLL: [[captured, { type: 'REFUNDED', amount: 2000, currency, gatewayObjectId: 're_by_hand_2' }]],
    });
    await shop.callGatewaysNow();
    await shop.callGatewaysNow();
    expect(await paymentOf(attempt)).toMatchObject({ refundedAmount: 2000 });
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: ['REFUND 2000 FAILED requested', 'REFUND 2000 SUCCEEDED gateway'],
    });
  });
});

test('a refund that is decided and overtaken in one transaction is never sent', async () => {
  const attempt = await shop.createAttempt();
  await shop.commerce.cancelOrder({ orderId: attempt.orderId });
  shop.scriptReplies(attempt.payment.id, {
    CANCEL: [[captured, { type: 'REFUNDED', amount: 2000, currency, gatewayObjectId: 're_at_once' }]],
  });
  await shop.callGatewaysNow();
  expect(await shop.commerce.doctor()).toEqual([]);
  await shop.callGatewaysNow();
  expect(shop.readRequests(attempt.payment.id, 'REFUND')).toEqual([]);
  expect(await paymentOf(attempt)).toMatchObject({ surplus: true, refundedAmount: 2000, refundReservedAmount: 0 });
});

test('what changes at the gateway while it is asked is asked for once more', async () => {
  const attempt = await shop.createPaidAttempt();
  shop.scriptReplies(attempt.payment.id, {
    POLL: [
      async () => {
        expect(await shop.sendWebhook('CHANGED', attempt.payment)).toMatchObject({ effect: 'polls_gateway' });
        return [captured];
      },
      [captured, { type: 'REFUNDED', amount: 700, currency, gatewayObjectId: 're_unheard' }],
    ],
  });
  await requestPoll(attempt);
  await shop.callGatewaysNow();
  expect(shop.readRequests(attempt.payment.id, 'POLL')).toHaveLength(2);
  expect(await paymentOf(attempt)).toMatchObject({ refundedAmount: 700 });
});

test('a gateway that stays silent is a person’s matter again and again, whatever happened in a single try', async () => {
  const attempt = await shop.createPaidAttempt();
  await shop.commerce.createRefund({ orderId: attempt.orderId });
  shop.scriptReplies(attempt.payment.id, { REFUND: Array.from({ length: 21 }, () => new Error('no answer')) });
  await shop.callGatewaysNow();
  // A process died in just the tenth try.
  await shop.database.pool.query(`update commerce.gateway_calls set attempts = 10 where payment_id = $1`, [
    attempt.payment.id,
  ]);
  for (let attempts = 11; attempts <= 19; attempts += 1) await shop.callGatewaysNow();
  expect(await shop.readState(attempt)).toMatchObject({ attention: null });
  await shop.callGatewaysNow();
  expect(await shop.readState(attempt)).toMatchObject({ attention: 'gateway_silent' });
});

test('an attempt that the gateway can’t end is asked about after it was canceled: money that came unheard goes back', async () => {
  const { gateway, scriptReplies, readRequests } = scriptedGateway();
  const { commerce, database, close, ...other } = await createTestShop({
    gateways: [{ ...gateway, payableAfterCancel: true }],
  });
  const { orderId, payment } = await other.createPendingOrder({ [await other.createTestProduct()]: 2 });
  scriptReplies(payment.id, { CANCEL: [[]], POLL: [[], [captured]] });
  await commerce.cancelOrder({ orderId });
  const ask = async () => {
    await commerce.pollStalePayments(200, 0);
    await commerce.callGateways();
  };
  await commerce.callGateways();
  await ask();
  await database.pool.query(
    `update commerce.payments set created_at = created_at - interval '1 hour', asked_at = asked_at - interval '1 hour'`,
  );
  await ask();
  await commerce.callGateways();
  expect(await commerce.listPayments({ orderId })).toMatchObject([
    { status: 'CAPTURED', surplus: true, refundedAmount: 2000 },
  ]);

  const unpaid = await other.createPendingOrder({ [await other.createTestProduct()]: 2 });
  await commerce.cancelOrder({ orderId: unpaid.orderId });
  await commerce.callGateways();
  await database.pool.query(`update commerce.payments set created_at = now() - interval '25 hours' where id = $1`, [
    unpaid.payment.id,
  ]);
  await ask();
  expect(readRequests(unpaid.payment.id, 'POLL'), 'no longer than a day').toEqual([]);
  await close();
});
