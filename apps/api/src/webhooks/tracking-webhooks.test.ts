import { randomUUID } from 'node:crypto';
import type { TrackingProvider } from '@commerce-core/core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Client } from '../client.ts';
import { createPendingOrder } from '../testing/create-pending-order.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { present } from '../testing/present.ts';
import { refusalFrom } from '../testing/refusal-from.ts';
import { signWebhook } from '../testing/webhook.ts';

let api: TestApi;
let customer: Client;
let operator: Client;
beforeAll(async () => {
  api = await startTestApi();
  customer = await api.customerClient();
  operator = await api.operatorClient('orders');
});
afterAll(() => api?.close());

const path = '/api/v1/shipments/webhooks/mock';
const bodyOf = (trackingNumber: string, tracking: string) => ({
  reports: [
    { carrier: 'Mock', trackingNumber, checkpoints: [{ checkpointId: randomUUID(), tracking, detail: 'seen' }] },
  ],
});
const refusal = (code: string) => ({ error: { code, message: expect.any(String), hint: expect.any(String) } });

async function dispatchParcel() {
  const { orderId, approval } = await createPendingOrder(api, customer);
  await api.sendWebhook({ ...approval, type: 'CAPTURED' });
  const { id: shipmentId } = present((await operator.shipment.list.query({ orderId })).items[0], 'shipment');
  const trackingNumber = randomUUID();
  const { parcels } = await operator.shipment.dispatch.mutate({ shipmentId, carrier: 'mock', trackingNumber });
  return { orderId, parcelId: present(parcels[0], 'parcel').id, trackingNumber };
}

test("a carrier's message moves a parcel, and operators read what it said", async () => {
  const { orderId, parcelId, trackingNumber } = await dispatchParcel();
  const eventId = randomUUID();
  const body = bodyOf(trackingNumber, 'OUT_FOR_DELIVERY');
  const first = await api.sendTracking(body, { eventId });
  expect(first).toEqual({ status: 200, body: { messageId: expect.any(String), outcome: 'APPLIED', duplicate: false } });
  expect(await api.sendTracking(body, { eventId })).toEqual({ status: 200, body: { ...first.body, duplicate: true } });
  expect((await customer.shipment.list.query({ orderId })).items).toMatchObject([
    { status: 'IN_TRANSIT', parcels: [{ tracking: 'OUT_FOR_DELIVERY', checkpointAt: expect.any(String) }] },
  ]);
  expect(await operator.parcel.get.query({ parcelId })).toMatchObject({ orderId, troubled: false, provider: null });
  expect((await operator.parcel.history.query({ parcelId })).items).toMatchObject([
    { provider: 'mock', tracking: 'OUT_FOR_DELIVERY', effect: 'moved', detail: 'seen' },
  ]);
  expect(await operator.parcel.track.mutate({ parcelId })).toMatchObject({ status: 'IN_TRANSIT' });
});

test('a message about an unknown number waits, and operators redrive and dismiss it', async () => {
  const { status, body } = await api.sendTracking(bodyOf(randomUUID(), 'MOVING'));
  expect([status, body.outcome]).toEqual([200, 'UNMATCHED']);
  const { messageId } = body;
  const { items } = await operator.trackingMessage.list.query({ outcome: 'UNMATCHED', provider: 'mock' });
  expect(items).toMatchObject([{ id: messageId, attempts: 1 }]);
  expect(items[0]).not.toHaveProperty('rawBody');
  expect(await operator.trackingMessage.get.query({ messageId })).toMatchObject({
    rawBody: { text: expect.stringContaining('MOVING') },
  });
  expect(await operator.trackingMessage.redrive.mutate({ messageId })).toMatchObject({ outcome: 'RECEIVED' });
  expect(await operator.trackingMessage.dismiss.mutate({ messageId })).toMatchObject({ outcome: 'DISMISSED' });
  expect(await refusalFrom(operator.trackingMessage.dismiss.mutate({ messageId }))).toMatchObject({
    code: 'invalid_transition',
    details: { subject: 'tracking_message', from: 'DISMISSED', to: 'DISMISSED' },
  });
  expect(await refusalFrom(operator.trackingMessage.get.query({ messageId: randomUUID() }))).toMatchObject({
    code: 'tracking_message_not_found',
  });
  expect(await refusalFrom(customer.parcel.history.query({ parcelId: randomUUID() }))).toMatchObject({
    code: 'forbidden',
  });
});

test('a message that is unsigned, malformed, too large or of an unknown provider is refused', async () => {
  const body = bodyOf('1', 'MOVING');
  const stranger = { secret: `whsec_${Buffer.alloc(24, 8).toString('base64')}` };
  expect(await api.sendTracking(body, stranger)).toEqual({ status: 400, body: refusal('invalid_signature') });
  expect(await api.sendTracking(body, { secondsAgo: 301 })).toEqual({
    status: 400,
    body: refusal('invalid_signature'),
  });
  for (const hostile of ['', 'null', '[]', '{"reports":{}}', { reports: [{ carrier: 'x' }] }])
    expect(await api.sendTracking(hostile)).toEqual({ status: 400, body: refusal('malformed_event') });
  const { headers } = signWebhook(body);
  const post = async (to: string, init: RequestInit) => (await api.fetch(to, { method: 'POST', ...init })).status;
  expect(await post(path, { headers, body: 'x'.repeat(256 * 1024 + 1) })).toBe(413);
  expect(await post(path, { headers: { ...headers, 'content-encoding': 'gzip' }, body: 'x' })).toBe(415);
  expect(await post('/api/v1/shipments/webhooks/ups', { body: '{}' })).toBe(404);
});

test('messages of a provider that does not sign get a 202 and are limited by address', async () => {
  const unsigned: TrackingProvider = {
    name: 'unsigned',
    tracks: () => false,
    isCarrier: () => true,
    unsigned: true,
    receive: ({ rawBody }) => ({
      eventId: null,
      reports: [],
      changed: [{ carrier: 'x', trackingNumber: rawBody.toString() }],
    }),
  };
  const limits = { perAddressMax: 2, inAllMax: 100 };
  const limited = await startTestApi({ trackingProviders: [unsigned], unsignedWebhooks: limits });
  onTestFinished(() => limited.close());
  const send = async () => limited.fetch('/api/v1/shipments/webhooks/unsigned', { method: 'POST', body: '1234' });
  const first = await send();
  expect([first.status, await first.json()]).toEqual([202, { messageId: null, outcome: 'POLLING', duplicate: false }]);
  expect([(await send()).status, (await send()).status]).toEqual([202, 429]);
  expect((await limited.sendTracking({})).status).toBe(200);
});
