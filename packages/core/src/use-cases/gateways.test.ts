import { expect, test } from 'vitest';
import type { SignedEvent } from '../payment/gateway-event.ts';
import { gatewayFact } from '../payment/gateway-event.ts';
import { scriptedGateway } from '../testing/scripted-gateway.ts';
import { openShop } from '../testing/shop.ts';

test('what a gateway lists is fetched, though another one gives no answer', async () => {
  const listed: SignedEvent[] = [];
  const shop = await openShop({
    gateways: [
      { ...scriptedGateway('silent').gateway, listEvents: async () => { throw new Error('nothing within 10000 ms'); } },
      { ...scriptedGateway().gateway, listEvents: async () => listed },
    ],
  });
  try {
    const { orderId, payment: { id: paymentId, amount, currency } } = await shop.pending({ [await shop.product()]: 2 });
    listed.push({ providerEventId: 'evt_lost', ...gatewayFact({ type: 'CAPTURED', paymentId, amount, currency }) });
    await expect(shop.commerce.fetchMissedEvents(new Date())).rejects.toThrow('nothing within');
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ status: 'PAID' });
  } finally {
    await shop.close();
  }
});
