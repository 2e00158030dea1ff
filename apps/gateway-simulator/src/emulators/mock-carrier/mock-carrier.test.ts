import { randomUUID } from 'node:crypto';
import { createCommerce, mockGateway, mockTracking } from '@commerce-core/core';
import { openTestDatabase } from '@commerce-core/core/testing';
import { expect, onTestFinished, test } from 'vitest';
import { startTestShop, until } from '../../shop.testing.ts';
import { startSimulator, webhookSecret } from '../../simulator.testing.ts';
import { mockCarrierFromEnv } from './mock-carrier-from-env.ts';
import { mockCarrierEmulator } from './mock-carrier.ts';

/** Starts a shop whose parcels the mock carrier tracks. The doctor checks its database after the test. */
async function startShopWithCarrier({ stepMs }: { stepMs?: number } = {}) {
  const outcomes: string[] = [];
  const shop = await startTestShop(async ({ headers, body }) => {
    const header = (name: string) => headers[name]?.toString();
    const { outcome, duplicate } = await commerce.receiveTrackingMessage('mock', {
      rawBody: Buffer.from(body),
      header,
    });
    outcomes.push(duplicate ? `duplicate ${outcome}` : outcome);
    return { status: 200 };
  });
  const emulator = mockCarrierEmulator({ webhookUrl: shop.url, secret: webhookSecret, stepMs });
  const carrier = await startSimulator({ trackers: [emulator] });
  const database = await openTestDatabase();
  const provider = mockTracking([webhookSecret], { url: `${carrier.url}/mock-carrier` });
  const commerce = createCommerce({
    database,
    gateways: [mockGateway([webhookSecret])],
    trackingProviders: [provider],
  });
  onTestFinished(async () => {
    try {
      expect(await commerce.doctor()).toEqual([]);
    } finally {
      await database.drop();
    }
  });
  const { id: productId } = await commerce.createProduct({ sku: 'HAT', name: 'Hat', priceAmount: 0, currency: 'KRW' });
  await commerce.receiveStock({ productId, quantity: 100 });
  return {
    commerce,
    outcomes,
    carrier,
    dispatch: async (trackingNumber: string = randomUUID()) => {
      const { id: orderId } = await commerce.placeOrder({ customerId: 'kim', lines: [{ productId, quantity: 1 }] });
      await commerce.createPayment({ orderId, provider: 'mock' });
      const [shipment] = await commerce.listShipments({ orderId });
      const number = { carrier: 'Mock Post', trackingNumber };
      const { parcels } = await commerce.dispatchShipment({ shipmentId: shipment?.id ?? '', ...number });
      const parcelId = parcels[0]?.id ?? '';
      return {
        ...number,
        orderId,
        parcelId,
        parcel: async () => commerce.getParcel({ parcelId }),
        history: async () => (await commerce.parcelHistory({ parcelId })).items,
        scan: async (status: string, more: object = {}) =>
          carrier.request('/mock-carrier/scans', { carrier: 'MOCK POST', trackingNumber, status, wait: true, ...more }),
      };
    },
    /** Registers and polls all parcels now. */
    track: async () => {
      await database.pool.query("update commerce.parcels set due_at = now() - interval '1 second' where live");
      await until(async () => (await commerce.trackParcels('mock')) === 0);
    },
  };
}

test('a parcel is registered, followed by signed messages, and delivered', async () => {
  const { dispatch, track, outcomes } = await startShopWithCarrier();
  const { scan, parcel, history } = await dispatch();
  await track();
  expect(await parcel()).toMatchObject({ provider: 'mock', providerRef: expect.stringMatching(/^mock-/) });
  for (const status of ['PICKED_UP', 'MOVING', 'OUT_FOR_DELIVERY', 'DELIVERED']) {
    await scan(status, { detail: `is ${status}` });
    expect((await parcel()).tracking).toBe(status);
  }
  expect(outcomes).toEqual(['APPLIED', 'APPLIED', 'APPLIED', 'APPLIED']);
  expect((await history()).map(({ detail }) => detail)[0]).toBe('is DELIVERED');
});

test('a scan before the dispatch is known to the registration, and lost messages to the next poll', async () => {
  const { dispatch, track, carrier, outcomes } = await startShopWithCarrier();
  const trackingNumber = randomUUID();
  const named = { carrier: 'mock-post', trackingNumber, webhook: { lost: true } };
  await carrier.request('/mock-carrier/scans', { ...named, status: 'PICKED_UP' });
  const { scan, parcel } = await dispatch(trackingNumber);
  await track();
  expect((await parcel()).tracking).toBe('PICKED_UP');
  await scan('DELIVERED', { webhook: { lost: true } });
  await track();
  expect((await parcel()).tracking).toBe('DELIVERED');
  expect(outcomes).toEqual([]);
});

test('a number that the carrier does not know is refused', async () => {
  const { dispatch, track } = await startShopWithCarrier();
  const { parcel } = await dispatch(`UNKNOWN ${randomUUID()}`);
  await track();
  expect(await parcel()).toMatchObject({ failureCode: 'unknown_number', troubled: true });
});

test('a parcel makes its whole way by itself when the carrier is told so, or by a command', async () => {
  const { dispatch, track, outcomes } = await startShopWithCarrier({ stepMs: 1 });
  const own = await dispatch();
  await track();
  await until(async () => (await own.parcel()).tracking === 'DELIVERED');
  const { dispatch: dispatchOther, carrier } = await startShopWithCarrier();
  const { trackingNumber, parcel } = await dispatchOther();
  const started = await carrier.request('/mock-carrier/journeys', { carrier: 'Mock Post', trackingNumber, stepMs: 1 });
  expect(started.status).toBe(202);
  await until(async () => (await parcel()).tracking === 'DELIVERED');
  await carrier.untilIdle();
  expect(outcomes.length).toBeGreaterThan(0);
});

test('messages that are dropped, repeated, late and overtaken end where the carrier has the parcels', async () => {
  const { dispatch, track, carrier, commerce, outcomes } = await startShopWithCarrier();
  const rates = { dropped: 0.2, duplicate_at_once: 0.3, duplicate_later: 0.3, delayed: 0.3, reordered: 0.3 };
  await carrier.request('/hostile', { seed: 7, scale: 0, rates, delayMs: 50 });
  const parcels = await Promise.all(Array.from({ length: 12 }, async () => dispatch()));
  const ways = [
    ['PICKED_UP', 'MOVING', 'OUT_FOR_DELIVERY', 'DELIVERED'],
    ['PICKED_UP', 'MOVING', 'ATTEMPT_FAILED', 'AT_PICKUP_POINT'],
    ['PICKED_UP', 'PROBLEM', 'MOVING', 'RETURNING'],
  ];
  const ends = await Promise.all(
    parcels.map(async ({ scan }, index) => {
      const way = ways[index % ways.length] ?? [];
      const begin = Date.now() - 60_000;
      await Promise.all(
        way.map(async (status, step) =>
          scan(status, { at: new Date(begin + step * 1_000).toISOString(), wait: false }),
        ),
      );
      return way.at(-1);
    }),
  );
  await carrier.untilIdle();
  await track();
  const trackings = await Promise.all(parcels.map(async ({ parcel }) => (await parcel()).tracking));
  expect(trackings).toEqual(ends);
  const { counts } = (await carrier.request('/hostile')).body;
  for (const kind of Object.keys(rates)) expect(counts[kind], kind).toBeGreaterThan(0);
  expect(outcomes.some((outcome) => outcome.startsWith('duplicate'))).toBe(true);
  expect((await commerce.listTrackingMessages({ outcome: 'PARKED' })).items).toEqual([]);
});

test('the mock carrier is on when its address and secret are set', () => {
  const variables = { MOCK_CARRIER_WEBHOOK_URL: 'http://127.0.0.1:3000/x', MOCK_CARRIER_SECRET: webhookSecret };
  expect(mockCarrierFromEnv(variables)).toMatchObject([{ name: 'mock', path: '/mock-carrier' }]);
  for (const name of Object.keys(variables))
    expect(mockCarrierFromEnv({ ...variables, [name]: undefined })).toEqual([]);
});
