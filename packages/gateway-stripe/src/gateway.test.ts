import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { newId, gatewayFact } from '@commerce-core/core/gateway';
import { stripeGateway } from './gateway.ts';
import {
  aPayment,
  capturedObject,
  disputeObject,
  intentObject,
  listObject,
  ok,
  refundObject,
  refusalAnswer,
  startStandIn,
  webhookSecret,
} from './emulated-api.testing.ts';

const intent = 'GET /v1/payment_intents/pi_1';
const about = { gatewayPaymentId: 'pi_1', currency: 'EUR' };

describe('opening', () => {
  const created = { 'POST /v1/payment_intents': ok(intentObject()) };

  test('tells Stripe what is to be paid, under the payment’s id, and answers what the front end needs', async () => {
    const { gateway, calls } = await startStandIn(created);
    const payment = aPayment({ gatewayPaymentId: null });
    expect(gateway.initiation.by === 'server' && (await gateway.initiation.initiate(payment))).toEqual({
      gatewayPaymentId: 'pi_1',
      next: { provider: 'stripe', clientSecret: 'pi_1_secret_2', publishableKey: 'pk_test_1' },
    });
    expect(calls[0]!.form).toEqual({
      amount: '5000',
      currency: 'eur',
      capture_method: 'automatic',
      'automatic_payment_methods[enabled]': 'true',
      'metadata[payment_id]': payment.id,
      'metadata[order_id]': payment.orderId,
    });
    expect(calls[0]!.headers).toMatchObject({
      'idempotency-key': payment.id,
      authorization: 'Bearer sk_test_of_the_tests',
    });
  });

  test('by one method, to be captured later, in a currency that Stripe counts otherwise', async () => {
    const { gateway, calls } = await startStandIn(created);
    await gateway.initiation.initiate(
      aPayment({ gatewayPaymentId: null, capture: 'MANUAL', method: 'card', currency: 'ISK', amount: 90 }),
    );
    expect(calls[0]!.form).toMatchObject({
      amount: '9000',
      currency: 'isk',
      capture_method: 'manual',
      'payment_method_types[0]': 'card',
    });
    expect(calls[0]!.form).not.toHaveProperty('automatic_payment_methods[enabled]');
  });

  test('again, once the intent is known, answers the same intent however long ago that was', async () => {
    const { gateway, asked } = await startStandIn({ [intent]: ok(intentObject()) });
    expect(await gateway.initiation.initiate(aPayment())).toMatchObject({
      gatewayPaymentId: 'pi_1',
      next: { clientSecret: 'pi_1_secret_2' },
    });
    expect(asked()).toEqual([intent]);
  });

  test('an amount that Stripe has not is refused without asking', async () => {
    const { gateway, calls } = await startStandIn(created);
    await expect(
      gateway.initiation.initiate(aPayment({ gatewayPaymentId: null, currency: 'KWD', amount: 5_124 })),
    ).rejects.toMatchObject({ code: 'amount_not_chargeable' });
    expect(calls).toEqual([]);
  });
});

describe('retrieve', () => {
  const facts = async (object: object, script = {}) => {
    const { gateway, asked } = await startStandIn({ [intent]: ok(object), ...script });
    const payment = aPayment();
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
    // The money is on its way from the shopper's bank: the order mustn't let go of its stock meanwhile.
    ['processing', { created: 1_790_000_000 }, { type: 'PENDING', payableUntil: new Date('2026-10-07T14:13:20Z') }],
    ['requires_action', { created: 1_790_000_000 }, { type: 'PENDING' }],
    ['a status of tomorrow', {}, { type: 'PENDING' }],
  ])('%s %o, with nothing taken: one call says it all', async (status, given, fact) => {
    const { payment, facts: told, asked } = await facts(intentObject({ status, ...given }));
    expect(told).toEqual([{ ...gatewayFact({ type: 'PENDING', ...about, paymentId: payment.id }), ...fact }]);
    expect(asked).toEqual([intent]);
  });

  test('of money taken: all its refunds, page by page, and its disputes, without what was only let go of', async () => {
    const refundId = newId();
    const {
      payment,
      facts: told,
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
    expect(told).toEqual([
      gatewayFact({ type: 'CAPTURED', ...of, amount: 4_000 }),
      gatewayFact({ type: 'REFUNDED', ...of, amount: 1_000, gatewayObjectId: 're_1' }),
      gatewayFact({ type: 'REFUND_PENDING', ...of, amount: 1_000, refundId, gatewayObjectId: 're_2' }),
      gatewayFact({ type: 'REFUND_FAILED', ...of, amount: 1_000, failureCode: 'declined', gatewayObjectId: 're_3' }),
      gatewayFact({ type: 'DISPUTE_OPENED', ...of, amount: 5_000, failureCode: 'fraudulent', gatewayObjectId: 'du_1' }),
    ]);
    expect(asked.filter((call) => call === 'GET /v1/refunds')).toHaveLength(2);
  });

  test('of a payment that Stripe doesn’t know, or whose intent we never heard of: nothing', async () => {
    const { gateway, calls } = await startStandIn({ [intent]: refusalAnswer('resource_missing', 404) });
    expect(await gateway.retrieve(aPayment())).toEqual([]);
    expect(await gateway.retrieve(aPayment({ gatewayPaymentId: null }))).toEqual([]);
    expect(calls).toHaveLength(1);
  });
});

test('events are listed oldest first, all pages, of the types that say something', async () => {
  const event = (id: string, object: object) => ({
    id,
    object: 'event',
    type: 'payment_intent.succeeded',
    data: { object },
  });
  const { gateway, calls } = await startStandIn({
    'GET /v1/events': [
      listObject([event('evt_3', capturedObject()), event('evt_2', { id: 'nonsense' })], true),
      listObject([event('evt_1', capturedObject())]),
    ],
  });
  const events = await gateway.listEvents!(new Date(1_790_000_000_999));
  expect(events.map(({ providerEventId, type }) => [providerEventId, type])).toEqual([
    ['evt_1', 'CAPTURED'],
    ['evt_3', 'CAPTURED'],
  ]);
  expect(calls[0]!.query).toMatchObject({
    'created[gte]': '1790000000',
    limit: '100',
    'types[0]': 'payment_intent.succeeded',
  });
  expect(Object.keys(calls[0]!.query).filter((name) => name.startsWith('types')).length).toBeLessThanOrEqual(20);
  expect(calls[1]!.query).toMatchObject({ starting_after: 'evt_2' });
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

  test('that Stripe signed is one event', () => {
    expect(receive(body)).toEqual([
      { providerEventId: 'evt_1', ...gatewayFact({ type: 'CAPTURED', ...about, amount: 5_000 }) },
    ]);
  });

  test('that nobody signed is refused whatever it says', () => {
    for (const text of [body, 'no JSON'])
      expect(() => receive(text, 'whsec_other')).toThrow(expect.objectContaining({ code: 'invalid_signature' }));
  });

  test.each(['no JSON', '{}', Buffer.from([0x7b, 0xff, 0x7d])])(
    'that is signed and no event is malformed: %s',
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
])('a key of another kind is found when the shop starts: %o', (given) => {
  expect(() => stripeGateway({ secretKey: 'sk_1', webhookSecrets: [], ...given })).toThrow(
    /^Stripe's .* key is|^Stripe's webhook secret is/,
  );
});

test('a method that takes days holds the stock for days', () => {
  const { reservationMsOf } = stripeGateway({ secretKey: 'sk_1', webhookSecrets: [] });
  expect([null, 'card', 'toString', 'konbini'].map((method) => reservationMsOf!(method))).toEqual([
    undefined,
    undefined,
    undefined,
    4 * 24 * 60 * 60 * 1000,
  ]);
});
