import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { idempotentResponses } from '../idempotent-responses.ts';
import { until } from '../../shop.testing.ts';
import { startSimulator } from '../../simulator.testing.ts';
import { stripeEmulator } from './stripe.ts';

const webhookSecret = 'whsec_of_the_tests';

/** Starts the simulator and Stripe's own library, which calls it and verifies its webhooks. */
async function startStripe(secretKey = 'sk_test_1') {
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
  const verifiedEvents = () =>
    simulator.shop.received.map(({ body, headers }) =>
      Stripe.webhooks.constructEvent(body, headers['stripe-signature']!, webhookSecret),
    );
  const pay = (outcome: string, more: object = {}) =>
    simulator.pay({ provider: 'stripe', paymentId, outcome, ...more });
  return { ...simulator, stripe, create, verifiedEvents, pay, paymentId };
}
const stripeError = (type: string, code?: string) => expect.objectContaining({ type, ...(code ? { code } : {}) });
const invalidRequest = (code: string) => stripeError('StripeInvalidRequestError', code);

describe('a payment intent', () => {
  test('is created, paid by a test card, and sent as a webhook that Stripe’s library verifies', async () => {
    const { stripe, create, verifiedEvents, paymentId, book } = await startStripe();
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
    await until(() => verifiedEvents().length === 1);
    expect(verifiedEvents()[0]).toMatchObject({
      type: 'payment_intent.succeeded',
      data: { object: { id: created.id, amount_received: 5000 } },
    });
    expect(await book(paymentId)).toMatchObject({ state: 'CAPTURED', charged: { amount: 5000, currency: 'EUR' } });
  });

  test('can be tried again after a declined card', async () => {
    const { stripe, create } = await startStripe();
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

  test('is captured in part, and the rest is listed as a refund without a balance transaction', async () => {
    const { stripe, create, verifiedEvents } = await startStripe();
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
    await until(() => verifiedEvents().length === 4);
    expect(
      verifiedEvents()
        .map(({ type }) => type)
        .toSorted(),
    ).toEqual([
      'charge.refunded',
      'payment_intent.amount_capturable_updated',
      'payment_intent.succeeded',
      'refund.created',
    ]);
    expect(new Set(verifiedEvents().map(({ id }) => id)).size).toBe(4);
  });

  test('can’t be canceled once paid, and the refusal contains the payment intent', async () => {
    const { stripe, create, pay } = await startStripe();
    const { id } = await create();
    await pay('CAPTURED');
    await expect(stripe.paymentIntents.cancel(id)).rejects.toEqual(
      expect.objectContaining({
        code: 'payment_intent_unexpected_state',
        payment_intent: expect.objectContaining({ id, status: 'succeeded' }),
      }),
    );
  });

  test('converts the amount of a currency that Stripe counts in other units', async () => {
    const { create, pay, book, paymentId } = await startStripe();
    await expect(create({ currency: 'isk', amount: 550 }, 'key_1')).rejects.toEqual(
      invalidRequest('invalid_charge_amount_no_decimal_compatible'),
    );
    expect(await create({ currency: 'isk', amount: 500 }, 'key_2')).toMatchObject({ amount: 500, currency: 'isk' });
    await pay('CAPTURED');
    expect((await book(paymentId)).charged).toMatchObject({ amount: 5, currency: 'ISK' });
  });
});

describe('a refund', () => {
  test('can be made in parts up to the whole amount, and not beyond', async () => {
    const { stripe, create, pay } = await startStripe();
    const { id: payment_intent } = await create();
    await expect(stripe.refunds.create({ payment_intent })).rejects.toEqual(stripeError('StripeInvalidRequestError'));
    await pay('CAPTURED');
    const first = await stripe.refunds.create({ payment_intent, amount: 2000, metadata: { refund_id: randomUUID() } });
    await expect(stripe.refunds.create({ payment_intent, amount: 3001 })).rejects.toEqual(
      invalidRequest('amount_too_large'),
    );
    const second = await stripe.refunds.create({ payment_intent });
    expect([first.amount, second.amount, second.metadata]).toEqual([2000, 3000, {}]);
    await expect(stripe.refunds.create({ payment_intent })).rejects.toEqual(invalidRequest('charge_already_refunded'));
    const pages: string[] = [];
    for await (const { id } of stripe.refunds.list({ payment_intent, limit: 1 })) pages.push(id);
    expect(pages).toEqual([second.id, first.id]);
  });
});

describe('an idempotency key', () => {
  test('returns the first response again, and is rejected for another request', async () => {
    const { create } = await startStripe();
    const first = await create();
    expect((await create()).id).toBe(first.id);
    await expect(create({ amount: 5001 })).rejects.toEqual(stripeError('StripeIdempotencyError'));
  });

  test('is rejected while its first request is running', async () => {
    const dialect = stripeEmulator({ webhookSecret });
    const once = idempotentResponses({ keysMax: 10, known: [], onStore: () => {} });
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

test('events are listed with the newest first, filtered by time and type', async () => {
  const { stripe, create, pay } = await startStripe();
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

test('unknown objects, fields and keys are refused with Stripe’s codes', async () => {
  const { stripe, create, paymentId } = await startStripe();
  await create();
  await expect(stripe.paymentIntents.retrieve('pi_unknown')).rejects.toEqual(invalidRequest('resource_missing'));
  await expect(stripe.paymentIntents.retrieve(paymentId)).rejects.toEqual(invalidRequest('resource_missing'));
  await expect(create({ description: 'x' }, 'key_1')).rejects.toEqual(invalidRequest('parameter_unknown'));
  await expect(create({ amount: 0 }, 'key_2')).rejects.toEqual(invalidRequest('parameter_invalid_integer'));
  await expect(stripe.customers.list()).rejects.toEqual(stripeError('StripeInvalidRequestError'));
  const stranger = await startStripe('sk_test_of_another_shop');
  await expect(stranger.create()).rejects.toEqual(stripeError('StripeAuthenticationError'));
});
