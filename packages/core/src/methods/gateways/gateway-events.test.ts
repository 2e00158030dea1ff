import { expect, test } from 'vitest';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import type { SignedEvent } from '../../gateway-inbox/gateway-event.ts';
import { gatewayFact } from '../../gateway-inbox/gateway-event.ts';
import { scriptedGateway } from '../../testing/scripted-gateway.ts';
import { errorCodeOf, createTestShop } from '../../testing/test-shop.ts';

test('the events of one gateway are fetched although another gateway gives no answer', async () => {
  const listed: SignedEvent[] = [];
  const shop = await createTestShop({
    gateways: [
      {
        ...scriptedGateway('silent').gateway,
        listEvents: async () => {
          throw new Error('nothing within 10000 ms');
        },
      },
      { ...scriptedGateway().gateway, listEvents: async () => listed },
    ],
  });
  try {
    const {
      orderId,
      payment: { id: paymentId, amount, currency },
    } = await shop.createPendingOrder({ [await shop.createTestProduct()]: 2 });
    listed.push({ providerEventId: 'evt_lost', ...gatewayFact({ type: 'CAPTURED', paymentId, amount, currency }) });
    await expect(shop.commerce.fetchMissedEvents({ since: new Date() })).rejects.toThrow('gives no answer');
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ status: 'PAID' });
  } finally {
    await shop.close();
  }
});

test('an operator fetches the events of one gateway since a time, and gets the number of new ones', async () => {
  const [asked, listed]: [Date[], SignedEvent[]] = [[], []];
  const lists = async (since: Date) => {
    asked.push(since);
    return listed;
  };
  const shop = await createTestShop({
    gateways: [
      { ...scriptedGateway().gateway, listEvents: lists },
      {
        ...scriptedGateway('silent').gateway,
        listEvents: async () => {
          throw new GatewayRefusal('not_permitted', 'no');
        },
      },
      (({ listEvents: _, ...gateway }) => gateway)(scriptedGateway('mute').gateway),
    ],
  });
  try {
    const since = new Date('2026-01-01T00:00:00Z');
    const fetch = async (provider: string, from = since) => shop.commerce.fetchMissedEvents({ provider, since: from });
    const {
      orderId,
      payment: { id: paymentId, amount, currency },
    } = await shop.createPendingOrder({ [await shop.createTestProduct()]: 2 });
    listed.push({ providerEventId: 'evt_lost', ...gatewayFact({ type: 'CAPTURED', paymentId, amount, currency }) });
    expect(await fetch('mock')).toBe(1);
    expect(await fetch('mock')).toBe(0);
    expect(asked).toEqual([since, since]);
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ status: 'PAID' });
    expect(await errorCodeOf(fetch('nobody'))).toBe('provider_not_configured');
    expect(await errorCodeOf(fetch('mute'))).toBe('unsupported_by_provider');
    await expect(fetch('silent')).rejects.toThrow('refuses to list its events (not_permitted)');
    const future = new Date(Date.now() + 86_400_000);
    expect(await errorCodeOf(fetch('mock', future))).toBe('validation_failed');
  } finally {
    await shop.close();
  }
});
