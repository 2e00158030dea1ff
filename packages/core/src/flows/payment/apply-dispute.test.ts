import { afterAll, beforeAll, expect, test } from 'vitest';
import { createScriptedShop, type Attempt, type ScriptedShop } from '../../testing/scripted-gateway.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

type Word = 'DISPUTE_OPENED' | 'DISPUTE_WON' | 'DISPUTE_LOST';
const say = async ({ payment }: Attempt, type: Word, objectId = 'dp_1') =>
  (await shop.sendWebhook(type, payment, { objectId })).effect;
const disputesOf = async ({ orderId }: Attempt) =>
  (await shop.commerce.listDisputes()).items
    .filter((dispute) => dispute.orderId === orderId)
    .map(({ gatewayDisputeId, status, amount }) => `${gatewayDisputeId} ${status} ${amount}`)
    .toSorted();
const attentionOf = async (attempt: Attempt) => (await shop.readState(attempt)).attention;

test('a dispute is on record, needs a person until it is won, and leaves order, stock and balance alone', async () => {
  const attempt = await shop.createPaidAttempt();
  expect(await say(attempt, 'DISPUTE_OPENED')).toBe('dispute_opened');
  expect(await shop.readState(attempt)).toEqual({
    payment: 'CAPTURED',
    order: 'PAID',
    stock: '8 0',
    refunds: [],
    attention: 'dispute',
  });
  expect(await disputesOf(attempt)).toEqual(['dp_1 OPEN 2000']);
  expect(await say(attempt, 'DISPUTE_WON')).toBe('dispute_closed');
  expect(await disputesOf(attempt)).toEqual(['dp_1 WON 2000']);
  expect(await attentionOf(attempt)).toBeNull();
});

test('a lost one stays with the person who was told', async () => {
  const attempt = await shop.createPaidAttempt();
  await say(attempt, 'DISPUTE_OPENED');
  await say(attempt, 'DISPUTE_LOST');
  expect(await disputesOf(attempt)).toEqual(['dp_1 LOST 2000']);
  expect(await attentionOf(attempt)).toBe('dispute');
});

test('one that is won leaves the others to be looked at', async () => {
  const attempt = await shop.createPaidAttempt();
  await say(attempt, 'DISPUTE_OPENED');
  await say(attempt, 'DISPUTE_OPENED', 'dp_2');
  await say(attempt, 'DISPUTE_WON');
  expect(await disputesOf(attempt)).toEqual(['dp_1 WON 2000', 'dp_2 OPEN 2000']);
  expect(await attentionOf(attempt)).toBe('dispute');
  await say(attempt, 'DISPUTE_WON', 'dp_2');
  expect(await attentionOf(attempt)).toBeNull();
});

test.each(['DISPUTE_WON', 'DISPUTE_LOST'] as const)('told out of order, the decision stands (%s)', async (decision) => {
  const attempt = await shop.createPaidAttempt();
  await say(attempt, decision);
  expect(await say(attempt, 'DISPUTE_OPENED')).toBe('already_noted');
  expect(await say(attempt, decision)).toBe('already_noted');
  expect(await say(attempt, decision === 'DISPUTE_WON' ? 'DISPUTE_LOST' : 'DISPUTE_WON')).toBe('already_noted');
  expect(await disputesOf(attempt)).toEqual([`dp_1 ${decision.slice(8)} 2000`]);
});

test('opened and decided at once is one dispute, decided', async () => {
  for (let round = 0; round < 10; round += 1) {
    const attempt = await shop.createPaidAttempt();
    await Promise.all(
      (['DISPUTE_OPENED', 'DISPUTE_LOST', 'DISPUTE_OPENED'] as const).map((type) => say(attempt, type, `dp_r${round}`)),
    );
    expect(await disputesOf(attempt)).toEqual([`dp_r${round} LOST 2000`]);
  }
});

test('a dispute in front of money that is to go back gives way to it once it is won', async () => {
  const attempt = await shop.createAttempt();
  await shop.commerce.cancelOrder({ orderId: attempt.orderId });
  await shop.sendWebhook('CAPTURED', attempt.payment);
  await say(attempt, 'DISPUTE_OPENED');
  expect(await attentionOf(attempt)).toBe('dispute');
  await say(attempt, 'DISPUTE_WON');
  expect(await attentionOf(attempt)).toBe('refund_due');
  await shop.callGatewaysNow();
  expect(await attentionOf(attempt)).toBeNull();
});

test('no reason for a person to look gets lost behind a more urgent one', async () => {
  const attempt = await shop.createPaidAttempt();
  await shop.sendWebhook('CAPTURED', { ...attempt.payment, amount: 1 });
  await say(attempt, 'DISPUTE_OPENED', 'dp_front');
  expect(await shop.commerce.getOrder({ orderId: attempt.orderId })).toMatchObject({
    needsAttention: 'dispute',
    attentionReasons: ['dispute', 'amount_mismatch'],
  });
  await say(attempt, 'DISPUTE_WON', 'dp_front');
  expect(await attentionOf(attempt)).toBe('amount_mismatch');
  expect(await shop.commerce.clearAttention({ orderId: attempt.orderId })).toMatchObject({
    needsAttention: null,
    attentionReasons: null,
  });
});
