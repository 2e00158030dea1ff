import { afterAll, beforeAll, expect, test } from 'vitest';
import { present, type TestApi } from '../testing/index.ts';
import { refusalFrom } from '../testing/refusal-from.ts';
import { email, guestClient, newOrderInput, startGuestApi, visitor } from './visitor.testing.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startGuestApi();
});
afterAll(() => api?.close());

const lines = [{ lineNo: 1, quantity: 1 }];

/** The order of a guest whose one unit, at 1,000, came back, and an order at 1,600 in exchange for it. */
async function exchangeAsGuest() {
  const old = await visitor(api).order.create.mutate(await newOrderInput(api));
  const orderId = old.id;
  const { id: paymentId, amount, currency } = await api.commerce.createPayment({ orderId, provider: 'mock' });
  await api.sendWebhook({ type: 'CAPTURED', paymentId, amount, currency });
  const [shipment] = await api.commerce.listShipments({ orderId });
  const parcels = [{ carrier: 'Post', trackingNumber: orderId }];
  await api.commerce.dispatchShipment({ shipmentId: present(shipment).id, parcels });
  const { id: returnId } = await api.commerce.requestReturn({ orderId, lines });
  await api.commerce.approveReturn({ returnId });
  await api.commerce.receiveReturn({ returnId, lines: [{ lineNo: 1, restockQty: 1 }] });
  const productId = await api.createProduct();
  await api.commerce.repriceProduct({ productId, priceAmount: 1_600 });
  const order = { lines: [{ productId, quantity: 1 }] };
  return { old, exchanged: await api.commerce.exchangeReturn({ returnId, order }) };
}

test('the token of an order opens the order in exchange for its goods, and pays the difference', async () => {
  const { old, exchanged } = await exchangeAsGuest();
  const guest = guestClient(old, api);
  const orderId = exchanged.id;
  expect(exchanged).toMatchObject({ customerId: `guest:${old.id}`, contact: { email }, totalAmount: 600 });
  expect(await guest.order.get.query({ orderId })).toMatchObject({ id: orderId, status: 'CREATED' });
  const payment = await guest.payment.create.mutate({ orderId, provider: 'mock' });
  const { id: paymentId, amount, currency } = payment;
  await api.sendWebhook({ type: 'CAPTURED', paymentId, amount, currency });
  expect(await guest.order.get.query({ orderId })).toMatchObject({ status: 'PAID' });
  expect((await guest.shipment.list.query({ orderId })).items).toHaveLength(1);
  const other = await visitor(api).order.create.mutate(await newOrderInput(api));
  const refusal = await refusalFrom(guestClient(other, api).order.get.query({ orderId }));
  expect(refusal).toMatchObject({ code: 'order_not_found' });
});

test('a guest finds the order in exchange by its id and the e-mail address', async () => {
  const { old, exchanged } = await exchangeAsGuest();
  const backEnd = await api.operatorClient('guests');
  for (const orderId of [old.id, exchanged.id]) {
    const { items } = await backEnd.order.renewAccess.mutate({ email, orderId });
    const renewed = guestClient(present(items[0]), api);
    expect(await renewed.order.get.query({ orderId: exchanged.id })).toMatchObject({ id: exchanged.id });
  }
});

test('the token does not open an order in exchange whose contact was erased', async () => {
  const { old, exchanged } = await exchangeAsGuest();
  const orderId = exchanged.id;
  await api.commerce.cancelOrder({ orderId });
  await api.commerce.redactOrder({ orderId });
  const refusal = await refusalFrom(guestClient(old, api).order.get.query({ orderId }));
  expect(refusal).toMatchObject({ code: 'order_not_found' });
  expect(await guestClient(old, api).order.get.query({ orderId: old.id })).toMatchObject({ id: old.id });
});
