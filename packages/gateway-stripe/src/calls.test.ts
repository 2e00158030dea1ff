import { describe, expect, test } from 'vitest';
import type { CallPolicy } from '@commerce-core/core/gateway';
import type { FakeApiResponse } from '@commerce-core/core/testing';
import {
  aPayment,
  aRefund,
  intentObject,
  listObject,
  ok,
  refundObject,
  refusalAnswer,
  startStandIn,
} from './stripe.testing.ts';

const create = 'POST /v1/payment_intents';
const opened = async (answers: FakeApiResponse | FakeApiResponse[], policy: Partial<CallPolicy> = {}) => {
  const waitsForLocks = { timeoutMs: 5_000, triesMax: 1, ...policy };
  const standIn = await startStandIn({ [create]: answers }, { policy: waitsForLocks });
  const answer = Promise.resolve(standIn.gateway.initiation.initiate(aPayment({ gatewayPaymentId: null })));
  return {
    ...standIn,
    thrown: await answer.then(
      () => undefined,
      (error: unknown) => error as Error & { code?: string },
    ),
  };
};

describe('a definite no is a refusal with Stripe’s code', () => {
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
    expect((await opened(answer)).thrown).toMatchObject({ name: 'GatewayRefusal', code });
  });

  test('and quotes no key', async () => {
    const { thrown } = await opened({
      status: 400,
      body: {
        error: { type: 'invalid_request_error', code: 'x', message: 'No such key: sk_live_51Habc or whsec_1\nsee' },
      },
    });
    expect(thrown!.message).toBe('No such key: sk_… or whsec_… see');
  });
});

describe('whatever else comes leaves the outcome unknown', () => {
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
    const { thrown } = await opened(answer, { timeoutMs: 100 });
    expect(thrown!.constructor).toBe(Error);
    expect(thrown!.message).toBe(`Stripe gave no usable answer: ${facts}`);
    expect(thrown).not.toHaveProperty('cause');
  });

  test('an answer that is no intent', async () => {
    expect((await opened(ok({ object: 'list' }))).thrown!.message).toBe("Stripe's answer can't be understood: id");
  });
});

test('a call without an answer is made again under the same key, as often as said', async () => {
  const { thrown, calls } = await opened([{ status: 500, body: {} }, 'hang up', ok(intentObject())], {
    triesMax: 3,
  });
  expect(thrown).toBeUndefined();
  expect(new Set(calls.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  expect(calls).toHaveLength(3);
  expect((await opened({ status: 500, body: {} }, { triesMax: 2 })).calls).toHaveLength(2);
});

test('a refund whose answer is lost is asked for with its own key again, by whoever asks', async () => {
  const { gateway, calls } = await startStandIn(
    { 'GET /v1/refunds': listObject([]), 'POST /v1/refunds': ['silence', ok(refundObject())] },
    { policy: { triesMax: 1, timeoutMs: 100 } },
  );
  const [payment, refund] = [aPayment(), aRefund()];
  await expect(gateway.refund(refund, payment)).rejects.toThrow('Stripe gave no usable answer');
  expect(await gateway.refund(refund, payment)).toEqual([
    expect.objectContaining({ type: 'REFUNDED', refundId: refund.id }),
  ]);
  const keys = calls.filter(({ call }) => call.startsWith('POST')).map(({ headers }) => headers['idempotency-key']);
  expect(keys).toEqual([refund.id, refund.id]);
});
