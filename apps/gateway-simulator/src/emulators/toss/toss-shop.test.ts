import { tossGateway } from '@commerce-core/gateway-toss';
import { expect, test } from 'vitest';
import { tossEmulator } from './toss.ts';
import { startShopWithOrder } from '../shop-with-order.testing.ts';

const secretKey = 'test_sk_1';
const open = () =>
  startShopWithOrder(tossEmulator({ secretKey }), (url) =>
    tossGateway({ secretKey, clientKey: 'test_ck_1', url: `${url}/toss` }),
  );

/** Starts a shop with an order whose shopper has agreed on Toss's page. The page returned `token`. */
async function startWithAgreedPayment(outcome?: string) {
  const shop = await open();
  const payment = await shop.create();
  const { gatewayPaymentId: token } = await shop.pay(payment.id, outcome);
  return { ...shop, payment, confirm: () => shop.commerce.confirmPayment({ paymentId: payment.id, token }) };
}

test('an order is paid by confirm; repeated confirms and the webhook count once, as does each refund', async () => {
  const { commerce, payment, confirm, order, orderId, untilGatewayIdle, refunds, request, book, stock } =
    await startWithAgreedPayment();
  expect(payment.next).toEqual({ provider: 'toss', clientKey: 'test_ck_1', orderId: payment.id, amount: 50_000 });
  await confirm();
  expect(await order()).toMatchObject({ status: 'PAID' });
  await confirm();
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

test('a virtual account reserves the stock until its due date, and its deposit pays the order', async () => {
  const { confirm, order, pay, payment, payments, untilGatewayIdle } = await startWithAgreedPayment('PENDING');
  await confirm();
  expect(await payments()).toEqual(['PENDING']);
  const { reservedUntil } = await order();
  expect(new Date(reservedUntil).getTime()).toBeGreaterThan(Date.now() + 2 * 24 * 3_600_000);
  await pay(payment.id);
  await untilGatewayIdle();
  expect(await order()).toMatchObject({ status: 'PAID' });
});

test('the virtual account of a canceled order is closed and takes no deposit', async () => {
  const { commerce, confirm, orderId, payment, payments, untilGatewayIdle, request, stock } =
    await startWithAgreedPayment('PENDING');
  await confirm();
  await commerce.cancelOrder({ orderId });
  await untilGatewayIdle();
  expect(await payments()).toEqual(['CANCELED']);
  expect((await request('/pay', { provider: 'toss', paymentId: payment.id, outcome: 'CAPTURED' })).status).toBe(409);
  expect(await stock()).toEqual([5, 0]);
});

test('a canceled order can’t be confirmed after the shopper has agreed', async () => {
  const { commerce, confirm, orderId, payment, book, untilGatewayIdle } = await startWithAgreedPayment();
  await commerce.cancelOrder({ orderId });
  await untilGatewayIdle();
  await expect(confirm()).rejects.toMatchObject({ code: 'invalid_transition' });
  expect((await book(payment.id)).charged).toBeNull();
});

test('event-list polling finds a refund in the dashboard whose webhook was lost', async () => {
  const { commerce, confirm, payment, acceptsWebhooks, request, refunds, untilGatewayIdle } =
    await startWithAgreedPayment();
  await confirm();
  await untilGatewayIdle();
  acceptsWebhooks(false);
  await request('/dashboard/refunds', { paymentId: payment.id, amount: 7_000 });
  await untilGatewayIdle();
  expect(await refunds()).toEqual([]);
  expect(await commerce.fetchMissedEvents({ since: new Date(Date.now() - 60_000) })).toBe(2);
  await untilGatewayIdle();
  expect(await refunds()).toEqual(['SUCCEEDED gateway 7000']);
  expect(await commerce.fetchMissedEvents({ since: new Date(Date.now() - 60_000) })).toBe(0);
});

test('a forged webhook pays nothing; one about an unknown payment is not stored', async () => {
  const { commerce, payment, payments, untilGatewayIdle } = await startWithAgreedPayment();
  const forge = async (orderId: string) => {
    const data = { paymentKey: 'stolen', orderId, status: 'DONE', totalAmount: 50_000, currency: 'KRW' };
    const rawBody = Buffer.from(
      JSON.stringify({ eventType: 'PAYMENT_STATUS_CHANGED', createdAt: '2026-01-01T00:00:00', data }),
    );
    return commerce.receiveWebhook('toss', { rawBody, header: () => undefined });
  };
  expect(await forge('01989e00-0000-7000-8000-000000000000')).toEqual([]);
  expect(await forge(payment.id)).toMatchObject([{ outcome: 'APPLIED', effect: 'polls_gateway' }]);
  await untilGatewayIdle();
  expect(await payments()).not.toContain('CAPTURED');
});

test('the payment key of a paid order can’t pay another order', async () => {
  const { commerce, confirm, order } = await startWithAgreedPayment();
  const { gatewayPaymentId: token } = await confirm();
  const [line] = (await order()).lines;
  const lines = [{ productId: line!.productId!, quantity: 2 }];
  const { id: orderId } = await commerce.placeOrder({ customerId: 'lee', lines });
  const theft = await commerce.createPayment({ orderId, provider: 'toss' });
  await expect(commerce.confirmPayment({ paymentId: theft.id, token: token! })).rejects.toThrow();
  expect(await commerce.getOrder({ orderId })).toMatchObject({ status: 'PAYMENT_FAILED' });
  expect(await commerce.listPayments({ orderId })).toMatchObject([{ status: 'FAILED', capturedAmount: 0 }]);
});

test('a declined card fails the attempt, and the next attempt can pay', async () => {
  const { commerce, create, pay, order, payments } = await open();
  const first = await create();
  const { gatewayPaymentId: declined } = await pay(first.id, 'FAILED', { failureCode: 'REJECT_CARD_PAYMENT' });
  await commerce.confirmPayment({ paymentId: first.id, token: declined }).catch(() => {});
  expect(await payments()).toEqual(['FAILED']);
  const second = await create();
  const { gatewayPaymentId: token } = await pay(second.id);
  await commerce.confirmPayment({ paymentId: second.id, token });
  expect(await order()).toMatchObject({ status: 'PAID' });
});
