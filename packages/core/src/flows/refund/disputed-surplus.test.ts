import { afterAll, beforeAll, expect, test } from 'vitest';
import { createScriptedShop, type Attempt, type ScriptedShop } from '../../testing/scripted-gateway.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

type Payment = Pick<Attempt['payment'], 'id' | 'amount' | 'currency'>;

const contest = async (payment: Payment, type: 'DISPUTE_OPENED' | 'DISPUTE_WON' | 'DISPUTE_LOST') =>
  shop.sendWebhook(type, payment, { objectId: `dp_${payment.id}` });
const refundsOf = async ({ orderId }: Pick<Attempt, 'orderId'>) =>
  (await shop.commerce.listRefunds({ orderId })).items.map(({ kind, amount, status }) => `${kind} ${amount} ${status}`);
const attentionOf = async ({ orderId }: Pick<Attempt, 'orderId'>) =>
  (await shop.commerce.getOrder({ orderId })).attentionReasons;

test.each(['DISPUTE_OPENED', 'DISPUTE_LOST'] as const)(
  'an authorization that comes after %s and is surplus is not voided: the gateway is polled',
  async (type) => {
    const attempt = await shop.createAttempt();
    await shop.commerce.cancelOrder({ orderId: attempt.orderId });
    await contest(attempt.payment, type);
    expect(await shop.sendWebhook('AUTHORIZED', attempt.payment)).toMatchObject({ effect: 'surplus' });
    expect(await refundsOf(attempt)).toEqual([]);
    expect(await attentionOf(attempt)).toEqual(['dispute']);
    const captured = { type: 'CAPTURED', amount: attempt.payment.amount, currency: attempt.payment.currency } as const;
    shop.scriptReplies(attempt.payment.id, { POLL: [[captured]] });
    await shop.callGatewaysNow();
    expect(await refundsOf(attempt)).toEqual([]);
    await contest(attempt.payment, 'DISPUTE_WON');
    expect(await refundsOf(attempt)).toEqual(type === 'DISPUTE_OPENED' ? ['REFUND 2000 REQUESTED'] : []);
  },
);

test('an authorization that pays leaves contested money of a payment under review where it is', async () => {
  const first = await shop.createAttempt();
  await shop.sendWebhook('FAILED', first.payment);
  const second = await shop.commerce.createPayment({ orderId: first.orderId, provider: 'mock' });
  await shop.sendWebhook('CAPTURED', second, { amount: 700 });
  await contest({ ...second, amount: 700 }, 'DISPUTE_OPENED');
  expect(await shop.sendWebhook('AUTHORIZED', first.payment)).toMatchObject({ effect: 'order_paid' });
  expect(await refundsOf(first)).toEqual([]);
  await contest({ ...second, amount: 700 }, 'DISPUTE_WON');
  expect(await refundsOf(first)).toEqual(['REFUND 700 REQUESTED']);
});

test('contested authorizations of one batch are decided as each alone', async () => {
  const attempts = await Promise.all(Array.from({ length: 10 }, async () => shop.createAttempt()));
  for (const { payment, orderId } of attempts) {
    await shop.commerce.cancelOrder({ orderId });
    await contest(payment, 'DISPUTE_OPENED');
  }
  const plain = await shop.createAttempt();
  const sent = [...attempts, plain].map(async ({ payment }) => shop.sendWebhook('AUTHORIZED', payment));
  const effects = (await Promise.all(sent)).map(({ effect }) => effect);
  expect(effects).toEqual([...attempts.map(() => 'surplus'), 'order_paid']);
  for (const attempt of attempts) expect(await refundsOf(attempt)).toEqual([]);
});
