import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newId, gatewayFact } from '@commerce-core/core/gateway';
import { statedTypes, stripeEvent } from './events.ts';
import { capturedObject, disputeObject, intentObject, refundObject } from './emulated-api.testing.ts';

const paymentId = newId();
const refundId = newId();
const event = (type: string, object: unknown) =>
  stripeEvent({ id: 'evt_1', object: 'event', type, api_version: '2019-03-14', data: { object } });
const eventOf = (fact: Parameters<typeof gatewayFact>[0]) => ({ providerEventId: 'evt_1', ...gatewayFact(fact) });

test('docs/integrations/stripe.md lists the types of events that a webhook endpoint has to send', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/integrations/stripe.md'), 'utf8');
  const listed = [...page.matchAll(/^- `([a-z_.]+)`$/gm)].map(([, type]) => type);
  expect(listed).toEqual(statedTypes);
});

describe('an event of a payment intent', () => {
  const about = { paymentId, gatewayPaymentId: 'pi_1', currency: 'EUR' };
  const ours = { metadata: { payment_id: paymentId.toUpperCase(), order_id: newId() } };

  test.each<[string, object, Parameters<typeof gatewayFact>[0]]>([
    ['succeeded', capturedObject({ ...ours, amount_received: 4_000 }), { type: 'CAPTURED', ...about, amount: 4_000 }],
    [
      'amount_capturable_updated',
      intentObject({ ...ours, status: 'requires_capture', amount_capturable: 5_000 }),
      { type: 'AUTHORIZED', ...about, amount: 5_000 },
    ],
    ['amount_capturable_updated', capturedObject(ours), { type: 'CHANGED', paymentId, gatewayPaymentId: 'pi_1' }],
    [
      'payment_failed',
      intentObject({ ...ours, last_payment_error: { code: 'card_declined', decline_code: 'insufficient_funds' } }),
      { type: 'ATTEMPT_FAILED', ...about, failureCode: 'insufficient_funds' },
    ],
    [
      'payment_failed',
      intentObject({ ...ours, last_payment_error: { code: 'payment_intent_authentication_failure' } }),
      { type: 'ATTEMPT_FAILED', ...about, failureCode: 'payment_intent_authentication_failure' },
    ],
    [
      'payment_failed',
      intentObject({ ...ours, last_payment_error: 'of another version' }),
      { type: 'ATTEMPT_FAILED', ...about },
    ],
    [
      'canceled',
      intentObject({ ...ours, status: 'canceled', cancellation_reason: 'automatic' }),
      { type: 'CANCELED', ...about, failureCode: 'automatic' },
    ],
    ['processing', intentObject({ ...ours, status: 'processing' }), { type: 'PENDING', ...about }],
    [
      'requires_action',
      intentObject({ ...ours, status: 'requires_action', next_action: { type: 'use_stripe_sdk' } }),
      { type: 'PENDING', ...about },
    ],
  ])('%s of %o', (type, object, fact) => {
    expect(event(`payment_intent.${type}`, object)).toEqual(eventOf(fact));
  });

  test.each([
    ['konbini_display_details', 'expires_at'],
    ['oxxo_display_details', 'expires_after'],
  ])('states until when a voucher is payable: %s.%s', (details, name) => {
    const next_action = { type: details, [details]: { [name]: 1_790_000_000, number: '1' } };
    const { payableUntil, type } = event('payment_intent.requires_action', intentObject({ next_action }));
    expect({ type, payableUntil }).toEqual({ type: 'PENDING', payableUntil: new Date(1_790_000_000_000) });
  });

  test.each([{}, null, undefined, { payment_id: 'order 17' }, { payment_id: 17 }, 'x'])(
    'with foreign metadata %j has no payment id, but the intent’s id',
    (metadata) => {
      expect(event('payment_intent.succeeded', capturedObject({ metadata }))).toEqual(
        eventOf({ type: 'CAPTURED', gatewayPaymentId: 'pi_1', amount: 5_000, currency: 'EUR' }),
      );
    },
  );

  test('states its amount in minor units of ISO 4217', () => {
    expect(event('payment_intent.succeeded', capturedObject({ currency: 'isk', amount_received: 500 }))).toMatchObject({
      amount: 5,
      currency: 'ISK',
    });
  });
});

describe('an event of a refund', () => {
  const about = {
    paymentId,
    gatewayPaymentId: 'pi_1',
    amount: 1_000,
    currency: 'EUR',
    refundId,
    gatewayObjectId: 're_1',
  };
  const ours = { metadata: { refund_id: refundId, payment_id: paymentId } };
  const types = ['refund.created', 'refund.updated', 'refund.failed', 'charge.refund.updated'];

  test.each<[string, object, Parameters<typeof gatewayFact>[0]]>([
    ['pending', {}, { type: 'REFUND_PENDING', ...about }],
    ['requires_action', {}, { type: 'REFUND_PENDING', ...about }],
    ['succeeded', {}, { type: 'REFUNDED', ...about }],
    [
      'failed',
      { failure_reason: 'lost_or_stolen_card' },
      { type: 'REFUND_FAILED', ...about, failureCode: 'lost_or_stolen_card' },
    ],
    ['canceled', {}, { type: 'REFUND_FAILED', ...about, failureCode: 'canceled' }],
    ['of a later version', {}, { type: 'CHANGED', paymentId, gatewayPaymentId: 'pi_1' }],
  ])('states the refund’s status, with each type of event: %s', (status, given, fact) => {
    for (const type of types)
      expect(event(type, refundObject({ ...ours, status, ...given })), type).toEqual(eventOf(fact));
  });

  test('has no refund id when the refund was made in Stripe’s dashboard', () => {
    expect(event('refund.created', refundObject())).toEqual(
      eventOf({ type: 'REFUNDED', ...about, paymentId: null, refundId: null }),
    );
  });

  test('is of type OTHER when it only released an authorization', () => {
    expect(event('refund.created', refundObject({ balance_transaction: null }))).toEqual(eventOf({ type: 'OTHER' }));
    expect(event('refund.created', refundObject({ balance_transaction: null, status: 'pending' })).type).toBe(
      'REFUND_PENDING',
    );
    expect(event('refund.created', refundObject({ balance_transaction: null, ...ours })).type).toBe('REFUNDED');
  });

  test('is CHANGED for a charge, which contains only the sum of its refunds', () => {
    const charge = {
      id: 'ch_1',
      object: 'charge',
      payment_intent: 'pi_1',
      amount_refunded: 3_000,
      metadata: { payment_id: paymentId },
    };
    expect(event('charge.refunded', charge)).toEqual(eventOf({ type: 'CHANGED', paymentId, gatewayPaymentId: 'pi_1' }));
  });
});

describe('an event of a dispute', () => {
  test.each([
    ['created', 'needs_response', 'DISPUTE_OPENED'],
    ['created', 'warning_needs_response', 'DISPUTE_OPENED'],
    ['funds_withdrawn', 'under_review', 'DISPUTE_OPENED'],
    ['funds_withdrawn', 'lost', 'DISPUTE_LOST'],
    ['funds_reinstated', 'won', 'DISPUTE_WON'],
    ['closed', 'won', 'DISPUTE_WON'],
    ['closed', 'warning_closed', 'DISPUTE_WON'],
    ['closed', 'lost', 'DISPUTE_LOST'],
    ['closed', 'prevented', 'DISPUTE_LOST'],
  ] as const)('charge.dispute.%s with status %s is %s', (type, status, fact) => {
    expect(event(`charge.dispute.${type}`, disputeObject({ status }))).toEqual(
      eventOf({
        type: fact,
        gatewayPaymentId: 'pi_1',
        amount: 5_000,
        currency: 'EUR',
        failureCode: 'fraudulent',
        gatewayObjectId: 'du_1',
      }),
    );
  });
});

describe('an event that is not about this shop is of type OTHER', () => {
  test.each<[string, unknown]>([
    ['payment_intent.created', intentObject()],
    ['customer.created', { id: 'cus_1' }],
    ['charge.succeeded', {}],
    ['an unknown type', undefined],
    ['toString', {}],
    ['refund.created', refundObject({ payment_intent: null })],
    ['charge.dispute.created', disputeObject({ payment_intent: null })],
    ['charge.refunded', { metadata: {}, payment_intent: null }],
  ])('%s', (type, object) => {
    expect(event(type, object)).toEqual(eventOf({ type: 'OTHER' }));
  });

  test('an event of Stripe’s API v2, which has no object', () => {
    expect(stripeEvent({ id: 'evt_1', object: 'v2.core.event', type: 'v1.billing.meter.no_meter_found' })).toEqual(
      eventOf({ type: 'OTHER' }),
    );
  });
});

describe('an event that cannot be read is malformed', () => {
  test.each<[string, unknown]>([
    ['', undefined],
    ['', []],
    [': id', { type: 'payment_intent.succeeded', data: { object: capturedObject() } }],
    [': id', { id: 'e'.repeat(256), type: 'customer.created' }],
    [': type', { id: 'evt_1' }],
    [': data.object', { id: 'evt_1', type: 'payment_intent.succeeded' }],
    ...Object.entries({ id: 'x', amount_received: '5000', status: undefined }).map(
      ([name, value]): [string, unknown] => [
        `: data.object.${name}`,
        { id: 'evt_1', type: 'payment_intent.succeeded', data: { object: capturedObject({ [name]: value }) } },
      ],
    ),
    [
      ': data.object.amount_received',
      { id: 'evt_1', type: 'payment_intent.succeeded', data: { object: capturedObject({ amount_received: -1 }) } },
    ],
    [
      ': data.object',
      {
        id: 'evt_1',
        type: 'payment_intent.succeeded',
        data: { object: capturedObject({ currency: 'isk', amount_received: 550 }) },
      },
    ],
    [': data.object.amount', { id: 'evt_1', type: 'refund.created', data: { object: refundObject({ amount: 1.5 }) } }],
    [
      ': data.object.payment_intent',
      { id: 'evt_1', type: 'charge.dispute.created', data: { object: disputeObject({ payment_intent: {} }) } },
    ],
  ])('%s of %o', (where, given) => {
    expect(() => stripeEvent(given)).toThrow(
      expect.objectContaining({ code: 'malformed_event', message: `the event is not one of this gateway's${where}` }),
    );
  });
});
