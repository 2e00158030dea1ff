import { createCommerce, mockGateway, type Commerce, type TrackingProvider } from '@commerce-core/core';
import { openTestDatabase, type TestDatabase } from '@commerce-core/core/testing';
import { onTestFinished } from 'vitest';
import { startTestShop, until } from '../shop.testing.ts';
import { startSimulator, webhookSecret } from '../simulator.testing.ts';
import type { TrackerEmulator } from '../trackers/tracker-emulator.ts';
import { placeTestOrder } from './place-test-order.testing.ts';

type Number = { carrier: string; trackingNumber: string };

/**
 * Starts a shop with a paid order, which is tracked by an emulated service. The doctor checks its database after the
 * test.
 */
export async function startShopWithParcel(
  emulatorAt: (webhookUrl: string) => TrackerEmulator,
  providerAt: (url: string, webhookUrl: string) => TrackingProvider,
) {
  const shop = await startTestShop(async ({ headers, body }) => {
    const header = (name: string) => headers[name]?.toString();
    const { outcome, duplicate } = await commerce.receiveTrackingMessage(provider.name, {
      rawBody: Buffer.from(body),
      header,
    });
    outcomes.push(duplicate ? `duplicate ${outcome}` : outcome);
    return { status: 202 };
  });
  const outcomes: string[] = [];
  const emulator = emulatorAt(shop.url);
  const { url, request } = await startSimulator({ trackers: [emulator] });
  const provider = providerAt(url + emulator.path, shop.url);
  const database = await openTestDatabase();
  const commerce = createCommerce({
    database,
    gateways: [mockGateway([webhookSecret])],
    trackingProviders: [provider],
  });
  onTestFinished(async () => checkAndDrop(commerce, database));

  const { orderId } = await placeTestOrder(commerce, 0);
  await commerce.createPayment({ orderId, provider: 'mock' });
  const [shipment] = await commerce.listShipments({ orderId });
  if (!shipment) throw new Error('a paid order has a shipment');

  /** Calls the provider about all parcels that are due. */
  const track = () => until(async () => (await commerce.trackParcels(provider.name)) === 0);
  return {
    commerce,
    outcomes,
    /** Polls the parcel now. A parcel is polled again after 10 seconds at the earliest. */
    poll: async () => {
      await database.pool.query('update commerce.parcels set due_at = now() where live');
      await track();
    },
    /** Dispatches the order in one parcel, and registers the parcel. */
    dispatch: async (number: Number) => {
      const { parcels } = await commerce.dispatchShipment({ shipmentId: shipment.id, ...number });
      await track();
      const parcelId = parcels[0]?.id ?? '';
      return {
        parcel: async () => commerce.getParcel({ parcelId }),
        history: async () => (await commerce.parcelHistory({ parcelId })).items,
      };
    },
    shipmentStatus: async () => (await commerce.listShipments({ orderId }))[0]?.status,
    needsAttention: async () => (await commerce.getOrder({ orderId })).needsAttention,
    /** The carrier scans a parcel. Resolves when the shop has responded to the webhook. */
    scan: (input: object) => request(`${emulator.path}/scans`, { wait: true, ...input }),
  };
}

async function checkAndDrop(commerce: Commerce, database: TestDatabase): Promise<void> {
  try {
    const violations = await commerce.doctor();
    if (violations.length > 0) throw new Error(`the doctor found ${JSON.stringify(violations)}`);
  } finally {
    await database.drop();
  }
}
