import type { IncomingHttpHeaders } from 'node:http';
import { newId, type GatewayPayment, type GatewayRefund } from '@commerce-core/core/gateway';
import { startFakeGatewayApi, type FakeApiResponse } from '@commerce-core/core/testing';
import { stripeGateway, type StripeOptions } from './stripe.ts';

type Call = {
  call: string;
  query: Record<string, string>;
  form: Record<string, string>;
  headers: IncomingHttpHeaders;
};
/** What is answered to `POST /v1/refunds` and the like; of a list the last one for ever. */
type Script = Record<string, FakeApiResponse | FakeApiResponse[]>;

export const webhookSecret = 'whsec_current';

/** The adapter, with Stripe's library, before a stand-in that answers by the script and notes what it was asked. */
export async function startStandIn(script: Script, options: Partial<StripeOptions> = {}) {
  const calls: Call[] = [];
  const { url } = await startFakeGatewayApi(({ call, headers, body }) => {
    const [path = '', query] = call.split('?');
    const [method] = path.split(' ');
    const fields = (text: string | undefined) => Object.fromEntries(new URLSearchParams(text));
    const count = calls.filter((one) => one.call === path).length;
    calls.push({ call: path, query: fields(query), form: fields(method === 'POST' ? body : ''), headers });
    const answers = [script[path] ?? []].flat();
    return answers[Math.min(count, answers.length - 1)] ?? 'hang up';
  });
  const gateway = stripeGateway({
    secretKey: 'sk_test_of_the_tests',
    webhookSecrets: [webhookSecret],
    publishableKey: 'pk_test_1',
    url,
    ...options,
  });
  return { gateway, calls, asked: () => calls.map(({ call }) => call) };
}

export const ok = (body: unknown): FakeApiResponse => ({ status: 200, body });

export const aPayment = (given: Partial<GatewayPayment> = {}): GatewayPayment => ({
  id: newId(),
  orderId: newId(),
  currency: 'EUR',
  amount: 5_000,
  authorizedAmount: 0,
  capturedAmount: 0,
  capture: 'AUTOMATIC',
  method: null,
  gatewayPaymentId: 'pi_1',
  ...given,
});

export const aRefund = (given: Partial<GatewayRefund> = {}): GatewayRefund => ({
  id: newId(),
  kind: 'REFUND',
  amount: 1_000,
  currency: 'EUR',
  reason: 'requested',
  gatewayRefundId: null,
  ...given,
});

/** Stripe's objects, with what the shop doesn't use left out. */
export const intentObject = (given: object = {}) => ({
  id: 'pi_1',
  object: 'payment_intent',
  amount: 5_000,
  amount_capturable: 0,
  amount_received: 0,
  capture_method: 'automatic',
  currency: 'eur',
  client_secret: 'pi_1_secret_2',
  status: 'requires_payment_method',
  metadata: {},
  last_payment_error: null,
  cancellation_reason: null,
  next_action: null,
  ...given,
});
export const capturedObject = (given: object = {}) =>
  intentObject({ status: 'succeeded', amount_received: 5_000, ...given });

export const refundObject = (given: object = {}) => ({
  id: 're_1',
  object: 'refund',
  amount: 1_000,
  currency: 'eur',
  status: 'succeeded',
  payment_intent: 'pi_1',
  charge: 'ch_1',
  metadata: {},
  balance_transaction: 'txn_1',
  ...given,
});

export const disputeObject = (given: object = {}) => ({
  id: 'du_1',
  object: 'dispute',
  amount: 5_000,
  currency: 'eur',
  status: 'needs_response',
  reason: 'fraudulent',
  payment_intent: 'pi_1',
  charge: 'ch_1',
  metadata: {},
  ...given,
});

export const listObject = (data: unknown[], more = false): FakeApiResponse =>
  ok({ object: 'list', data, has_more: more, url: '/v1/of_the_tests' });

export const refusalAnswer = (code: string, status = 400, type = 'invalid_request_error'): FakeApiResponse => ({
  status,
  body: { error: { type, code, message: `Stripe says ${code}.` } },
});
