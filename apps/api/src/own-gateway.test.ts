import { createCommerce } from '@commerce-core/core';
import { openTestDatabase, startFakeGatewayApi } from '@commerce-core/core/testing';
import { afterEach, expect, expectTypeOf, onTestFinished, test } from 'vitest';
import type { AcmeOptions } from '../examples/own-gateway/acme.ts';
import { createClient, type RouterInputs, type RouterOutputs } from './client.ts';
import { runProgram, type Program } from './testing/program.ts';
import { until } from './testing/until.ts';
import { signWebhook, webhookSecret } from './testing/webhook.ts';

let program: Program | undefined;
afterEach(() => program?.child.kill('SIGKILL'));

/** Acme's API, as far as the example calls it: one checkout, which it captures and refunds. */
async function startAcme() {
  let checkout = {};
  return startFakeGatewayApi(({ call, body }) => {
    switch (call) {
      case 'POST /checkouts':
        checkout = { id: 'co_1', state: 'open', ...body };
        return { status: 201, body: { ...checkout, pageUrl: 'https://pay.acme.example/co_1' } };
      case 'POST /checkouts/co_1/capture':
        checkout = { ...checkout, state: 'captured', ...body };
        return { status: 200, body: checkout };
      case 'POST /checkouts/co_1/refunds':
        return { status: 201, body: { id: 'rf_1' } };
      default:
        return { status: 404 };
    }
  });
}

/** The example's API with its gateway, on a database of its own; and an operator's client of it. */
async function startExample(acme: AcmeOptions) {
  const database = await openTestDatabase();
  onTestFinished(() => database.drop());
  const commerce = createCommerce({ database });
  const { key } = await commerce.createApiKey({ name: 'test', scopes: ['catalog', 'stock', 'orders', 'money'] });
  program = runProgram('../examples/own-gateway/main.ts', {
    DATABASE_URL: database.url,
    PORT: '0',
    ACME_URL: acme.url,
    ACME_API_KEY: acme.apiKey,
    ACME_WEBHOOK_SECRET: acme.webhookSecret,
  });
  const { url, providers } = await program.said('listening');
  expect(providers).toEqual(['acme']);
  return { url: String(url), shop: createClient({ url: String(url), token: key }), program };
}

async function placeTestOrder(shop: ReturnType<typeof createClient>): Promise<string> {
  const { id: productId } = await shop.product.create.mutate({
    sku: 'MUG',
    name: 'Mug',
    priceAmount: 900,
    currency: 'EUR',
  });
  await shop.stock.receive.mutate({ productId, quantity: 5 });
  const order = await shop.order.create.mutate({ customerId: 'kim', lines: [{ productId, quantity: 2 }] });
  return order.id;
}

test('an own gateway is served over HTTP: paid by its webhook, captured and refunded by the jobs', async () => {
  const acme = await startAcme();
  const { url, shop, program } = await startExample({ url: acme.url, apiKey: 'key-1', webhookSecret });
  const orderId = await placeTestOrder(shop);

  const payment = await shop.payment.create.mutate({ orderId, provider: 'acme' });
  if (payment.next?.provider !== 'acme') throw new Error('the next step is not the one of acme');
  expect(payment.next.checkoutUrl).toBe('https://pay.acme.example/co_1');
  expect(payment).toMatchObject({ status: 'PENDING', gatewayPaymentId: 'co_1', capture: 'MANUAL' });

  const { id: paymentId, amount, currency } = payment;
  const authorized = { id: 'co_1', reference: paymentId, state: 'authorized', amount, currency };
  const { body, headers } = signWebhook(authorized);
  const webhook = await fetch(`${url}/api/v1/payments/webhooks/acme`, { method: 'POST', headers, body });
  expect([webhook.status, await webhook.json()]).toMatchObject([200, { outcome: 'APPLIED', effect: 'order_paid' }]);
  const forged = signWebhook(authorized, { secret: `whsec_${Buffer.alloc(24, 8).toString('base64')}` });
  const refused = await fetch(`${url}/api/v1/payments/webhooks/acme`, { method: 'POST', ...forged });
  expect(refused.status).toBe(400);

  await shop.payment.capture.mutate({ paymentId });
  await until(async () => (await shop.payment.get.query({ paymentId })).status === 'CAPTURED');
  const { id: refundId } = await shop.refund.create.mutate({ orderId, amount: 900 });
  await until(async () => (await shop.refund.list.query({ orderId })).items[0]?.status === 'SUCCEEDED');

  const calls = acme.requests.map(({ call, headers, body }) => [call, headers['idempotency-key'], body]);
  expect(calls).toEqual([
    ['POST /checkouts', paymentId, { reference: paymentId, amount: 1800, currency: 'EUR' }],
    ['POST /checkouts/co_1/capture', `capture-${paymentId}`, { amount: 1800 }],
    ['POST /checkouts/co_1/refunds', refundId, { amount: 900 }],
  ]);
  program.child.kill('SIGTERM');
  expect(await program.exit).toBe(0);
});

test('the typed client takes any provider and narrows the next step by the name of an own one', () => {
  expectTypeOf<RouterInputs['payment']['create']['provider']>().toBeString();
  type NextStep = NonNullable<RouterOutputs['payment']['create']['next']>;
  expectTypeOf<NextStep['provider']>().toEqualTypeOf<'mock' | 'stripe' | 'toss' | 'portone' | 'acme'>();
  expectTypeOf<Extract<NextStep, { provider: 'acme' }>['checkoutUrl']>().toBeString();
});
