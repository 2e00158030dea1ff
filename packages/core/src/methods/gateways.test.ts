import { expect, test } from 'vitest';
import { GatewayRefusal } from '../gateways/gateway.ts';
import type { SignedEvent } from '../gateway-inbox/gateway-event.ts';
import { gatewayFact } from '../gateway-inbox/gateway-event.ts';
import { scriptedGateway } from '../testing/scripted-gateway.ts';
import { errorCodeOf, createTestShop } from '../testing/test-shop.ts';

test('events listed by one gateway are applied although another gateway does not respond', async () => {
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

test('fetchMissedEvents applies what one provider lists since a given time and returns the new count', async () => {
  const requestedSince: Date[] = [];
  const listed: SignedEvent[] = [];
  const listEvents = async (since: Date) => {
    requestedSince.push(since);
    return listed;
  };
  const shop = await createTestShop({
    gateways: [
      { ...scriptedGateway().gateway, listEvents },
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
    const fetchMissedEvents = async (provider: string, from = since) =>
      shop.commerce.fetchMissedEvents({ provider, since: from });
    const {
      orderId,
      payment: { id: paymentId, amount, currency },
    } = await shop.createPendingOrder({ [await shop.createTestProduct()]: 2 });
    listed.push({ providerEventId: 'evt_lost', ...gatewayFact({ type: 'CAPTURED', paymentId, amount, currency }) });
    expect(await fetchMissedEvents('mock')).toBe(1);
    expect(await fetchMissedEvents('mock')).toBe(0);
    expect(requestedSince).toEqual([since, since]);
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ status: 'PAID' });
    expect(await errorCodeOf(fetchMissedEvents('nobody'))).toBe('provider_not_configured');
    expect(await errorCodeOf(fetchMissedEvents('mute'))).toBe('unsupported_by_provider');
    await expect(fetchMissedEvents('silent')).rejects.toThrow('refuses to list its events (not_permitted)');
    const future = new Date(Date.now() + 86_400_000);
    expect(await errorCodeOf(fetchMissedEvents('mock', future))).toBe('validation_failed');
  } finally {
    await shop.close();
  }
});
