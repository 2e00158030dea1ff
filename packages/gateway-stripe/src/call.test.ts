import { describe, expect, test } from 'vitest';
import type { CallPolicy } from '@commerce-core/core/gateway';
import type { FakeApiResponse } from '@commerce-core/core/testing';
import {
  testPayment,
  testRefund,
  intentObject,
  listObject,
  ok,
  refundObject,
  refusalAnswer,
  startStripe,
} from './emulated-api.testing.ts';

const create = 'POST /v1/payment_intents';
const initiated = async (answers: FakeApiResponse | FakeApiResponse[], policy: Partial<CallPolicy> = {}) => {
  const callPolicy = { timeoutMs: 5_000, triesMax: 1, ...policy };
  const stripe = await startStripe({ [create]: answers }, { policy: callPolicy });
  const answer = stripe.gateway.initiation.initiate(testPayment({ gatewayPaymentId: null }));
  return {
    ...stripe,
    thrown: await answer.then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error : new Error('not an Error', { cause: error })),
    ),
  };
};

describe('a definite no of Stripe is a refusal with its code', () => {
  test.each<[FakeApiResponse, string]>([
    [refusalAnswer('amount_too_small'), 'amount_too_small'],
    [refusalAnswer('resource_missing', 404), 'resource_missing'],
    [
      {
        status: 402,
        body: { error: { type: 'card_error', code: 'card_declined', decline_code: 'do_not_honor', message: 'No.' } },
      },
      'do_not_honor',
    ],
    [
      { status: 400, body: { error: { type: 'invalid_request_error', message: 'Unrecognized request.' } } },
      'invalid_request_error',
    ],
  ])('%j', async (answer, code) => {
    expect((await initiated(answer)).thrown).toMatchObject({ name: 'GatewayRefusal', code });
  });

  test('and its message contains no key', async () => {
    const { thrown } = await initiated({
      status: 400,
      body: {
        error: { type: 'invalid_request_error', code: 'x', message: 'No such key: sk_live_51Habc or whsec_1\nsee' },
      },
    });
    expect(thrown?.message).toBe('No such key: sk_… or whsec_… see');
  });
});

describe('every other failure leaves the outcome unknown', () => {
  test.each<[string, FakeApiResponse]>([
    ['StripeAPIError 409 idempotency_key_in_use', refusalAnswer('idempotency_key_in_use', 409)],
    ['StripeInvalidRequestError 400 idempotency_key_in_use', refusalAnswer('idempotency_key_in_use', 400)],
    [
      'StripeIdempotencyError 400',
      {
        status: 400,
        body: {
          error: {
            type: 'idempotency_error',
            message: 'Keys for idempotent requests can only be used with the same parameters.',
          },
        },
      },
    ],
    ['StripeRateLimitError 429 lock_timeout', refusalAnswer('lock_timeout', 429)],
    [
      'StripeAuthenticationError 401',
      {
        status: 401,
        body: { error: { type: 'invalid_request_error', message: 'Invalid API Key provided: sk_live_51Habc' } },
      },
    ],
    [
      'StripePermissionError 403',
      {
        status: 403,
        body: { error: { type: 'invalid_request_error', message: 'rk_live_51Habc does not have access' } },
      },
    ],
    ['StripeAPIError 500 x', refusalAnswer('x', 500, 'api_error')],
    ['StripeAPIError', { status: 502, body: '<html>Bad Gateway</html>' }],
    ['StripeConnectionError ETIMEDOUT', 'silence'],
    ['StripeConnectionError ECONNRESET', 'hang up'],
  ])('%s', async (facts, answer) => {
    const { thrown } = await initiated(answer, { timeoutMs: answer === 'silence' ? 100 : 60_000 });
    expect(thrown?.constructor).toBe(Error);
    expect(thrown?.message).toBe(`Stripe gave no usable answer: ${facts}`);
    expect(thrown).not.toHaveProperty('cause');
  });

  test('an answer that is not an intent', async () => {
    expect((await initiated(ok({ object: 'list' }))).thrown?.message).toBe("Stripe's answer can't be understood: id");
  });
});

test('a call without an answer is repeated with the same key, as often as the policy says', async () => {
  const { thrown, calls } = await initiated([{ status: 500, body: {} }, 'hang up', ok(intentObject())], {
    triesMax: 3,
  });
  expect(thrown).toBeUndefined();
  expect(new Set(calls.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  expect(calls).toHaveLength(3);
  expect((await initiated({ status: 500, body: {} }, { triesMax: 2 })).calls).toHaveLength(2);
});

test('a refund whose answer is lost is repeated with the same key by the next call', async () => {
  const { gateway, calls } = await startStripe(
    { 'GET /v1/refunds': listObject([]), 'POST /v1/refunds': ['silence', ok(refundObject())] },
    { policy: { triesMax: 1, timeoutMs: 100 } },
  );
  const [payment, refund] = [testPayment(), testRefund()];
  await expect(gateway.refund(refund, payment)).rejects.toThrow('Stripe gave no usable answer');
  expect(await gateway.refund(refund, payment)).toEqual([
    expect.objectContaining({ type: 'REFUNDED', refundId: refund.id }),
  ]);
  const keys = calls.filter(({ call }) => call.startsWith('POST')).map(({ headers }) => headers['idempotency-key']);
  expect(keys).toEqual([refund.id, refund.id]);
});
