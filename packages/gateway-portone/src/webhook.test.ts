import { Webhook as PortoneWebhook } from '@portone/server-sdk';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { CommerceError, newId, gatewayFact, parseSecret } from '@commerce-core/core/gateway';
import { portoneEvent } from './webhook.ts';

const secretOf = (fill: number) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`;
const secret = secretOf(1);
const retired = secretOf(2);
const keys = [secret, retired].map(parseSecret);
const paymentId = newId();
// PortOne's library reads the system's clock.
const now = new Date();

function signed(body: string, { by = secret, at = now, id = 'wh_1' } = {}) {
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(by).sign(id, at, body),
  };
  return { body, headers };
}
type Signed = { body: string; headers: Record<string, string> };
const receive = ({ body, headers }: Signed) =>
  portoneEvent({ rawBody: Buffer.from(body), header: (name) => headers[name] }, keys, now);
function outcomeOf(message: Signed): string {
  try {
    return receive(message).type;
  } catch (error) {
    return error instanceof CommerceError ? error.code : String(error);
  }
}
const event = (type: string, data: object = { paymentId, storeId: 'store-1', transactionId: 'tx-1' }) =>
  JSON.stringify({ type, timestamp: '2026-04-25T10:00:00.000Z', data });

describe("this check and PortOne's own library agree", () => {
  const body = event('Transaction.Paid');
  const good = signed(body);
  const later = (seconds: number) => ({ at: new Date(now.getTime() + seconds * 1000) });
  const signature = 'webhook-signature';
  const withSignature = (value: string) => ({ body, headers: { ...good.headers, [signature]: value } });
  const without = (name: string) => ({ body, headers: { ...good.headers, [name]: '' } });
  test.each<[string, boolean, Signed]>([
    ['a webhook', true, good],
    ['one with Korean letters', true, signed(event('Transaction.Paid', { paymentId, note: '결제 완료' }))],
    [
      'one that two secrets signed',
      true,
      withSignature(`${signed(body, { by: secretOf(3) }).headers[signature]} ${good.headers[signature]}`),
    ],
    ['one that is 4 minutes old', true, signed(body, later(-240))],
    ['one that is 4 minutes early', true, signed(body, later(240))],
    ['one that is 6 minutes old', false, signed(body, later(-360))],
    ['one that is 6 minutes early', false, signed(body, later(360))],
    ['one that another secret signed', false, signed(body, { by: secretOf(3) })],
    ['another body', false, { ...good, body: event('Transaction.Cancelled') }],
    ['another id', false, { body, headers: { ...good.headers, 'webhook-id': 'wh_2' } }],
    ['another version', false, withSignature(good.headers[signature].replace('v1,', 'v2,'))],
    ['no signature', false, without(signature)],
    ['no id', false, without('webhook-id')],
    ['no time', false, without('webhook-timestamp')],
  ])('about %s: %s', async (_, isGood, message) => {
    const theirs = await PortoneWebhook.verify(secret, message.body, message.headers).then(
      () => true,
      () => false,
    );
    expect(theirs).toBe(isGood);
    expect(outcomeOf(message)).toBe(isGood ? 'CHANGED' : 'invalid_signature');
  });
});

test('a secret that is being rotated out is still accepted', () => {
  expect(receive(signed(event('Transaction.Paid'), { by: retired })).type).toBe('CHANGED');
});

describe('a webhook names the payment to poll', () => {
  test.each([
    'Ready',
    'Paid',
    'VirtualAccountIssued',
    'PartialCancelled',
    'Cancelled',
    'Failed',
    'PayPending',
    'CancelPending',
    'DisputeCreated',
    'DisputeResolved',
    'Confirm',
    'OfTomorrow',
  ])('Transaction.%s', (name) => {
    const fact = gatewayFact({ type: 'CHANGED', paymentId, gatewayPaymentId: paymentId });
    expect(receive(signed(event(`Transaction.${name}`)))).toEqual({ providerEventId: 'wh_1', ...fact });
  });

  test.each<[string, string]>([
    ['a billing key', event('BillingKey.Issued', { billingKey: 'billing-key-1' })],
    ['a billing key with a payment id', event('BillingKey.Issued', { billingKey: 'billing-key-1', paymentId })],
    ["a payment that isn't ours", event('Transaction.Paid', { paymentId: 'order-77' })],
    ['a type without data', JSON.stringify({ type: 'Store.Renamed' })],
  ])('%s is an event of type OTHER', (_, body) => {
    expect(receive(signed(body)).type).toBe('OTHER');
  });
});

test.each([
  '',
  'null',
  '[]',
  '{}',
  '{"type":1}',
  JSON.stringify({ payment_id: paymentId, tx_id: 'tx-1', status: 'Paid' }),
])('%j is malformed', (body) => {
  expect(() => receive(signed(body))).toThrow(expect.objectContaining({ code: 'malformed_event' }));
});

test('an event id of more than 300 characters is malformed', () => {
  expect(() => receive(signed(event('Transaction.Paid'), { id: 'w'.repeat(301) }))).toThrow(
    expect.objectContaining({ code: 'malformed_event' }),
  );
});
