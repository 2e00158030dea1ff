import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createScriptedShop, type Attempt, type ScriptedShop } from '../../testing/scripted-gateway.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

const canceled = { type: 'CANCELED' as const };
const authorized = { type: 'AUTHORIZED' as const, amount: 2000, currency: 'KRW' };

/** Brings the facts that `reply` holds as the reply to a poll. */
async function poll({ payment }: Attempt, reply: object[]): Promise<void> {
  await shop.commerce.pollPayment({ paymentId: payment.id });
  shop.scriptReplies(payment.id, { POLL: [reply] });
  await shop.callGatewaysNow();
}

/** What can happen around an attempt that the gateway has authorized and then canceled. */
const steps: Record<string, (attempt: Attempt) => Promise<unknown>> = {
  'AUTHORIZED by webhook': ({ payment }) => shop.sendWebhook('AUTHORIZED', payment),
  'AUTHORIZED by reply': (attempt) => poll(attempt, [authorized]),
  'CANCELED by webhook': ({ payment }) => shop.sendWebhook('CANCELED', payment),
  'CANCELED by reply': (attempt) => poll(attempt, [canceled]),
  'the order expires': ({ orderId }) => shop.expireTestOrder(orderId),
};

function permutations(names: readonly string[]): string[][] {
  if (names.length <= 1) return [[...names]];
  return names.flatMap((name) => permutations(names.filter((other) => other !== name)).map((rest) => [name, ...rest]));
}
const orders = permutations(Object.keys(steps)).map((names) => names.join(', '));

describe('an attempt that the gateway has authorized and then canceled', () => {
  test.each(orders)('has no money, or raises an attention, after: %s', async (names) => {
    const attempt = await shop.createAttempt();
    for (const name of names.split(', ')) await steps[name]?.(attempt);
    // Every further reply of the gateway tells that it is canceled.
    const replies = Array.from({ length: 4 }, () => [canceled]);
    shop.scriptReplies(attempt.payment.id, { POLL: replies });
    for (let times = 0; times < 4; times += 1) await shop.callGatewaysNow();
    const { payment, order, stock, attention } = await shop.readState(attempt);
    expect(['FAILED', 'CANCELED', 'CANCELED surplus']).toContain(payment);
    expect([stock, attention]).toEqual(order === 'PAID' ? ['8 0', 'authorization_lost'] : ['10 0', null]);
    const { items } = await shop.commerce.listGatewayCalls({ orderId: attempt.orderId, status: 'DUE' });
    expect(items).toEqual([]);
  });

  test('does not sell the stock of its expired order by an old message', async () => {
    const attempt = await shop.createAttempt();
    await shop.expireTestOrder(attempt.orderId);
    await shop.callGatewaysNow();
    await shop.expireTestOrder(attempt.orderId);
    await shop.callGatewaysNow();
    const { outcome, effect } = await shop.sendWebhook('AUTHORIZED', attempt.payment);
    expect([outcome, effect]).toEqual(['APPLIED', 'polls_gateway']);
    expect(await shop.readState(attempt)).toMatchObject({ payment: 'CANCELED', order: 'EXPIRED', stock: '10 0' });
  });

  test('is paid where the gateway still says that it is authorized', async () => {
    const attempt = await shop.createAttempt();
    await shop.sendWebhook('CANCELED', attempt.payment);
    await shop.sendWebhook('AUTHORIZED', attempt.payment);
    shop.scriptReplies(attempt.payment.id, { POLL: [[authorized], [authorized]] });
    for (let times = 0; times < 3; times += 1) await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({
      payment: 'AUTHORIZED',
      order: 'PAID',
      stock: '8 0',
      attention: null,
    });
    expect(shop.readRequests(attempt.payment.id, 'POLL')).toHaveLength(2);
  });
});
