import { startFakeGatewayApi } from '@commerce-core/core/testing';
import { afterEach, expect, test } from 'vitest';
import { gatewaysFromEnv } from './config/gateways-from-env.ts';
import { startTestApi, type TestApi } from './testing/test-api.ts';
import { webhookSecret } from './testing/webhook.ts';

let api: TestApi;
afterEach(() => api.close());

test('an order whose total is 0 is PAID at once with each provider, and no gateway is called', async () => {
  const gatewayApi = await startFakeGatewayApi(() => ({ status: 500 }));
  const gateways = await gatewaysFromEnv({
    GATEWAY_RESERVATION_MINUTES: [],
    GATEWAY_CAPTURE: [],
    MOCK_WEBHOOK_SECRETS: [webhookSecret],
    MOCK_GATEWAY_URL: gatewayApi.url,
    STRIPE_SECRET_KEY: 'sk_test_1',
    STRIPE_WEBHOOK_SECRETS: ['whsec_1'],
    STRIPE_API_URL: gatewayApi.url,
    TOSS_SECRET_KEY: 'test_sk_1',
    TOSS_CLIENT_KEY: 'test_ck_1',
    TOSS_API_URL: gatewayApi.url,
    PORTONE_API_SECRET: 'secret',
    PORTONE_WEBHOOK_SECRETS: [webhookSecret],
    PORTONE_STORE_ID: 'store-1',
    PORTONE_CHANNEL_KEY: 'channel-1',
    PORTONE_API_URL: gatewayApi.url,
  });
  api = await startTestApi({ gateways });
  const customer = await api.customerClient();
  const productId = await api.createProduct({ quantity: 100, priceAmount: 0 });
  expect(gateways.map(({ provider }) => provider)).toEqual(['mock', 'stripe', 'toss', 'portone']);
  for (const { provider } of gateways) {
    const { id: orderId } = await customer.order.create.mutate({ lines: [{ productId, quantity: 1 }] });
    const context = { idempotencyKey: `pays-${provider}-once` };
    const payment = await customer.payment.create.mutate({ orderId, provider }, { context });
    expect(payment).toMatchObject({ provider: 'none', status: 'CAPTURED', amount: 0, next: null });
    expect(await customer.payment.create.mutate({ orderId, provider }, { context })).toEqual(payment);
    expect(await customer.order.get.query({ orderId })).toMatchObject({ status: 'PAID' });
    expect(await customer.payment.resume.mutate({ paymentId: payment.id })).toMatchObject({ next: null });
  }
  expect(await api.readStock(productId)).toEqual([96, 0]);
  expect(gatewayApi.requests).toEqual([]);
});
