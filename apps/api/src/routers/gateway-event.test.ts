import type { SignedEvent } from '@commerce-core/core';
import { gatewayFact } from '@commerce-core/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFakeGateway } from '../testing/fake-gateway.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { refusalFrom } from '../testing/refusal-from.ts';

let api: TestApi;
const listedSince: Date[] = [];
let listEvents: (since: Date) => Promise<SignedEvent[]>;
beforeAll(async () => {
  const listing = { ...createFakeGateway('stripe').gateway, listEvents: async (since: Date) => listEvents(since) };
  api = await startTestApi({ gateways: [listing, createFakeGateway('portone').gateway] });
});
afterAll(() => api?.close());

const fetchMissed = async (input: { provider: string; since: string }) =>
  (await api.operatorClient('gateway-events')).gatewayEvent.fetchMissed.mutate(input);

test('fetchMissed receives the events that a gateway lists since a time, and counts the new ones', async () => {
  const lines = [{ productId: await api.createProduct(), quantity: 1 }];
  const order = await api.commerce.placeOrder({ customerId: 'c', lines });
  const {
    id: paymentId,
    amount,
    currency,
  } = await api.commerce.createPayment({ orderId: order.id, provider: 'stripe' });
  const missed = { providerEventId: 'evt_1', ...gatewayFact({ type: 'CAPTURED', paymentId, amount, currency }) };
  listEvents = async (since) => {
    listedSince.push(since);
    return [missed];
  };
  const input = { provider: 'stripe', since: '2026-11-01T09:00:00+09:00' };
  expect(await fetchMissed(input)).toEqual({ eventsNew: 1 });
  expect(await fetchMissed(input)).toEqual({ eventsNew: 0 });
  expect(listedSince).toEqual(Array(2).fill(new Date('2026-11-01T00:00:00Z')));
  expect(await api.commerce.getOrder({ orderId: order.id })).toMatchObject({ status: 'PAID' });
});

test('fetchMissed has a code each for an unknown, an unsupported and a failing provider', async () => {
  listEvents = async () => {
    throw new Error('nothing within 10000 ms of secret-host');
  };
  const since = '2026-11-01T00:00:00Z';
  expect(await refusalFrom(fetchMissed({ provider: 'nobody', since }))).toMatchObject({
    status: 404,
    code: 'provider_not_configured',
  });
  expect(await refusalFrom(fetchMissed({ provider: 'portone', since }))).toMatchObject({
    status: 409,
    code: 'unsupported_by_provider',
  });
  expect(await refusalFrom(fetchMissed({ provider: 'stripe', since }))).toMatchObject({
    status: 503,
    code: 'gateway_unavailable',
  });
  for (const wrong of ['yesterday', '2026-11-01', '2999-01-01T00:00:00Z']) {
    expect(await refusalFrom(fetchMissed({ provider: 'stripe', since: wrong }))).toMatchObject({
      status: 400,
      code: 'validation_failed',
    });
  }
});
