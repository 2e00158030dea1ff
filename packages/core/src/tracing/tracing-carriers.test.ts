import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mockTracking } from '../shipping/mock-tracking.ts';
import { TrackingRefusal } from '../shipping/tracking-provider.ts';
import { startFakeGatewayApi } from '../testing/fake-gateway-api.ts';
import { only } from '../testing/only.ts';
import { recordTraces, type RecordedTraces } from '../testing/recorded-traces.ts';
import { scriptedCarrier, scriptedTracking, type ScriptedTracking } from '../testing/scripted-tracking.ts';
import { createTestShop, webhookSecret, type TestShop } from '../testing/test-shop.ts';
import { createReadyShipment, mockCarrier, type TestParcel } from '../testing/tracked-parcels.ts';

let traces: RecordedTraces;
beforeAll(() => {
  traces = recordTraces();
});
afterAll(() => traces.close());

async function dispatch(shop: TestShop, carrier: string): Promise<TestParcel> {
  const { orderId, shipmentId } = await createReadyShipment(shop);
  const trackingNumber = randomUUID();
  const { parcels } = await shop.commerce.dispatchShipment({ shipmentId, carrier, trackingNumber });
  return { orderId, shipmentId, parcelId: only(parcels).id, trackingNumber };
}
/** The spans with a name that began for a parcel, or below its span. */
const spansNamed = (name: string, { parcelId }: TestParcel) => {
  const own = traces.spans().filter(({ attributes }) => attributes['commerce.parcel.id'] === parcelId);
  return own.flatMap((span) => traces.spansOf(span.spanContext().traceId).filter((each) => each.name === name));
};

test('a call to a tracking provider has a span and sends its context; later events are in its trace', async () => {
  const report = { carrier: 'mock-post', trackingNumber: 'x', checkpoints: [] as object[] };
  const api = await startFakeGatewayApi(({ call }) => ({
    status: 200,
    body: call.startsWith('PUT') ? { providerRef: null, renewAt: null, report: null } : report,
  }));
  const trackingProviders = [Object.freeze(mockTracking([webhookSecret], { url: api.url }))];
  const shop = await createTestShop({ tracing: traces.tracing, trackingProviders });
  const parcel = await dispatch(shop, mockCarrier);
  report.trackingNumber = parcel.trackingNumber;
  report.checkpoints = [{ checkpointId: randomUUID(), tracking: 'DELIVERED', occurredAt: new Date().toISOString() }];
  expect([await shop.commerce.trackParcels('mock'), await shop.commerce.trackParcels('mock')]).toEqual([1, 1]);
  const [register, poll] = [only(spansNamed('tracking register', parcel)), only(spansNamed('tracking poll', parcel))];
  expect(poll.attributes).toEqual({
    'commerce.tracking.provider': 'mock',
    'commerce.tracking.operation': 'poll',
  });
  const sent = api.requests.map(({ headers }) => String(headers['traceparent']).split('-').slice(1, 3));
  expect(sent).toEqual([register, poll].map((span) => [span.spanContext().traceId, span.spanContext().spanId]));
  const { traceId } = poll.spanContext();
  expect(traces.pathsOf(traceId)).toEqual([
    'track parcel',
    'track parcel > tracking poll',
    'track parcel > transaction',
    'track parcel > transaction > statements',
  ]);
  const { rows } = await shop.database.pool.query<{ traceparent: string }>(
    `select traceparent from commerce.events where type = 'parcel.delivered'`,
  );
  expect(only(rows).traceparent).toContain(traceId);
  expect(JSON.stringify(traces.spansOf(traceId).map(({ attributes }) => attributes))).not.toContain(
    parcel.trackingNumber,
  );
  await shop.close();
});

test('a refusal of a tracking provider is no error of its span, and a missing answer is one', async () => {
  const provider: ScriptedTracking = scriptedTracking();
  const shop = await createTestShop({ tracing: traces.tracing, trackingProviders: [provider] });
  const parcel = await dispatch(shop, scriptedCarrier);
  provider.onRegister = async () => Promise.reject(new Error('down'));
  provider.onPoll = async () => {
    throw new TrackingRefusal('unknown_number', 'no such number');
  };
  await shop.commerce.trackParcels('scripted');
  const [register, poll] = [only(spansNamed('tracking register', parcel)), only(spansNamed('tracking poll', parcel))];
  expect([register.status.code, register.attributes['error.type']]).toEqual([2, 'Error']);
  expect([poll.status.code, poll.attributes['error.type']]).toEqual([0, 'unknown_number']);
  await shop.close();
});
