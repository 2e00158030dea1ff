import { describe, expect, test } from 'vitest';
import { gatewayFact } from '@commerce-core/core/gateway';
import {
  testPayment,
  testRefund,
  capturedObject,
  intentObject,
  listObject,
  ok,
  refundObject,
  refusalAnswer,
  startStripe,
} from './emulated-api.testing.ts';

const unexpected = refusalAnswer('payment_intent_unexpected_state');
const nothing = listObject([]);
const intent = 'GET /v1/payment_intents/pi_1';
const about = { gatewayPaymentId: 'pi_1', currency: 'EUR' };

describe('capture', () => {
  const capture = 'POST /v1/payment_intents/pi_1/capture';
  const captured = ok(capturedObject({ amount_received: 3_000, capture_method: 'manual' }));
  const lists = { 'GET /v1/refunds': nothing, 'GET /v1/disputes': nothing };

  test('takes a part, and returns the authorized and the captured amount', async () => {
    const { gateway, calls } = await startStripe({ [capture]: captured, ...lists });
    expect(await gateway.capture(testPayment(), 3_000)).toEqual([
      expect.objectContaining({ type: 'AUTHORIZED', amount: 5_000 }),
      expect.objectContaining({ type: 'CAPTURED', amount: 3_000 }),
    ]);
    expect(calls[0]?.form).toEqual({ amount_to_capture: '3000' });
  });

  test('of a captured payment does nothing and returns the captured amount', async () => {
    const { gateway } = await startStripe({ [capture]: unexpected, [intent]: captured, ...lists });
    expect(await gateway.capture(testPayment(), 5_000)).toEqual([
      expect.objectContaining({ type: 'AUTHORIZED', amount: 5_000 }),
      expect.objectContaining({ type: 'CAPTURED', amount: 3_000 }),
    ]);
  });

  test('of a canceled authorization returns CANCELED', async () => {
    const { gateway } = await startStripe({
      [capture]: unexpected,
      [intent]: ok(intentObject({ status: 'canceled' })),
    });
    expect(await gateway.capture(testPayment(), 5_000)).toEqual([expect.objectContaining({ type: 'CANCELED' })]);
  });

  test('of a payment that is not authorized is refused', async () => {
    const { gateway } = await startStripe({ [capture]: unexpected, [intent]: ok(intentObject()) });
    await expect(gateway.capture(testPayment(), 5_000)).rejects.toMatchObject({
      name: 'GatewayRefusal',
      code: 'payment_intent_unexpected_state',
    });
    await expect(gateway.capture(testPayment({ gatewayPaymentId: null }), 5_000)).rejects.toMatchObject({
      code: 'no_such_payment',
    });
  });
});

describe('cancel', () => {
  const cancel = 'POST /v1/payment_intents/pi_1/cancel';
  const canceled = ok(intentObject({ status: 'canceled' }));
  const types = async (script: Parameters<typeof startStripe>[0], payment = testPayment()) => {
    const { gateway, asked } = await startStripe({
      'GET /v1/refunds': nothing,
      'GET /v1/disputes': nothing,
      ...script,
    });
    return { facts: (await gateway.cancel(payment)).map(({ type }) => type), asked: asked() };
  };

  test('ends a payment that is not approved', async () => {
    expect(await types({ [intent]: ok(intentObject()), [cancel]: canceled })).toEqual({
      facts: ['CANCELED'],
      asked: [intent, cancel],
    });
  });

  test('of a canceled payment returns CANCELED', async () => {
    expect((await types({ [intent]: canceled, [cancel]: unexpected })).facts).toEqual(['CANCELED']);
  });

  test.each([
    ['succeeded', 'CAPTURED'],
    ['requires_capture', 'AUTHORIZED'],
  ])('of an approved payment undoes nothing: %s', async (status, type) => {
    const { facts, asked } = await types({ [intent]: ok(capturedObject({ status })) });
    expect(facts).toEqual([type]);
    expect(asked).not.toContain(cancel);
  });

  test('of a payment that is captured at that moment returns the capture', async () => {
    const racing = { [intent]: [ok(intentObject()), ok(capturedObject())], [cancel]: unexpected };
    expect((await types(racing)).facts).toEqual(['CAPTURED']);
  });

  test('of a payment that Stripe does not know returns no facts', async () => {
    expect(await types({}, testPayment({ gatewayPaymentId: null }))).toEqual({ facts: [], asked: [] });
    expect((await types({ [intent]: refusalAnswer('resource_missing', 404) })).facts).toEqual([]);
  });
});

describe('refund', () => {
  const cancel = 'POST /v1/payment_intents/pi_1/cancel';

  test('returns a part of the money with the refund’s id as the idempotency key', async () => {
    const { gateway, calls } = await startStripe({
      'GET /v1/refunds': nothing,
      'POST /v1/refunds': ok(refundObject()),
    });
    const [payment, refund] = [testPayment(), testRefund()];
    expect(await gateway.refund(refund, payment)).toEqual([
      gatewayFact({
        type: 'REFUNDED',
        ...about,
        paymentId: payment.id,
        amount: 1_000,
        refundId: refund.id,
        gatewayObjectId: 're_1',
      }),
    ]);
    const last = calls.at(-1);
    expect(last?.form).toEqual({
      payment_intent: 'pi_1',
      amount: '1000',
      'metadata[refund_id]': refund.id,
      'metadata[payment_id]': payment.id,
    });
    expect(last?.headers['idempotency-key']).toBe(refund.id);
  });

  test('that exists at Stripe is not made again, also after Stripe forgot its key', async () => {
    const refund = testRefund();
    const { gateway, asked } = await startStripe({
      'GET /v1/refunds': listObject([
        refundObject({ id: 're_2' }),
        refundObject({ status: 'pending', metadata: { refund_id: refund.id } }),
      ]),
    });
    expect(await gateway.refund(refund, testPayment())).toEqual([
      expect.objectContaining({ type: 'REFUND_PENDING', refundId: refund.id, gatewayObjectId: 're_1' }),
    ]);
    expect(asked()).toEqual(['GET /v1/refunds']);
  });

  test.each([
    ['pending', 'REFUND_PENDING'],
    ['failed', 'REFUND_FAILED'],
  ])('may be %s at Stripe', async (status, type) => {
    const { gateway } = await startStripe({
      'GET /v1/refunds': nothing,
      'POST /v1/refunds': ok(refundObject({ status })),
    });
    expect(await gateway.refund(testRefund(), testPayment())).toEqual([expect.objectContaining({ type })]);
  });

  test.each([
    ['exists', { [cancel]: ok(intentObject({ status: 'canceled' })) }],
    ['is canceled already', { [cancel]: unexpected, [intent]: ok(intentObject({ status: 'canceled' })) }],
  ])('of kind VOID releases the authorization that %s', async (_, script) => {
    const { gateway } = await startStripe(script);
    const [payment, refund] = [testPayment(), testRefund({ kind: 'VOID', amount: 5_000 })];
    expect(await gateway.refund(refund, payment)).toEqual([
      gatewayFact({ type: 'REFUNDED', ...about, paymentId: payment.id, amount: 5_000, refundId: refund.id }),
    ]);
  });

  test('of kind VOID refunds a payment that was captured since, in full after a partial capture', async () => {
    const { gateway, calls } = await startStripe({
      [cancel]: unexpected,
      [intent]: ok(capturedObject()),
      'GET /v1/refunds': nothing,
      'POST /v1/refunds': ok(refundObject({ amount: 3_000 })),
    });
    const refund = testRefund({ kind: 'VOID', amount: 5_000 });
    expect(await gateway.refund(refund, testPayment())).toEqual([
      expect.objectContaining({ type: 'REFUNDED', amount: 5_000, refundId: refund.id, gatewayObjectId: 're_1' }),
    ]);
    expect(calls.at(-1)?.form).not.toHaveProperty('amount');
    expect(calls.at(-1)?.headers['idempotency-key']).toBe(refund.id);
  });

  test('of kind VOID has an unknown outcome while the payment is in processing', async () => {
    const { gateway } = await startStripe({
      [cancel]: unexpected,
      [intent]: ok(intentObject({ status: 'processing' })),
    });
    await expect(gateway.refund(testRefund({ kind: 'VOID' }), testPayment())).rejects.toThrow(
      "Stripe can't cancel the payment while it is processing",
    );
  });
});
