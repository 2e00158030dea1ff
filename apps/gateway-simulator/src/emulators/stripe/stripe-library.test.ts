import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { idempotentResponses } from '../idempotent-responses.ts';
import { until } from '../../shop.testing.ts';
import { startSimulator } from '../../simulator.testing.ts';
import { stripeEmulator } from './stripe.ts';

const webhookSecret = 'whsec_of_the_tests';

/** Stripe's own library before the simulator, and what it makes of the webhooks. */
async function start(secretKey = 'sk_test_1') {
  const simulator = await startSimulator({ emulators: [stripeEmulator({ webhookSecret, secretKey: 'sk_test_1' })] });
  const port = Number(new URL(simulator.url).port);
  const stripe = new Stripe(secretKey, {
    host: '127.0.0.1',
    port,
    protocol: 'http',
    telemetry: false,
    maxNetworkRetries: 0,
  });
  const paymentId = randomUUID();
  const create = (given: Partial<Stripe.PaymentIntentCreateParams> = {}, idempotencyKey: string = paymentId) =>
    stripe.paymentIntents.create(
      { amount: 5000, currency: 'eur', metadata: { payment_id: paymentId }, ...given },
      { idempotencyKey },
    );
  const heard = () =>
    simulator.shop.received.map(({ body, headers }) =>
      Stripe.webhooks.constructEvent(body, headers['stripe-signature']!, webhookSecret),
    );
  const pay = (outcome: string, more: object = {}) =>
    simulator.pay({ provider: 'stripe', paymentId, outcome, ...more });
  return { ...simulator, stripe, create, heard, pay, paymentId };
}
const refused = (type: string, code?: string) => expect.objectContaining({ type, ...(code ? { code } : {}) });
const invalid = (code: string) => refused('StripeInvalidRequestError', code);

describe('a payment intent', () => {
  test('is created, paid by a test card, and told by a webhook that Stripe’s library verifies', async () => {
    const { stripe, create, heard, paymentId, book } = await start();
    const created = await create();
    expect(created).toMatchObject({
      status: 'requires_payment_method',
      amount: 5000,
      metadata: { payment_id: paymentId },
    });
    expect(created.client_secret).toMatch(`${created.id}_secret_`);
    expect(
      await stripe.paymentIntents.confirm(created.id, {
        payment_method: 'pm_card_visa',
        return_url: 'https://shop.example',
      }),
    ).toMatchObject({ status: 'succeeded', amount_received: 5000 });
    await until(() => heard().length === 1);
    expect(heard()[0]).toMatchObject({
      type: 'payment_intent.succeeded',
      data: { object: { id: created.id, amount_received: 5000 } },
    });
    expect(await book(paymentId)).toMatchObject({ state: 'CAPTURED', charged: { amount: 5000, currency: 'EUR' } });
  });

  test('that a card doesn’t pay can be tried again', async () => {
    const { stripe, create } = await start();
    const { id } = await create();
    const declined = stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_chargeDeclined' });
    await expect(declined).rejects.toEqual(
      expect.objectContaining({ type: 'StripeCardError', decline_code: 'generic_decline' }),
    );
    expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'card_declined' },
    });
    expect(await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' })).toMatchObject({
      status: 'succeeded',
    });
  });

  test('is captured in part, which shows the rest as a refund that is in no balance', async () => {
    const { stripe, create, heard } = await start();
    const { id } = await create({ capture_method: 'manual' });
    expect(await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' })).toMatchObject({
      status: 'requires_capture',
      amount_capturable: 5000,
    });
    expect(await stripe.paymentIntents.capture(id, { amount_to_capture: 3000 })).toMatchObject({
      status: 'succeeded',
      amount_received: 3000,
    });
    expect((await stripe.refunds.list({ payment_intent: id })).data).toMatchObject([
      { amount: 2000, balance_transaction: null, status: 'succeeded' },
    ]);
    await until(() => heard().length === 4);
    expect(
      heard()
        .map(({ type }) => type)
        .toSorted(),
    ).toEqual([
      'charge.refunded',
      'payment_intent.amount_capturable_updated',
      'payment_intent.succeeded',
      'refund.created',
    ]);
    expect(new Set(heard().map(({ id }) => id)).size).toBe(4);
  });

  test('that was paid can’t be canceled, and the refusal holds it', async () => {
    const { stripe, create, pay } = await start();
    const { id } = await create();
    await pay('CAPTURED');
    await expect(stripe.paymentIntents.cancel(id)).rejects.toEqual(
      expect.objectContaining({
        code: 'payment_intent_unexpected_state',
        payment_intent: expect.objectContaining({ id, status: 'succeeded' }),
      }),
    );
  });

  test('of a currency that Stripe counts otherwise is what the shop means', async () => {
    const { create, pay, book, paymentId } = await start();
    await expect(create({ currency: 'isk', amount: 550 }, 'key_1')).rejects.toEqual(
      invalid('invalid_charge_amount_no_decimal_compatible'),
    );
    expect(await create({ currency: 'isk', amount: 500 }, 'key_2')).toMatchObject({ amount: 500, currency: 'isk' });
    await pay('CAPTURED');
    expect((await book(paymentId)).charged).toMatchObject({ amount: 5, currency: 'ISK' });
  });
});

describe('a refund', () => {
  test('goes back in parts and then whole, and never beyond', async () => {
    const { stripe, create, pay } = await start();
    const { id: payment_intent } = await create();
    await expect(stripe.refunds.create({ payment_intent })).rejects.toEqual(refused('StripeInvalidRequestError'));
    await pay('CAPTURED');
    const first = await stripe.refunds.create({ payment_intent, amount: 2000, metadata: { refund_id: randomUUID() } });
    await expect(stripe.refunds.create({ payment_intent, amount: 3001 })).rejects.toEqual(invalid('amount_too_large'));
    const second = await stripe.refunds.create({ payment_intent });
    expect([first.amount, second.amount, second.metadata]).toEqual([2000, 3000, {}]);
    await expect(stripe.refunds.create({ payment_intent })).rejects.toEqual(invalid('charge_already_refunded'));
    const pages: string[] = [];
    for await (const { id } of stripe.refunds.list({ payment_intent, limit: 1 })) pages.push(id);
    expect(pages).toEqual([second.id, first.id]);
  });
});

describe('an idempotency key', () => {
  test('gets the same answer again, but not for another request', async () => {
    const { create } = await start();
    const first = await create();
    expect((await create()).id).toBe(first.id);
    await expect(create({ amount: 5001 })).rejects.toEqual(refused('StripeIdempotencyError'));
  });

  test('is refused while its first request is under way', async () => {
    const dialect = stripeEmulator({ webhookSecret });
    const once = idempotentResponses(10);
    const request = () =>
      new Request('http://stripe/v1/refunds', {
        method: 'POST',
        body: 'amount=1',
        headers: { 'idempotency-key': 'key_1' },
      });
    const answer = Promise.withResolvers<Response>();
    const first = once(request(), 'amount=1', dialect, () => answer.promise);
    const refusal = await once(request(), 'amount=1', dialect, () => answer.promise);
    expect([refusal.status, await refusal.json()]).toMatchObject([409, { error: { code: 'idempotency_key_in_use' } }]);
    answer.resolve(Response.json({ id: 're_1' }));
    await first;
    expect(await (await once(request(), 'amount=1', dialect, () => answer.promise)).json()).toEqual({ id: 're_1' });
  });
});

test('events are listed, the newest first, by time and type', async () => {
  const { stripe, create, pay } = await start();
  const { id: payment_intent } = await create();
  await pay('ATTEMPT_FAILED', { failureCode: 'insufficient_funds' });
  await pay('CAPTURED');
  await stripe.refunds.create({ payment_intent });
  const list = async (params: Stripe.EventListParams) =>
    (await stripe.events.list(params)).data.map(({ type }) => type);
  expect(await list({})).toEqual([
    'charge.refunded',
    'refund.updated',
    'payment_intent.succeeded',
    'payment_intent.payment_failed',
  ]);
  expect(await list({ types: ['payment_intent.succeeded', 'charge.captured'] })).toEqual(['payment_intent.succeeded']);
  expect(await list({ created: { gte: Math.floor(Date.now() / 1000) + 60 } })).toEqual([]);
});

test('what Stripe doesn’t know is refused as Stripe does', async () => {
  const { stripe, create, paymentId } = await start();
  await create();
  await expect(stripe.paymentIntents.retrieve('pi_unknown')).rejects.toEqual(invalid('resource_missing'));
  await expect(stripe.paymentIntents.retrieve(paymentId)).rejects.toEqual(invalid('resource_missing'));
  await expect(create({ description: 'x' }, 'key_1')).rejects.toEqual(invalid('parameter_unknown'));
  await expect(create({ amount: 0 }, 'key_2')).rejects.toEqual(invalid('parameter_invalid_integer'));
  await expect(stripe.customers.list()).rejects.toEqual(refused('StripeInvalidRequestError'));
  const stranger = await start('sk_test_of_somebody_else');
  await expect(stranger.create()).rejects.toEqual(refused('StripeAuthenticationError'));
});
