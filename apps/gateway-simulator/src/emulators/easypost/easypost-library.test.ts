import * as easyPostLibrary from '@easypost/api';
import { expect, test } from 'vitest';
import { apiKey, parcel, startEmulator, webhookSecret } from './easypost.testing.ts';

type Tracker = { id: string; tracking_code: string; status: string; tracking_details: { status: string }[] };
type Client = {
  Tracker: {
    create: (input: { tracking_code: string; carrier: string }) => Promise<Tracker>;
    retrieve: (id: string) => Promise<Tracker>;
    all: (query: object) => Promise<{ trackers: Tracker[] }>;
  };
  Utils: { validateWebhook: (body: Buffer, headers: object, secret: string) => { description: string } };
};
// The library's types leave out its default export, the client.
type Library = { default: new (apiKey: string, options?: { baseUrl: string }) => Client };
const { default: EasyPost } = easyPostLibrary as unknown as Library;

test("EasyPost's own library creates, reads and finds trackers, and verifies their webhooks", async () => {
  const { url, scan, received, untilReceived } = await startEmulator();
  const client = new EasyPost(apiKey, { baseUrl: `${url}/v2/` });
  const tracker = await client.Tracker.create({ tracking_code: parcel.trackingNumber, carrier: 'FedEx' });
  await untilReceived(1);
  await scan('out_for_delivery', { detail: 'out_for_delivery' });
  expect(await client.Tracker.retrieve(tracker.id)).toMatchObject({ id: tracker.id, status: 'out_for_delivery' });
  const { trackers } = await client.Tracker.all({ tracking_code: parcel.trackingNumber });
  expect(trackers).toMatchObject([{ id: tracker.id, tracking_details: [{ status: 'out_for_delivery' }] }]);
  const events = received.map(({ headers, body }) =>
    client.Utils.validateWebhook(Buffer.from(body), headers, webhookSecret),
  );
  expect(events.map(({ description }) => description)).toEqual(['tracker.created', 'tracker.updated']);
  expect(received[1]!.body).toContain('"weight":17.0,');
});

test("EasyPost's own library refuses a wrong key and a changed webhook", async () => {
  const { url, scan, received, provider } = await startEmulator();
  await expect(new EasyPost('EZTK2', { baseUrl: `${url}/v2/` }).Tracker.retrieve('trk_1')).rejects.toMatchObject({
    statusCode: 401,
  });
  await provider.register(parcel);
  await scan('delivered');
  const { headers, body } = received.at(-1)!;
  const changed = Buffer.from(body.replace('delivered', 'unknown'));
  expect(() => new EasyPost(apiKey).Utils.validateWebhook(changed, headers, webhookSecret)).toThrow();
});
