import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createScriptedShop, type Attempt, type ScriptedShop } from '../../testing/scripted-gateway.ts';
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

describe('the lease of a call', () => {
  const expireLease = async (attempt: Attempt) =>
    shop.database.pool.query(`update commerce.gateway_calls set due_at = now() - interval '1 second' where id = $1`, [
      (await gatewayCallOf(shop, attempt)).id,
    ]);

  test('blocks other workers, and when its worker dies the next one calls with the same id', async () => {
    const { attempt, refund } = await createDueRefund(shop);
    const { reply, requested } = delayedReply(() => []);
    shop.scriptReplies(attempt.payment.id, { REFUND: [reply] });
    shop.commerce.callGateways().catch(() => undefined);
    await requested;
    await Promise.all([shop.commerce.callGateways(), shop.commerce.callGateways()]);
    expect(shop.readRequests(attempt.payment.id)).toHaveLength(1);
    expect(await millisecondsUntilDue(shop, attempt)).toBeGreaterThan(5_000);
    await expireLease(attempt);
    await shop.commerce.callGateways();
    expect(shop.readRequests(attempt.payment.id).map(({ refundId }) => refundId)).toEqual([refund.id, refund.id]);
    expect((await shop.readState(attempt)).refunds).toEqual(['REFUND 500 SUCCEEDED requested']);
  });

  test('lets four concurrent workers make each of 40 calls once', async () => {
    const all = await Promise.all(Array.from({ length: 40 }, () => createDueRefund(shop)));
    await Promise.all(Array.from({ length: 4 }, () => shop.commerce.callGateways(20)));
    while ((await shop.commerce.callGateways()) > 0);
    for (const { attempt } of all) {
      expect(shop.readRequests(attempt.payment.id)).toHaveLength(1);
      expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 500, reserved: 0 });
    }
  });

  test.each([
    ['time-out', 'pending', timeout],
    ['refusal', 'pending', refusal],
    ['time-out', 'done', timeout],
    ['refusal', 'done', refusal],
  ])('ignores a late %s after another worker got a response (%s)', async (_, result, error) => {
    const { attempt, refund } = await createDueRefund(shop);
    const { reply, requested, respond } = delayedReply(() => {
      throw error;
    });
    const type = result === 'done' ? ('REFUNDED' as const) : ('REFUND_PENDING' as const);
    const facts = [{ type, amount: 500, currency: 'KRW', refundId: refund.id, gatewayObjectId: `re_${refund.id}` }];
    shop.scriptReplies(attempt.payment.id, { REFUND: [reply, facts] });
    const first = shop.commerce.callGateways();
    await requested;
    await expireLease(attempt);
    await shop.commerce.callGateways();
    respond();
    await first;
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: [`REFUND 500 ${result === 'done' ? 'SUCCEEDED' : 'SUBMITTED'} requested`],
      attention: null,
    });
    expect(await gatewayCallOf(shop, attempt)).toMatchObject({ status: 'DONE', attempts: 2 });
  });
});
