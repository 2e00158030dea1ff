import { randomUUID } from 'node:crypto';
import type { Commerce } from '../commerce.ts';
import type { ParcelTracking } from '../shipping/parcel.ts';
import { only, present } from './only.ts';
import { signTestWebhook, type TestShop } from './test-shop.ts';

/** A carrier that the mock provider tracks. */
export const mockCarrier = 'Mock Post';

export type Sent = {
  checkpointId?: string;
  tracking: ParcelTracking;
  /** Minutes from `now`; undefined where the carrier says no time. */
  minute?: number | undefined;
  detail?: string;
};

export type TestParcel = { orderId: string; shipmentId: string; parcelId: string; trackingNumber: string };

type Shop = Pick<TestShop, 'commerce' | 'createTestProduct' | 'createPendingOrder' | 'sendWebhook'>;

/** Creates a paid order whose shipment is READY. */
export async function createReadyShipment(shop: Shop): Promise<{ orderId: string; shipmentId: string }> {
  const { orderId, payment } = await shop.createPendingOrder({ [await shop.createTestProduct()]: 1 });
  await shop.sendWebhook('CAPTURED', payment);
  return { orderId, shipmentId: only(await shop.commerce.listShipments({ orderId })).id };
}

/** Creates a paid order and dispatches it in one parcel of the mock carrier, or in several. */
export async function dispatchTestParcels(shop: Shop, count = 1): Promise<TestParcel[]> {
  const { orderId, shipmentId } = await createReadyShipment(shop);
  const numbers = Array.from({ length: count }, () => ({ carrier: mockCarrier, trackingNumber: randomUUID() }));
  const { parcels } = await shop.commerce.dispatchShipment({ shipmentId, parcels: numbers });
  return parcels.map(({ id: parcelId, trackingNumber }) => ({ orderId, shipmentId, parcelId, trackingNumber }));
}

export const dispatchTestParcel = async (shop: Shop): Promise<TestParcel> => only(await dispatchTestParcels(shop));

/** A body of the mock carrier with one report. */
export const trackingBody = (trackingNumber: string, sent: readonly Sent[], now = Date.now()) => ({
  reports: [
    {
      carrier: 'MOCK-POST',
      trackingNumber,
      checkpoints: sent.map(({ checkpointId = randomUUID(), tracking, minute, detail }) => ({
        checkpointId,
        tracking,
        detail,
        occurredAt: minute === undefined ? null : new Date(now + minute * 60_000).toISOString(),
      })),
    },
  ],
});

/** Sends a signed message of the mock carrier. */
export const sendTracking = async (commerce: Commerce, body: object, eventId: string = randomUUID()) =>
  commerce.receiveTrackingMessage('mock', signTestWebhook(body, eventId));

/** What a parcel's checkpoints said and did, the first one first, like `MOVING moved`. */
export const readEffects = async (commerce: Commerce, parcelId: string): Promise<string[]> =>
  (await commerce.parcelHistory({ parcelId })).items
    .toReversed()
    .map(({ tracking, effect }) => `${tracking} ${effect}`);

/** What tests compare of a parcel, its shipment and its order. */
export async function readTracked(commerce: Commerce, { orderId, parcelId }: TestParcel) {
  const { attentionReasons, fulfillmentStatus } = await commerce.getOrder({ orderId });
  const shipments = await commerce.listShipments({ orderId });
  const shipment = present(
    shipments.find(({ parcels }) => parcels.some(({ id }) => id === parcelId)),
    'the shipment',
  );
  const { tracking, live, troubled } = await commerce.getParcel({ parcelId });
  return { tracking, live, troubled, shipment: shipment.status, fulfillmentStatus, attention: attentionReasons ?? [] };
}
