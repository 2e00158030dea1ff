import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mockGateway, type Gateway } from '@commerce-core/core';
import { portoneGateway } from '@commerce-core/gateway-portone';
import { stripeGateway } from '@commerce-core/gateway-stripe';
import { tossGateway } from '@commerce-core/gateway-toss';
import { expect, onTestFinished, test } from 'vitest';
import type { BookEntry } from '../book.ts';
import type { Emulator } from './emulator.ts';
import { mockEmulator } from './mock/mock.ts';
import { portoneEmulator } from './portone/portone.ts';
import { startShopWithOrder } from './shop-with-order.testing.ts';
import { stripeEmulator } from './stripe/stripe.ts';
import { tossEmulator } from './toss/toss.ts';
import { webhookSecret } from '../simulator.testing.ts';

const tossKey = 'test_sk_1';
const stripeKey = 'sk_test_1';
const stripeSecret = 'whsec_current';
const webhookSecrets = [webhookSecret];
const portone = { apiSecret: 'secret-1', storeId: 'store-1' };

type Provider = { emulator: Emulator; gatewayAt: (url: string) => Gateway; capture: 'MANUAL' | 'AUTOMATIC' };
const providers: Provider[] = [
  {
    emulator: mockEmulator(webhookSecret),
    gatewayAt: (url) => mockGateway(webhookSecrets, { url: `${url}/mock` }),
    capture: 'MANUAL',
  },
  {
    emulator: stripeEmulator({ webhookSecret: stripeSecret, secretKey: stripeKey }),
    gatewayAt: (url) => stripeGateway({ secretKey: stripeKey, webhookSecrets: [stripeSecret], url }),
    capture: 'MANUAL',
  },
  {
    emulator: tossEmulator({ secretKey: tossKey }),
    gatewayAt: (url) => tossGateway({ secretKey: tossKey, clientKey: 'test_ck_1', url: `${url}/toss` }),
    capture: 'AUTOMATIC',
  },
  {
    emulator: portoneEmulator({ ...portone, webhookSecret }),
    gatewayAt: (url) => portoneGateway({ ...portone, channelKey: 'channel-1', webhookSecrets, url }),
    capture: 'AUTOMATIC',
  },
];

/** An entry without the attempts to deliver its events, which a restart forgets. */
const lasting = ({ events, ...entry }: BookEntry) => ({
  ...entry,
  events: events.map(({ id, type, amount, state }) => ({ id, type, amount, state })),
});

/** Starts a shop whose simulator keeps its book in a file. `restart` checks that the payment's entry stays the same. */
async function startShop({ emulator, gatewayAt, capture }: Provider, attemptsMax = 4) {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-book-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const bookFile = join(folder, 'book.jsonl');
  // A webhook that the shop rejects is still under way at the restart.
  const delivery = { timeoutMs: 2_000, attemptsMax, backoffMs: 60_000, backoffMaxMs: 60_000 };
  const shop = await startShopWithOrder(emulator, gatewayAt, { bookFile, delivery });
  const payment = await shop.create({ capture });
  const restart = async () => {
    await shop.untilGatewayIdle();
    const entry = async () => {
      const { status, body } = await shop.request(`/book/${payment.id}`);
      return status === 200 ? lasting(body) : status;
    };
    const before = await entry();
    const totals = async () => (await shop.request('/book')).body.totals;
    const { attempts: _, ...counted } = await totals();
    shop.restart();
    expect(await entry()).toEqual(before);
    expect(await totals()).toMatchObject(counted);
  };
  return { ...shop, payment, restart, kill: shop.restart };
}

test.each(providers)('$emulator.provider: a restart at any moment keeps what is paid', async (provider) => {
  const { emulator, capture } = provider;
  const shop = await startShop(provider);
  const { commerce, orderId, payment, restart, untilGatewayIdle } = shop;
  await restart();
  const { gatewayPaymentId: token } = await shop.pay(payment.id, capture === 'MANUAL' ? 'AUTHORIZED' : 'CAPTURED');
  await restart();
  if (emulator.confirmedByShop) await commerce.confirmPayment({ paymentId: payment.id, token });
  await restart();
  expect(await shop.order()).toMatchObject({ status: 'PAID' });
  if (capture === 'MANUAL') await commerce.capturePayment({ paymentId: payment.id });
  await restart();
  await commerce.createRefund({ orderId, amount: 20_000 });
  await restart();
  await commerce.pollPayment({ paymentId: payment.id });
  await untilGatewayIdle();
  expect(await shop.refunds()).toEqual(['SUCCEEDED requested 20000']);
  expect(await shop.payments()).toEqual(['CAPTURED']);

  // The shop is down when the gateway refunds in its dashboard, and the simulator is killed before the next attempt.
  shop.acceptsWebhooks(false);
  await shop.request('/dashboard/refunds', { paymentId: payment.id, amount: 7_000 });
  shop.acceptsWebhooks(true);
  shop.kill();
  await untilGatewayIdle();
  expect(await shop.refunds()).toEqual(['SUCCEEDED gateway 7000', 'SUCCEEDED requested 20000']);
  await restart();
  expect(await shop.book(payment.id)).toMatchObject({ capturedAmount: 50_000, refundedAmount: 27_000 });
});

test.each(providers)('$emulator.provider: a lost webhook is found after a restart', async (provider) => {
  const shop = await startShop(provider, 1);
  const { commerce, payment, kill, untilGatewayIdle } = shop;
  const since = new Date(Date.now() - 60_000);
  shop.acceptsWebhooks(false);
  const { gatewayPaymentId: token } = await shop.pay(payment.id);
  if (provider.emulator.confirmedByShop) await commerce.confirmPayment({ paymentId: payment.id, token });
  await untilGatewayIdle();
  kill();
  shop.acceptsWebhooks(true);
  await commerce.fetchMissedEvents({ since });
  await untilGatewayIdle();
  expect(await shop.order()).toMatchObject({ status: 'PAID' });
  const { events } = await shop.book(payment.id);
  expect(events.map(({ state }) => state)).toContain('GIVEN_UP');
});
