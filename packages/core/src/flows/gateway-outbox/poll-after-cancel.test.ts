import { expect, test } from 'vitest';
import { scriptedGateway } from '../../testing/scripted-gateway.ts';
import { createTestShop } from '../../testing/test-shop.ts';

test('a canceled attempt that stays payable is polled for a day, and late money is refunded', async () => {
  const { gateway, scriptReplies, readRequests } = scriptedGateway();
  const { commerce, database, close, ...shopHelpers } = await createTestShop({
    gateways: [{ ...gateway, payableAfterCancel: true }],
  });
  const { orderId, payment } = await shopHelpers.createPendingOrder({ [await shopHelpers.createTestProduct()]: 2 });
  scriptReplies(payment.id, { CANCEL: [[]], POLL: [[], [{ type: 'CAPTURED', amount: 2000, currency: 'KRW' }]] });
  await commerce.cancelOrder({ orderId });
  const pollGateways = async () => {
    await commerce.pollStalePayments(200, 0);
    await commerce.callGateways();
  };
  await commerce.callGateways();
  await pollGateways();
  await database.pool.query(
    `update commerce.payments set created_at = created_at - interval '1 hour', asked_at = asked_at - interval '1 hour'`,
  );
  await pollGateways();
  await commerce.callGateways();
  expect(await commerce.listPayments({ orderId })).toMatchObject([
    { status: 'CAPTURED', surplus: true, refundedAmount: 2000 },
  ]);

  const unpaid = await shopHelpers.createPendingOrder({ [await shopHelpers.createTestProduct()]: 2 });
  await commerce.cancelOrder({ orderId: unpaid.orderId });
  await commerce.callGateways();
  await database.pool.query(`update commerce.payments set created_at = now() - interval '25 hours' where id = $1`, [
    unpaid.payment.id,
  ]);
  await pollGateways();
  expect(readRequests(unpaid.payment.id, 'POLL'), 'a payment older than a day is not polled').toEqual([]);
  await close();
});
