import type { SignedEvent } from '@commerce-core/core';
import { gatewayFact } from '@commerce-core/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gatewayDouble } from '../testing/gateway-double.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { refused } from '../testing/refused.ts';

let api: TestApi;
const asked: Date[] = [];
let listEvents: (since: Date) => Promise<SignedEvent[]>;
beforeAll(async () => {
  const listing = { ...gatewayDouble('stripe').gateway, listEvents: async (since: Date) => listEvents(since) };
  api = await startTestApi({ gateways: [listing, gatewayDouble('portone').gateway] });
});
afterAll(() => api?.close());

const fetchMissed = async (input: { provider: string; since: string }) =>
  (await api.operator('gateway-events')).gatewayEvent.fetchMissed.mutate(input);

test('missed events of a gateway are fetched since a time, and those that were new are counted', async () => {
  const lines = [{ productId: await api.product(), quantity: 1 }];
  const order = await api.commerce.placeOrder({ customerId: 'c', lines });
  const {
    id: paymentId,
    amount,
    currency,
  } = await api.commerce.createPayment({ orderId: order.id, provider: 'stripe' });
  const lost = { providerEventId: 'evt_1', ...gatewayFact({ type: 'CAPTURED', paymentId, amount, currency }) };
  listEvents = async (since) => {
    asked.push(since);
    return [lost];
  };
  const input = { provider: 'stripe', since: '2026-11-01T09:00:00+09:00' };
  expect(await fetchMissed(input)).toEqual({ eventsNew: 1 });
  expect(await fetchMissed(input)).toEqual({ eventsNew: 0 });
  expect(asked).toEqual(Array(2).fill(new Date('2026-11-01T00:00:00Z')));
  expect(await api.commerce.getOrder({ orderId: order.id })).toMatchObject({ status: 'PAID' });
});

test('who can’t be asked, or gives no answer, is told apart', async () => {
  listEvents = async () => {
    throw new Error('nothing within 10000 ms of secret-host');
  };
  const since = '2026-11-01T00:00:00Z';
  expect(await refused(fetchMissed({ provider: 'nobody', since }))).toMatchObject({
    status: 404,
    code: 'provider_not_configured',
  });
  expect(await refused(fetchMissed({ provider: 'portone', since }))).toMatchObject({
    status: 409,
    code: 'unsupported_by_provider',
  });
  expect(await refused(fetchMissed({ provider: 'stripe', since }))).toMatchObject({
    status: 503,
    code: 'gateway_unavailable',
  });
  for (const wrong of ['yesterday', '2026-11-01', '2999-01-01T00:00:00Z']) {
    expect(await refused(fetchMissed({ provider: 'stripe', since: wrong }))).toMatchObject({
      status: 400,
      code: 'validation_failed',
    });
  }
});
