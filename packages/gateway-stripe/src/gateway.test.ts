import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { newId, gatewayFact } from '@commerce-core/core/gateway';
import { stripeGateway } from './gateway.ts';
import {
  testPayment,
  capturedObject,
  disputeObject,
  intentObject,
  listObject,
  ok,
  refundObject,
  refusalAnswer,
  startStripe,
  webhookSecret,
} from './emulated-api.testing.ts';

const intent = 'GET /v1/payment_intents/pi_1';
const about = { gatewayPaymentId: 'pi_1', currency: 'EUR' };

describe('initiation', () => {
  const created = { 'POST /v1/payment_intents': ok(intentObject()) };

  test('creates an intent with the payment’s id as the key, and returns the next step', async () => {
    const { gateway, calls } = await startStripe(created);
    const payment = testPayment({ gatewayPaymentId: null });
    expect(await gateway.initiation.initiate(payment)).toEqual({
      gatewayPaymentId: 'pi_1',
      next: { provider: 'stripe', clientSecret: 'pi_1_secret_2', publishableKey: 'pk_test_1' },
    });
    expect(calls[0]?.form).toEqual({
      amount: '5000',
      currency: 'eur',
      capture_method: 'automatic',
      'automatic_payment_methods[enabled]': 'true',
      'metadata[payment_id]': payment.id,
      'metadata[order_id]': payment.orderId,
    });
    expect(calls[0]?.headers).toMatchObject({
      'idempotency-key': payment.id,
      authorization: 'Bearer sk_test_of_the_tests',
    });
  });

  test('takes one method, manual capture and a currency with Stripe’s own decimals', async () => {
    const { gateway, calls } = await startStripe(created);
    await gateway.initiation.initiate(
      testPayment({ gatewayPaymentId: null, capture: 'MANUAL', method: 'card', currency: 'ISK', amount: 90 }),
    );
    expect(calls[0]?.form).toMatchObject({
      amount: '9000',
      currency: 'isk',
      capture_method: 'manual',
      'payment_method_types[0]': 'card',
    });
    expect(calls[0]?.form).not.toHaveProperty('automatic_payment_methods[enabled]');
  });

  test('returns the same intent when the payment has one', async () => {
    const { gateway, asked } = await startStripe({ [intent]: ok(intentObject()) });
    expect(await gateway.initiation.initiate(testPayment())).toMatchObject({
      gatewayPaymentId: 'pi_1',
      next: { clientSecret: 'pi_1_secret_2' },
    });
    expect(asked()).toEqual([intent]);
  });

  test('is refused without a call when Stripe has no such amount', async () => {
    const { gateway, calls } = await startStripe(created);
    await expect(
      gateway.initiation.initiate(testPayment({ gatewayPaymentId: null, currency: 'KWD', amount: 5_124 })),
    ).rejects.toMatchObject({ code: 'amount_not_chargeable' });
    expect(calls).toEqual([]);
  });
});

describe('retrieve', () => {
  const facts = async (object: object, script = {}) => {
    const { gateway, asked } = await startStripe({ [intent]: ok(object), ...script });
    const payment = testPayment();
    return { payment, facts: await gateway.retrieve(payment), asked: asked() };
  };

  test.each<[string, object, object]>([
    ['requires_payment_method', {}, { type: 'PENDING' }],
    [
      'requires_payment_method',
      { last_payment_error: { code: 'card_declined' } },
      { type: 'ATTEMPT_FAILED', failureCode: 'card_declined' },
    ],
    ['requires_confirmation', {}, { type: 'PENDING' }],
    ['requires_action', {}, { type: 'PENDING' }],
    ['processing', {}, { type: 'PENDING' }],
    ['requires_capture', { amount_capturable: 5_000 }, { type: 'AUTHORIZED', amount: 5_000 }],
    ['canceled', { cancellation_reason: 'abandoned' }, { type: 'CANCELED', failureCode: 'abandoned' }],
    // The money is on its way from the shopper's bank, and the order must keep its stock until then.
    ['processing', { created: 1_790_000_000 }, { type: 'PENDING', payableUntil: new Date('2026-10-07T14:13:20Z') }],
    ['requires_action', { created: 1_790_000_000 }, { type: 'PENDING' }],
    ['an unknown status', {}, { type: 'PENDING' }],
  ])('%s %o, before a capture, takes one call', async (status, given, fact) => {
    const { payment, facts: returned, asked } = await facts(intentObject({ status, ...given }));
    expect(returned).toEqual([{ ...gatewayFact({ type: 'PENDING', ...about, paymentId: payment.id }), ...fact }]);
    expect(asked).toEqual([intent]);
  });

  test('after a capture returns all refunds and disputes, without released authorizations', async () => {
    const refundId = newId();
    const {
      payment,
      facts: returned,
      asked,
    } = await facts(capturedObject({ amount_received: 4_000 }), {
      'GET /v1/refunds': [
        listObject(
          [
            refundObject({ id: 're_4', balance_transaction: null }),
            refundObject({ id: 're_3', status: 'failed', failure_reason: 'declined' }),
          ],
          true,
        ),
        listObject([
          refundObject({ id: 're_2', status: 'pending', metadata: { refund_id: refundId } }),
          refundObject(),
        ]),
      ],
      'GET /v1/disputes': listObject([disputeObject()]),
    });
    const of = { ...about, paymentId: payment.id };
    expect(returned).toEqual([
      gatewayFact({ type: 'CAPTURED', ...of, amount: 4_000 }),
      gatewayFact({ type: 'REFUNDED', ...of, amount: 1_000, gatewayObjectId: 're_1' }),
      gatewayFact({ type: 'REFUND_PENDING', ...of, amount: 1_000, refundId, gatewayObjectId: 're_2' }),
      gatewayFact({ type: 'REFUND_FAILED', ...of, amount: 1_000, failureCode: 'declined', gatewayObjectId: 're_3' }),
      gatewayFact({ type: 'DISPUTE_OPENED', ...of, amount: 5_000, failureCode: 'fraudulent', gatewayObjectId: 'du_1' }),
    ]);
    expect(asked.filter((call) => call === 'GET /v1/refunds')).toHaveLength(2);
  });

  test('returns no facts for a payment that Stripe doesn’t know, or that has no intent', async () => {
    const { gateway, calls } = await startStripe({ [intent]: refusalAnswer('resource_missing', 404) });
    expect(await gateway.retrieve(testPayment())).toEqual([]);
    expect(await gateway.retrieve(testPayment({ gatewayPaymentId: null }))).toEqual([]);
    expect(calls).toHaveLength(1);
  });
});

test('all pages of events are listed, the oldest first, of the types that the adapter reads', async () => {
  const event = (id: string, object: object) => ({
    id,
    object: 'event',
    type: 'payment_intent.succeeded',
    data: { object },
  });
  const { gateway, calls } = await startStripe({
    'GET /v1/events': [
      listObject([event('evt_3', capturedObject()), event('evt_2', { id: 'nonsense' })], true),
      listObject([event('evt_1', capturedObject())]),
    ],
  });
  const events = await gateway.listEvents(new Date(1_790_000_000_999));
  expect(events.map(({ providerEventId, type }) => [providerEventId, type])).toEqual([
    ['evt_1', 'CAPTURED'],
    ['evt_3', 'CAPTURED'],
  ]);
  expect(calls[0]?.query).toMatchObject({
    'created[gte]': '1790000000',
    limit: '100',
    'types[0]': 'payment_intent.succeeded',
  });
  expect(Object.keys(calls[0]?.query ?? {}).filter((name) => name.startsWith('types')).length).toBeLessThanOrEqual(20);
  expect(calls[1]?.query).toMatchObject({ starting_after: 'evt_2' });
});

describe('a webhook', () => {
  const gateway = stripeGateway({ secretKey: 'sk_test_1', webhookSecrets: ['whsec_next', webhookSecret] });
  const receive = (body: string | Buffer, secret = webhookSecret) => {
    const header = Stripe.webhooks.generateTestHeaderString({ payload: body.toString(), secret });
    return gateway.receive(
      { rawBody: Buffer.from(body), header: (name) => (name === 'stripe-signature' ? header : undefined) },
      new Date(),
    );
  };
  const body = JSON.stringify({ id: 'evt_1', type: 'payment_intent.succeeded', data: { object: capturedObject() } });

  test('with a valid signature is one event', () => {
    expect(receive(body)).toEqual([
      { providerEventId: 'evt_1', ...gatewayFact({ type: 'CAPTURED', ...about, amount: 5_000 }) },
    ]);
  });

  test('with a wrong signature is rejected, also when its body cannot be read', () => {
    for (const text of [body, 'no JSON'])
      expect(() => receive(text, 'whsec_other')).toThrow(expect.objectContaining({ code: 'invalid_signature' }));
  });

  test.each(['no JSON', '{}', Buffer.from([0x7b, 0xff, 0x7d])])(
    'with a valid signature is malformed when it is not an event: %s',
    (text) => {
      expect(() => receive(text)).toThrow(expect.objectContaining({ code: 'malformed_event' }));
    },
  );
});

test.each([
  [{ secretKey: 'pk_live_1' }],
  [{ secretKey: '' }],
  [{ publishableKey: 'sk_live_1' }],
  [{ webhookSecrets: ['hunter2'] }],
])('a key of another kind throws when the gateway is made: %o', (given) => {
  expect(() => stripeGateway({ secretKey: 'sk_1', webhookSecrets: [], ...given })).toThrow(
    /^Stripe's .* key is|^Stripe's webhook secret is/,
  );
});

test('a method that takes days reserves the stock for days', () => {
  const { reservationMsOf } = stripeGateway({ secretKey: 'sk_1', webhookSecrets: [] });
  expect([null, 'card', 'toString', 'konbini'].map((method) => reservationMsOf(method))).toEqual([
    undefined,
    undefined,
    undefined,
    4 * 24 * 60 * 60 * 1000,
  ]);
});
