import { GatewayRefusal } from '../../gateways/gateway.ts';
import { only } from '../../testing/only.ts';
import type { Attempt, ScriptedShop } from '../../testing/scripted-gateway.ts';

export const timeout = new Error('nothing within 10000 ms');

export const refusal = new GatewayRefusal('refund_account_closed', 'no');

/** Creates a refund of a captured payment of 2,000 KRW. Its gateway call is due. */
export async function createDueRefund(shop: ScriptedShop, amount = 500) {
  const attempt = await shop.createPaidAttempt('CAPTURED');
  const refund = await shop.commerce.createRefund({ orderId: attempt.orderId, amount });
  return { attempt, refund };
}

export const gatewayCallOf = async (shop: ScriptedShop, { orderId }: Attempt) =>
  only((await shop.commerce.listGatewayCalls({ orderId })).items);

export const millisecondsUntilDue = async (shop: ScriptedShop, attempt: Attempt) => {
  const { rows } = await shop.database.pool.query(
    'select extract(epoch from due_at - now()) * 1000 as ms from commerce.gateway_calls where id = $1',
    [(await gatewayCallOf(shop, attempt)).id],
  );
  return Number(rows[0].ms);
};

/** Returns a reply that waits for `respond()`. `requested` resolves when the gateway is called. */
export function delayedReply(createFacts: () => object[]) {
  const [requested, response] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const reply = async () => {
    requested.resolve();
    await response.promise;
    return createFacts();
  };
  return { reply, requested: requested.promise, respond: response.resolve };
}
