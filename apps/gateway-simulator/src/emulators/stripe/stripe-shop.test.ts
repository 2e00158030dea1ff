import { stripeGateway } from '@commerce-core/gateway-stripe';
import { createCommerce } from '@commerce-core/core';
import { openTestDatabase } from '@commerce-core/core/testing';
import { expect, onTestFinished, test } from 'vitest';
import { until, type Received, type Reply } from '../../shop.testing.ts';
import { startSimulator } from '../../simulator.testing.ts';
import { stripeEmulator } from './stripe.ts';

const webhookSecret = 'whsec_current';
const secretKey = 'sk_test_1';

/** Starts a shop with an order to pay at the simulator. It rejects webhooks while `acceptsWebhooks` returns false. */
async function startShopWithOrder({ acceptsWebhooks = () => true }: { acceptsWebhooks?: () => boolean } = {}) {
  const database = await openTestDatabase();
  const dialect = stripeEmulator({ webhookSecret, secretKey });
  const take = async ({ headers, body }: Received): Promise<Reply> => {
    if (!acceptsWebhooks()) return { status: 503 };
    await commerce.receiveWebhook('stripe', {
      rawBody: Buffer.from(body),
      header: (name) => headers[name]?.toString(),
    });
    return { status: 200 };
  };
  const simulator = await startSimulator({ emulators: [dialect], reply: take });
  const gateway = stripeGateway({ secretKey, webhookSecrets: [webhookSecret], url: simulator.url });
  const commerce = createCommerce({ database, gateways: [gateway] });
  onTestFinished(async () => {
    try {
      expect(await commerce.doctor()).toEqual([]);
    } finally {
      await database.drop();
    }
  });

  const { id: productId } = await commerce.createProduct({
    sku: 'CUP',
    name: 'Cup',
    priceAmount: 2500,
    currency: 'EUR',
  });
  await commerce.receiveStock({ productId, quantity: 5 });
  const { id: orderId } = await commerce.placeOrder({ customerId: 'kim', lines: [{ productId, quantity: 2 }] });
  const create = (more: object = {}) => commerce.createPayment({ orderId, provider: 'stripe', ...more });
  const order = () => commerce.getOrder({ orderId });
  const payments = async () =>
    (await commerce.listPayments({ orderId })).map(({ status, surplus }) => `${status}${surplus ? ' surplus' : ''}`);
  const refunds = async () =>
    (await commerce.listRefunds({ orderId })).items.map(
      ({ status, reason, amount }) => `${status} ${reason} ${amount}`,
    );
  return {
    ...simulator,
    commerce,
    orderId,
    create,
    order,
    payments,
    refunds,
    pay: (paymentId: string, outcome = 'CAPTURED') => simulator.pay({ provider: 'stripe', paymentId, outcome }),
    untilGatewayIdle: async () =>
      until(
        async () =>
          (await commerce.callGateways(32, 'stripe')) === 0 &&
          (await simulator.request('/hostile')).body.underway === 0,
      ),
  };
}

test('a partial refund by the shop and one in Stripe’s dashboard count once each', async () => {
  const { commerce, create, pay, order, orderId, untilGatewayIdle, refunds, request, book } =
    await startShopWithOrder();
  const payment = await create();
  expect(payment).toMatchObject({
    status: 'PENDING',
    gatewayPaymentId: expect.stringMatching(/^pi_/),
    next: { provider: 'stripe' },
  });
  await pay(payment.id, 'ATTEMPT_FAILED');
  await pay(payment.id);
  expect(await order()).toMatchObject({ status: 'PAID' });
  await commerce.createRefund({ orderId, amount: 2000 });
  await untilGatewayIdle();
  await request('/dashboard/refunds', { paymentId: payment.id, amount: 700 });
  await untilGatewayIdle();
  expect((await refunds()).toSorted()).toEqual(['SUCCEEDED gateway 700', 'SUCCEEDED requested 2000']);
  expect(await book(payment.id)).toMatchObject({ refundedAmount: 2700 });
  expect((await commerce.listPayments({ orderId }))[0]).toMatchObject({
    status: 'CAPTURED',
    capturedAmount: 5000,
    refundedAmount: 2700,
  });
});

test('event-list polling finds a payment whose webhook was lost', async () => {
  const { commerce, create, pay, order } = await startShopWithOrder({ acceptsWebhooks: () => false });
  const payment = await create();
  await pay(payment.id);
  expect(await order()).toMatchObject({ status: 'PAYMENT_PENDING' });
  await commerce.fetchMissedEvents({ since: new Date(Date.now() - 60_000) });
  expect(await order()).toMatchObject({ status: 'PAID' });
});

test('a shopper who pays a canceled order gets the money back', async () => {
  let acceptsWebhooks = true;
  const { commerce, create, pay, orderId, untilGatewayIdle, payments, refunds, book } = await startShopWithOrder({
    acceptsWebhooks: () => acceptsWebhooks,
  });
  const payment = await create();
  acceptsWebhooks = false;
  await pay(payment.id);
  await commerce.cancelOrder({ orderId });
  acceptsWebhooks = true;
  await untilGatewayIdle();
  expect(await payments()).toEqual(['CAPTURED surplus']);
  expect(await refunds()).toEqual(['SUCCEEDED surplus 5000']);
  expect(await book(payment.id)).toMatchObject({ capturedAmount: 5000, refundedAmount: 5000 });
});

test('an order that is canceled before it is paid cancels its payment intent', async () => {
  const { commerce, create, pay, orderId, untilGatewayIdle, payments } = await startShopWithOrder();
  const payment = await create();
  await commerce.cancelOrder({ orderId });
  await untilGatewayIdle();
  expect(await payments()).toEqual(['CANCELED']);
  expect(await pay(payment.id)).toMatchObject({ status: 409 });
});

test('an authorization is captured in part; a cancel before the capture releases it', async () => {
  const one = await startShopWithOrder();
  const captured = await one.create({ capture: 'MANUAL' });
  await one.pay(captured.id);
  expect(await one.order()).toMatchObject({ status: 'PAID' });
  await one.commerce.capturePayment({ paymentId: captured.id, amount: 3000 });
  await one.untilGatewayIdle();
  expect((await one.commerce.listPayments({ orderId: one.orderId }))[0]).toMatchObject({
    status: 'CAPTURED',
    capturedAmount: 3000,
    refundedAmount: 0,
  });

  const other = await startShopWithOrder();
  const voided = await other.create({ capture: 'MANUAL' });
  await other.pay(voided.id);
  await other.commerce.cancelOrder({ orderId: other.orderId });
  await other.untilGatewayIdle();
  expect(await other.payments()).toEqual(['CANCELED']);
  expect(await other.refunds()).toEqual(['SUCCEEDED order_canceled 5000']);
  expect(await other.book(voided.id)).toMatchObject({ state: 'CANCELED', releasedAmount: 5000, refundedAmount: 0 });
});
