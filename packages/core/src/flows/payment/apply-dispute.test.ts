import { afterAll, beforeAll, expect, test } from 'vitest';
import { createScriptedShop, type Attempt, type ScriptedShop } from '../../testing/scripted-gateway.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

type DisputeEventType = 'DISPUTE_OPENED' | 'DISPUTE_WON' | 'DISPUTE_LOST';
const sendDispute = async ({ payment }: Attempt, type: DisputeEventType, objectId = 'dp_1') =>
  (await shop.sendWebhook(type, payment, { objectId })).effect;
const disputesOf = async ({ orderId }: Attempt) =>
  (await shop.commerce.listDisputes()).items
    .filter((dispute) => dispute.orderId === orderId)
    .map(({ gatewayDisputeId, status, amount }) => `${gatewayDisputeId} ${status} ${amount}`)
    .toSorted();
const attentionOf = async (attempt: Attempt) => (await shop.readState(attempt)).attention;

test('an open dispute raises an attention until it is won, and changes no order, stock or balance', async () => {
  const attempt = await shop.createPaidAttempt();
  expect(await sendDispute(attempt, 'DISPUTE_OPENED')).toBe('dispute_opened');
  expect(await shop.readState(attempt)).toEqual({
    payment: 'CAPTURED',
    order: 'PAID',
    stock: '8 0',
    refunds: [],
    attention: 'dispute',
  });
  expect(await disputesOf(attempt)).toEqual(['dp_1 OPEN 2000']);
  expect(await sendDispute(attempt, 'DISPUTE_WON')).toBe('dispute_closed');
  expect(await disputesOf(attempt)).toEqual(['dp_1 WON 2000']);
  expect(await attentionOf(attempt)).toBeNull();
});

test('a lost dispute keeps its attention', async () => {
  const attempt = await shop.createPaidAttempt();
  await sendDispute(attempt, 'DISPUTE_OPENED');
  await sendDispute(attempt, 'DISPUTE_LOST');
  expect(await disputesOf(attempt)).toEqual(['dp_1 LOST 2000']);
  expect(await attentionOf(attempt)).toBe('dispute');
});

test('a won dispute keeps the attention of other open disputes', async () => {
  const attempt = await shop.createPaidAttempt();
  await sendDispute(attempt, 'DISPUTE_OPENED');
  await sendDispute(attempt, 'DISPUTE_OPENED', 'dp_2');
  await sendDispute(attempt, 'DISPUTE_WON');
  expect(await disputesOf(attempt)).toEqual(['dp_1 WON 2000', 'dp_2 OPEN 2000']);
  expect(await attentionOf(attempt)).toBe('dispute');
  await sendDispute(attempt, 'DISPUTE_WON', 'dp_2');
  expect(await attentionOf(attempt)).toBeNull();
});

test.each(['DISPUTE_WON', 'DISPUTE_LOST'] as const)(
  'a decided dispute ignores every later event (%s)',
  async (decision) => {
    const attempt = await shop.createPaidAttempt();
    await sendDispute(attempt, decision);
    expect(await sendDispute(attempt, 'DISPUTE_OPENED')).toBe('already_noted');
    expect(await sendDispute(attempt, decision)).toBe('already_noted');
    expect(await sendDispute(attempt, decision === 'DISPUTE_WON' ? 'DISPUTE_LOST' : 'DISPUTE_WON')).toBe(
      'already_noted',
    );
    expect(await disputesOf(attempt)).toEqual([`dp_1 ${decision.slice(8)} 2000`]);
  },
);

test('a dispute that is opened and lost at the same time is stored once, as LOST', async () => {
  for (let round = 0; round < 10; round += 1) {
    const attempt = await shop.createPaidAttempt();
    await Promise.all(
      (['DISPUTE_OPENED', 'DISPUTE_LOST', 'DISPUTE_OPENED'] as const).map((type) =>
        sendDispute(attempt, type, `dp_r${round}`),
      ),
    );
    expect(await disputesOf(attempt)).toEqual([`dp_r${round} LOST 2000`]);
  }
});

test('a won dispute restores the attention of a refund that is due', async () => {
  const attempt = await shop.createAttempt();
  await shop.commerce.cancelOrder({ orderId: attempt.orderId });
  await shop.sendWebhook('CAPTURED', attempt.payment);
  await sendDispute(attempt, 'DISPUTE_OPENED');
  expect(await attentionOf(attempt)).toBe('dispute');
  await sendDispute(attempt, 'DISPUTE_WON');
  expect(await attentionOf(attempt)).toBe('refund_due');
  await shop.callGatewaysNow();
  expect(await attentionOf(attempt)).toBeNull();
});

test('a more urgent attention hides no other reason: that reason shows after the first one is over', async () => {
  const attempt = await shop.createPaidAttempt();
  await shop.sendWebhook('CAPTURED', { ...attempt.payment, amount: 1 });
  await sendDispute(attempt, 'DISPUTE_OPENED', 'dp_front');
  expect(await shop.commerce.getOrder({ orderId: attempt.orderId })).toMatchObject({
    needsAttention: 'dispute',
    attentionReasons: ['dispute', 'amount_mismatch'],
  });
  await sendDispute(attempt, 'DISPUTE_WON', 'dp_front');
  expect(await attentionOf(attempt)).toBe('amount_mismatch');
  expect(await shop.commerce.clearAttention({ orderId: attempt.orderId })).toMatchObject({
    needsAttention: null,
    attentionReasons: null,
  });
});
