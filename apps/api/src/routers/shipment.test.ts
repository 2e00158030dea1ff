import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../client.ts';
import { createPendingOrder } from '../testing/create-pending-order.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { present } from '../testing/present.ts';
import { refusalFrom } from '../testing/refusal-from.ts';

let api: TestApi;
let customer: Client;
let operator: Client;
beforeAll(async () => {
  api = await startTestApi();
  customer = await api.customerClient();
  operator = await api.operatorClient('orders');
});
afterAll(() => api?.close());

/** Creates a paid order of 2 units and returns its READY shipment. */
async function createReadyShipment() {
  const { orderId, approval } = await createPendingOrder(api, customer);
  await api.sendWebhook({ ...approval, type: 'CAPTURED' });
  return present((await operator.shipment.list.query({ orderId })).items[0], 'shipment');
}

test('a shipment is split, merged, split again, and leaves in two parcels of which one is corrected', async () => {
  const { id: shipmentId, orderId } = await createReadyShipment();
  const lines = [{ lineNo: 1, quantity: 1 }];
  const part = await operator.shipment.split.mutate({ shipmentId, lines });
  expect(part).toMatchObject({ status: 'READY', orderId, lines, parcels: [] });
  expect(await operator.shipment.merge.mutate({ shipmentId: part.id, intoShipmentId: shipmentId })).toMatchObject({
    id: shipmentId,
    lines: [{ lineNo: 1, quantity: 2 }],
  });
  const { id: partId } = await operator.shipment.split.mutate({ shipmentId, lines });
  const parcels = [randomUUID(), randomUUID()].map((trackingNumber) => ({ carrier: 'UPS', trackingNumber }));
  const sent = await operator.shipment.dispatch.mutate({ shipmentId: partId, parcels });
  expect(sent).toMatchObject({ status: 'SHIPPED', ...parcels[0], parcels });
  expect(await customer.order.get.query({ orderId })).toMatchObject({ fulfillmentStatus: 'PARTIALLY_SHIPPED' });

  const [one, other] = sent.parcels.map(({ id }) => id);
  const parcelId = present(one, 'parcel');
  const correction = { parcelId, carrier: 'DHL', trackingNumber: randomUUID() };
  const { parcelId: _, ...number } = correction;
  expect(await operator.parcel.correct.mutate(correction)).toMatchObject({ ...number, parcels: [number, {}] });
  expect(await operator.parcel.deliver.mutate({ parcelId })).toMatchObject({ status: 'SHIPPED' });
  expect(await operator.parcel.deliver.mutate({ parcelId: present(other, 'parcel') })).toMatchObject({
    status: 'DELIVERED',
  });
  const { items } = await customer.shipment.list.query({ orderId });
  expect(items.map(({ status }) => status).toSorted()).toEqual(['CANCELED', 'DELIVERED', 'READY']);
  expect(items.find(({ id }) => id === partId)?.parcels[0]).toMatchObject({
    ...number,
    trackingUrl: expect.stringContaining(number.trackingNumber),
    tracking: 'DELIVERED',
    deliveredAt: expect.any(String),
  });
});

test('each refusal has its code, its status and its details', async () => {
  const { id: shipmentId, orderId } = await createReadyShipment();
  const { id: otherId } = await createReadyShipment();
  const { split, merge, dispatch } = operator.shipment;
  const lines = (quantity: number) => [{ lineNo: 1, quantity }];
  expect(await refusalFrom(split.mutate({ shipmentId, lines: lines(3) }))).toMatchObject({
    status: 409,
    code: 'units_not_in_shipment',
    details: { lineNo: 1, shipmentQty: 2 },
  });
  expect(await refusalFrom(split.mutate({ shipmentId, lines: lines(2) }))).toMatchObject({
    status: 409,
    code: 'shipment_would_be_empty',
  });
  expect(await refusalFrom(split.mutate({ shipmentId, lines: [] }))).toMatchObject({
    status: 400,
    code: 'validation_failed',
  });
  expect(await refusalFrom(merge.mutate({ shipmentId, intoShipmentId: otherId }))).toMatchObject({
    status: 409,
    code: 'shipments_of_different_orders',
  });
  const number = { carrier: 'DHL', trackingNumber: randomUUID() };
  const sent = await dispatch.mutate({ shipmentId, ...number });
  expect(await refusalFrom(split.mutate({ shipmentId, lines: lines(1) }))).toMatchObject({
    status: 409,
    code: 'shipment_not_ready',
    details: { shipmentId, status: 'SHIPPED' },
  });
  expect(await refusalFrom(dispatch.mutate({ shipmentId: otherId, parcels: [number] }))).toMatchObject({
    status: 409,
    code: 'tracking_number_in_use',
    details: { ...number, orderId, shipmentId, parcelId: sent.parcels[0]?.id },
  });
  expect(await refusalFrom(operator.parcel.deliver.mutate({ parcelId: randomUUID() }))).toMatchObject({
    status: 404,
    code: 'parcel_not_found',
  });
});

test('a lost and a returned shipment need attention, and their parcels are over', async () => {
  for (const [mark, status] of [
    [operator.shipment.markLost, 'LOST'],
    [operator.shipment.markReturned, 'RETURNED'],
  ] as const) {
    const { id: shipmentId, orderId } = await createReadyShipment();
    const label = { shipmentId, carrier: 'DHL', trackingNumber: shipmentId };
    const { parcels } = await operator.shipment.dispatch.mutate(label);
    expect(await mark.mutate({ shipmentId })).toMatchObject({ status });
    expect(await operator.order.get.query({ orderId })).toMatchObject({ needsAttention: 'delivery_problem' });
    const parcelId = present(parcels[0], 'parcel').id;
    expect(await refusalFrom(operator.parcel.deliver.mutate({ parcelId }))).toMatchObject({
      status: 409,
      code: 'invalid_transition',
      details: { subject: 'parcel', from: status, to: 'DELIVERED' },
    });
  }
});
