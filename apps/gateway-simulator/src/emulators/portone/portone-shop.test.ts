import { portoneGateway } from '@commerce-core/gateway-portone';
import { expect, test } from 'vitest';
import { webhookSecret } from '../../simulator.testing.ts';
import { portoneEmulator } from './portone.ts';
import { startShopWithOrder } from '../shop-with-order.testing.ts';

const settings = { apiSecret: 'secret-1', storeId: 'store-1' };
const open = () =>
  startShopWithOrder(portoneEmulator({ ...settings, webhookSecret }), (url) =>
    portoneGateway({ ...settings, channelKey: 'channel-1', webhookSecrets: [webhookSecret], url }),
  );

test('an order becomes paid after its payment is polled; each partial refund counts once', async () => {
  const { commerce, create, pay, order, orderId, untilGatewayIdle, refunds, request, book, stock } = await open();
  const payment = await create();
  expect(payment.next).toEqual({
    provider: 'portone',
    storeId: 'store-1',
    channelKey: 'channel-1',
    paymentId: payment.id,
    totalAmount: 50_000,
    currency: 'KRW',
  });
  await pay(payment.id, 'ATTEMPT_FAILED');
  await pay(payment.id);
  await untilGatewayIdle();
  expect(await order()).toMatchObject({ status: 'PAID' });
  await commerce.createRefund({ orderId, amount: 20_000 });
  await untilGatewayIdle();
  await request('/dashboard/refunds', { paymentId: payment.id, amount: 7_000 });
  await untilGatewayIdle();
  expect(await refunds()).toEqual(['SUCCEEDED gateway 7000', 'SUCCEEDED requested 20000']);
  expect(await book(payment.id)).toMatchObject({ capturedAmount: 50_000, refundedAmount: 27_000 });
  expect((await commerce.listPayments({ orderId }))[0]).toMatchObject({
    capturedAmount: 50_000,
    refundedAmount: 27_000,
  });
  expect(await stock()).toEqual([3, 0]);
});

test('polling replaces a webhook that was lost', async () => {
  const { commerce, create, pay, acceptsWebhooks, order, untilGatewayIdle } = await open();
  const payment = await create();
  acceptsWebhooks(false);
  await pay(payment.id);
  expect(await order()).toMatchObject({ status: 'PAYMENT_PENDING' });
  await commerce.pollStalePayments(200, 0);
  acceptsWebhooks(true);
  await untilGatewayIdle();
  expect(await order()).toMatchObject({ status: 'PAID' });
});

test('event-list polling finds each change whose webhook was lost, once', async () => {
  const { commerce, create, pay, acceptsWebhooks, order, untilGatewayIdle, refunds, request } = await open();
  const since = new Date(Date.now() - 60_000);
  const payment = await create();
  expect(await commerce.fetchMissedEvents({ since })).toBe(0);
  acceptsWebhooks(false);
  await pay(payment.id);
  await untilGatewayIdle();
  expect(await order()).toMatchObject({ status: 'PAYMENT_PENDING' });
  expect([await commerce.fetchMissedEvents({ since }), await commerce.fetchMissedEvents({ since })]).toEqual([1, 0]);
  await untilGatewayIdle();
  expect(await order()).toMatchObject({ status: 'PAID' });
  for (const amount of [7_000, 2_000]) {
    await request('/dashboard/refunds', { paymentId: payment.id, amount });
    await untilGatewayIdle();
    expect([await commerce.fetchMissedEvents({ since }), await commerce.fetchMissedEvents({ since })]).toEqual([1, 0]);
    await untilGatewayIdle();
  }
  expect(await refunds()).toEqual(['SUCCEEDED gateway 2000', 'SUCCEEDED gateway 7000']);
});

test('an unknown payment in PortOne’s list is stored once if its id is a UUID, else not at all', async () => {
  const { commerce, acceptsWebhooks, request, pay, untilGatewayIdle } = await open();
  const since = new Date(Date.now() - 60_000);
  acceptsWebhooks(false);
  const strangers = ['01989e00-0000-7000-8000-000000000000', 'order-77'];
  for (const id of strangers) {
    const registration = { totalAmount: 1_000, currency: 'KRW' };
    expect(
      (await request(`/payments/${id}/pre-register`, registration, { authorization: 'PortOne secret-1' })).status,
    ).toBe(200);
    await pay(id);
  }
  await untilGatewayIdle();
  const found = [];
  for (const _ of strangers) found.push(await commerce.fetchMissedEvents({ since }));
  expect(found).toEqual([1, 0]);
  expect((await commerce.listGatewayEvents()).items).toMatchObject([{ paymentId: strangers[0], outcome: 'UNMATCHED' }]);
});

test('an attempt by virtual account reserves the stock for days, and its deposit pays the order', async () => {
  const { create, pay, order, payments, untilGatewayIdle } = await open();
  const payment = await create({ method: 'virtual_account' });
  await pay(payment.id, 'PENDING');
  await untilGatewayIdle();
  expect(await payments()).toEqual(['PENDING']);
  const { reservedUntil } = await order();
  expect(new Date(reservedUntil).getTime()).toBeGreaterThan(Date.now() + 6 * 24 * 3_600_000);
  await pay(payment.id);
  await untilGatewayIdle();
  expect(await order()).toMatchObject({ status: 'PAID' });
});

test('a virtual account that the shop did not expect reserves the stock until it expires', async () => {
  const { create, pay, order, payments, untilGatewayIdle } = await open();
  const payment = await create();
  const payableMs = 3 * 24 * 3_600_000;
  await pay(payment.id, 'PENDING', { payableMs });
  await untilGatewayIdle();
  expect(await payments()).toEqual(['PENDING']);
  const { reservedUntil } = await order();
  expect(Math.abs(new Date(reservedUntil).getTime() - Date.now() - payableMs)).toBeLessThan(60_000);
});

test('the virtual account of a canceled order is closed and takes no deposit', async () => {
  const { commerce, create, pay, orderId, payments, untilGatewayIdle, request, stock } = await open();
  const payment = await create();
  await pay(payment.id, 'PENDING');
  await commerce.cancelOrder({ orderId });
  await untilGatewayIdle();
  expect(await payments()).toEqual(['CANCELED']);
  expect((await request('/pay', { provider: 'portone', paymentId: payment.id, outcome: 'CAPTURED' })).status).toBe(409);
  expect(await stock()).toEqual([5, 0]);
});

test('a shopper who pays a canceled order gets the money back', async () => {
  const { commerce, create, pay, orderId, untilGatewayIdle, payments, refunds, book } = await open();
  const payment = await create();
  await commerce.cancelOrder({ orderId });
  await untilGatewayIdle();
  await pay(payment.id);
  await untilGatewayIdle();
  expect(await payments()).toEqual(['CAPTURED surplus']);
  expect(await refunds()).toEqual(['SUCCEEDED surplus 50000']);
  expect(await book(payment.id)).toMatchObject({ capturedAmount: 50_000, refundedAmount: 50_000 });
});
