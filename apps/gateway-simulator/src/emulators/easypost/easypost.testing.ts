import { easyPostTracking } from '@commerce-core/tracking-easypost';
import { startSimulator } from '../../simulator.testing.ts';
import { startTestShop, until, type Received, type Reply } from '../../shop.testing.ts';
import { easyPostEmulator } from './easypost.ts';

export const apiKey = 'EZTK1';
export const webhookSecret = 'sécret';
export const parcel = {
  id: '019a0000-0000-7000-8000-000000000001',
  carrier: 'fedex',
  trackingNumber: '123456789012',
  providerRef: null,
};

const accepted: Reply = { status: 200, body: '{}' };

/** Starts the simulator with EasyPost's emulator, a shop that gets its webhooks, and the shop's adapter. */
export async function startEmulator(reply: (received: Received, number: number) => Reply = () => accepted) {
  const shop = await startTestShop(reply);
  const emulator = easyPostEmulator({ apiKey, webhookSecret, webhookUrl: shop.url });
  const simulator = await startSimulator({ trackers: [emulator] });
  const url = `${simulator.url}/easypost`;
  const provider = easyPostTracking({ apiKey, webhookSecrets: [webhookSecret], url });
  return {
    url,
    provider,
    received: shop.received,
    /** What the adapter reads from the webhooks. */
    messages: () =>
      shop.received.map(({ headers, body }) =>
        provider.receive({ rawBody: Buffer.from(body), header: (name) => headers[name]?.toString() }, new Date()),
      ),
    untilReceived: (count: number) => until(() => shop.received.length >= count),
    /** The carrier scans the parcel. Returns when the shop has the webhook about it. */
    scan: (status: string, more: object = {}) =>
      simulator.request('/easypost/scans', {
        carrier: 'FedEx',
        trackingNumber: parcel.trackingNumber,
        status,
        wait: true,
        ...more,
      }),
  };
}
