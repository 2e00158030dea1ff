import { describe, expect, test } from 'vitest';
import { gatewayFact } from '@commerce-core/core/gateway';
import {
  aPayment,
  aRefund,
  capturedObject,
  intentObject,
  listObject,
  ok,
  refundObject,
  refusalAnswer,
  startStandIn,
} from './emulated-api.testing.ts';

const unexpected = refusalAnswer('payment_intent_unexpected_state');
const nothing = listObject([]);
const intent = 'GET /v1/payment_intents/pi_1';
const about = { gatewayPaymentId: 'pi_1', currency: 'EUR' };

describe('capture', () => {
  const capture = 'POST /v1/payment_intents/pi_1/capture';
  const captured = ok(capturedObject({ amount_received: 3_000, capture_method: 'manual' }));
  const lists = { 'GET /v1/refunds': nothing, 'GET /v1/disputes': nothing };

  test('takes a part, and answers what was taken of what', async () => {
    const { gateway, calls } = await startStandIn({ [capture]: captured, ...lists });
    expect(await gateway.capture(aPayment(), 3_000)).toEqual([
      expect.objectContaining({ type: 'AUTHORIZED', amount: 5_000 }),
      expect.objectContaining({ type: 'CAPTURED', amount: 3_000 }),
    ]);
    expect(calls[0]!.form).toEqual({ amount_to_capture: '3000' });
  });

  test('once it is captured, again does nothing and answers what was taken then', async () => {
    const { gateway } = await startStandIn({ [capture]: unexpected, [intent]: captured, ...lists });
    expect(await gateway.capture(aPayment(), 5_000)).toEqual([
      expect.objectContaining({ type: 'AUTHORIZED', amount: 5_000 }),
      expect.objectContaining({ type: 'CAPTURED', amount: 3_000 }),
    ]);
  });

  test('of an authorization that is gone: it is', async () => {
    const { gateway } = await startStandIn({
      [capture]: unexpected,
      [intent]: ok(intentObject({ status: 'canceled' })),
    });
    expect(await gateway.capture(aPayment(), 5_000)).toEqual([expect.objectContaining({ type: 'CANCELED' })]);
  });

  test('of what nobody has authorized is refused', async () => {
    const { gateway } = await startStandIn({ [capture]: unexpected, [intent]: ok(intentObject()) });
    await expect(gateway.capture(aPayment(), 5_000)).rejects.toMatchObject({
      name: 'GatewayRefusal',
      code: 'payment_intent_unexpected_state',
    });
    await expect(gateway.capture(aPayment({ gatewayPaymentId: null }), 5_000)).rejects.toMatchObject({
      code: 'no_such_payment',
    });
  });
});

describe('cancel', () => {
  const cancel = 'POST /v1/payment_intents/pi_1/cancel';
  const canceled = ok(intentObject({ status: 'canceled' }));
  const types = async (script: Parameters<typeof startStandIn>[0], payment = aPayment()) => {
    const { gateway, asked } = await startStandIn({
      'GET /v1/refunds': nothing,
      'GET /v1/disputes': nothing,
      ...script,
    });
    return { told: (await gateway.cancel(payment)).map(({ type }) => type), asked: asked() };
  };

  test('ends an attempt', async () => {
    expect(await types({ [intent]: ok(intentObject()), [cancel]: canceled })).toEqual({
      told: ['CANCELED'],
      asked: [intent, cancel],
    });
  });

  test('that was canceled before: it is', async () => {
    expect((await types({ [intent]: canceled, [cancel]: unexpected })).told).toEqual(['CANCELED']);
  });

  test.each([
    ['succeeded', 'CAPTURED'],
    ['requires_capture', 'AUTHORIZED'],
  ])('that has brought money undoes nothing: %s', async (status, type) => {
    const { told, asked } = await types({ [intent]: ok(capturedObject({ status })) });
    expect(told).toEqual([type]);
    expect(asked).not.toContain(cancel);
  });

  test('that brings the money at this very moment: its facts', async () => {
    const racing = { [intent]: [ok(intentObject()), ok(capturedObject())], [cancel]: unexpected };
    expect((await types(racing)).told).toEqual(['CAPTURED']);
  });

  test('that was never begun there: nothing to do', async () => {
    expect(await types({}, aPayment({ gatewayPaymentId: null }))).toEqual({ told: [], asked: [] });
    expect((await types({ [intent]: refusalAnswer('resource_missing', 404) })).told).toEqual([]);
  });
});

describe('refund', () => {
  const cancel = 'POST /v1/payment_intents/pi_1/cancel';

  test('sends a part back under the refund’s id', async () => {
    const { gateway, calls } = await startStandIn({
      'GET /v1/refunds': nothing,
      'POST /v1/refunds': ok(refundObject()),
    });
    const [payment, refund] = [aPayment(), aRefund()];
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
    const { form, headers } = calls.at(-1)!;
    expect(form).toEqual({
      payment_intent: 'pi_1',
      amount: '1000',
      'metadata[refund_id]': refund.id,
      'metadata[payment_id]': payment.id,
    });
    expect(headers['idempotency-key']).toBe(refund.id);
  });

  test('that Stripe has already, though its key is forgotten, is not made again', async () => {
    const refund = aRefund();
    const { gateway, asked } = await startStandIn({
      'GET /v1/refunds': listObject([
        refundObject({ id: 're_2' }),
        refundObject({ status: 'pending', metadata: { refund_id: refund.id } }),
      ]),
    });
    expect(await gateway.refund(refund, aPayment())).toEqual([
      expect.objectContaining({ type: 'REFUND_PENDING', refundId: refund.id, gatewayObjectId: 're_1' }),
    ]);
    expect(asked()).toEqual(['GET /v1/refunds']);
  });

  test.each([
    ['pending', 'REFUND_PENDING'],
    ['failed', 'REFUND_FAILED'],
  ])('may be %s', async (status, type) => {
    const { gateway } = await startStandIn({
      'GET /v1/refunds': nothing,
      'POST /v1/refunds': ok(refundObject({ status })),
    });
    expect(await gateway.refund(aRefund(), aPayment())).toEqual([expect.objectContaining({ type })]);
  });

  test.each([
    ['is there', { [cancel]: ok(intentObject({ status: 'canceled' })) }],
    ['is gone already', { [cancel]: unexpected, [intent]: ok(intentObject({ status: 'canceled' })) }],
  ])('of a kind VOID lets go of the authorization that %s, and is done', async (_, script) => {
    const { gateway } = await startStandIn(script);
    const [payment, refund] = [aPayment(), aRefund({ kind: 'VOID', amount: 5_000 })];
    expect(await gateway.refund(refund, payment)).toEqual([
      gatewayFact({ type: 'REFUNDED', ...about, paymentId: payment.id, amount: 5_000, refundId: refund.id }),
    ]);
  });

  test('of a kind VOID sends all back where it was captured meanwhile, even in part, and is done in whole', async () => {
    const { gateway, calls } = await startStandIn({
      [cancel]: unexpected,
      [intent]: ok(capturedObject()),
      'GET /v1/refunds': nothing,
      'POST /v1/refunds': ok(refundObject({ amount: 3_000 })),
    });
    const refund = aRefund({ kind: 'VOID', amount: 5_000 });
    expect(await gateway.refund(refund, aPayment())).toEqual([
      expect.objectContaining({ type: 'REFUNDED', amount: 5_000, refundId: refund.id, gatewayObjectId: 're_1' }),
    ]);
    expect(calls.at(-1)!.form).not.toHaveProperty('amount');
    expect(calls.at(-1)!.headers['idempotency-key']).toBe(refund.id);
  });

  test('of a kind VOID waits where Stripe is still at it', async () => {
    const { gateway } = await startStandIn({
      [cancel]: unexpected,
      [intent]: ok(intentObject({ status: 'processing' })),
    });
    await expect(gateway.refund(aRefund({ kind: 'VOID' }), aPayment())).rejects.toThrow(
      'Stripe lets nobody cancel the payment now: it is processing',
    );
  });
});
