import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../client.ts';
import { createPendingOrder } from '../testing/create-pending-order.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { present } from '../testing/present.ts';
import { refusalFrom } from '../testing/refusal-from.ts';

let api: TestApi;
let customer: Client;
let other: Client;
let operator: Client;
let cashier: Client;
beforeAll(async () => {
  api = await startTestApi();
  customer = await api.customerClient();
  other = await api.customerClient('another');
  operator = await api.operatorClient('orders');
  cashier = await api.operatorClient('money');
});
afterAll(() => api?.close());

/** Creates a captured order of 2 units of the customer that has left. */
async function createSentOrder(): Promise<string> {
  const { orderId, approval } = await createPendingOrder(api, customer);
  await api.sendWebhook({ ...approval, type: 'CAPTURED' });
  const { id: shipmentId } = present((await operator.shipment.list.query({ orderId })).items[0], 'shipment');
  await operator.shipment.dispatch.mutate({ shipmentId, carrier: 'UPS', trackingNumber: randomUUID() });
  return orderId;
}

const lines = [{ lineNo: 1, quantity: 1 }];

test('a customer requests a return, and operators approve, receive, refund and close it', async () => {
  const orderId = await createSentOrder();
  const requested = await customer.return.request.mutate({ orderId, lines, reason: 'too small' });
  const { id: returnId } = requested;
  expect(requested).toMatchObject({ status: 'REQUESTED', fault: 'CUSTOMER', goods: 'EXPECTED', reason: 'too small' });
  expect(await operator.return.approve.mutate({ returnId })).toMatchObject({ status: 'APPROVED' });
  const received = await operator.return.receive.mutate({ returnId, lines: [{ lineNo: 1, restockQty: 1 }] });
  expect(received).toMatchObject({ status: 'RECEIVED', lines: [{ lineNo: 1, receivedQty: 1, restockedQty: 1 }] });
  const preview = await cashier.return.preview.query({ returnId });
  expect(preview).toMatchObject({ amount: 1_000, refundId: null, orderVersion: received.orderVersion });
  const refund = await cashier.return.refund.mutate({ returnId, expectedVersion: preview.orderVersion });
  expect(refund).toMatchObject({ amount: 1_000, refundId: expect.any(String) });
  expect(await operator.return.close.mutate({ returnId })).toMatchObject({ status: 'CLOSED' });
  expect(await customer.return.get.query({ returnId })).toMatchObject({ status: 'CLOSED' });
  expect(await customer.order.get.query({ orderId })).toMatchObject({ fulfillmentStatus: 'PARTIALLY_RETURNED' });
  expect((await customer.return.list.query({})).items.map(({ id }) => id)).toContain(returnId);
});

test("another customer's return is reported like one that does not exist", async () => {
  const orderId = await createSentOrder();
  const { id: returnId } = await customer.return.request.mutate({ orderId, lines });
  const unknown = { code: 'return_not_found', status: 404 };
  expect(await refusalFrom(other.return.get.query({ returnId }))).toMatchObject(unknown);
  expect(await refusalFrom(other.return.cancel.mutate({ returnId }))).toMatchObject(unknown);
  expect(await refusalFrom(other.return.request.mutate({ orderId, lines }))).toMatchObject({ code: 'order_not_found' });
  expect((await other.return.list.query({ orderId })).items).toEqual([]);
  expect(await customer.return.cancel.mutate({ returnId })).toMatchObject({ status: 'CANCELED' });
});

test('each refusal has its code, its status and its details', async () => {
  const orderId = await createSentOrder();
  const { id: returnId } = await operator.return.request.mutate({ orderId, lines });
  expect(
    await refusalFrom(operator.return.request.mutate({ orderId, lines: [{ lineNo: 1, quantity: 2 }] })),
  ).toMatchObject({ code: 'units_not_returnable', status: 409, details: { lineNo: 1, returnableQty: 1 } });
  expect(await refusalFrom(cashier.return.refund.mutate({ returnId, expectedVersion: 1 }))).toMatchObject({
    code: 'order_changed',
    status: 409,
  });
  expect(await refusalFrom(operator.return.close.mutate({ returnId }))).toMatchObject({
    code: 'invalid_transition',
    details: { subject: 'return', from: 'REQUESTED', to: 'CLOSED' },
  });
  expect(await refusalFrom(operator.return.receive.mutate({ returnId, lines: [{ lineNo: 1 }] }))).toMatchObject({
    code: 'validation_failed',
    status: 400,
  });
});

/** An order of the customer of which one unit at 1,000 came back. Returns the return and what costs `priceAmount`. */
async function createReturn(priceAmount: number) {
  const orderId = await createSentOrder();
  const { id: returnId } = await customer.return.request.mutate({ orderId, lines });
  await operator.return.approve.mutate({ returnId });
  await operator.return.receive.mutate({ returnId, lines: [{ lineNo: 1, restockQty: 1 }] });
  const productId = await api.createProduct();
  await api.commerce.repriceProduct({ productId, priceAmount });
  return { orderId, returnId, order: { lines: [{ productId, quantity: 1 }] } };
}

test('an operator with both scopes exchanges a return, and the customer pays the difference', async () => {
  const { orderId, returnId, order } = await createReturn(1_600);
  for (const one of [operator, cashier])
    expect(await refusalFrom(one.return.exchange.mutate({ returnId, order }))).toMatchObject({ code: 'forbidden' });
  const both = await api.operatorClient('orders', 'money');
  const preview = await both.return.previewExchange.query({ returnId, order });
  expect(preview).toMatchObject({ totalAmount: 600, creditAmount: 1_000, refundAmount: 0, returnOrderId: orderId });
  const placed = await both.return.exchange.mutate({ returnId, order, expectedVersion: preview.orderVersion });
  expect(placed).toMatchObject({ status: 'CREATED', totalAmount: 600, exchange: { creditAmount: 1_000 } });
  const payment = await customer.payment.create.mutate({ orderId: placed.id, provider: 'mock' });
  const { id: paymentId, amount, currency } = payment;
  await api.sendWebhook({ type: 'CAPTURED', paymentId, amount, currency });
  expect(await customer.order.get.query({ orderId: placed.id })).toMatchObject({ status: 'PAID', totalAmount: 600 });
  expect(await refusalFrom(other.order.get.query({ orderId: placed.id }))).toMatchObject({ code: 'order_not_found' });
  const { items } = await cashier.return.listCredits.query({ returnId });
  expect(items).toMatchObject([{ orderId: placed.id, status: 'SPENT', amount: 1_000, returnedAmount: 0 }]);
});
