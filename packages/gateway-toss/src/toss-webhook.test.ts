import { describe, expect, test } from 'vitest';
import { newId, gatewayFact } from '@commerce-core/core/gateway';
import { tossEvent } from './toss-webhook.ts';

const paymentId = newId();
const receive = (body: unknown) => tossEvent(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
const changed = (data: unknown, eventType = 'PAYMENT_STATUS_CHANGED') => ({
  eventType,
  createdAt: '2026-05-12T00:00:00.000000',
  data,
});
const deposit = {
  createdAt: '2026-05-12T00:00:00.000000',
  secret: 'ps_1',
  status: 'DONE',
  transactionKey: 'T1',
  orderId: paymentId,
};

describe('a webhook says which payment to ask for, and nothing else', () => {
  test.each<[string, unknown, object]>([
    [
      'a payment',
      changed({ paymentKey: 'tviva_1', status: 'DONE', orderId: paymentId, totalAmount: 1, currency: 'KRW' }),
      { paymentId },
    ],
    ['a deposit', deposit, { paymentId }],
    ['a deposit in the wrapping of the others', changed(deposit, 'DEPOSIT_CALLBACK'), { paymentId }],
    ['a cancel', changed({ orderId: paymentId, cancelStatus: 'DONE' }, 'CANCEL_STATUS_CHANGED'), { paymentId }],
    ['our id as somebody else spells it', changed({ orderId: paymentId.toUpperCase() }), { paymentId }],
    ['a payment by its key alone', changed({ paymentKey: 'tviva_1' }), { gatewayPaymentId: 'tviva_1' }],
    [
      "an order that isn't ours",
      changed({ paymentKey: 'tviva_1', orderId: 'order-77' }),
      { gatewayPaymentId: 'tviva_1' },
    ],
  ])('%s', (_, body, about) => {
    const { providerEventId, ...fact } = receive(body);
    expect(fact).toEqual(gatewayFact({ type: 'CHANGED', ...about }));
    expect(providerEventId).toMatch(/^body:[\w-]{43}$/);
  });
});

test.each<[string, unknown]>([
  ['a kind of event that is new', changed({ orderId: paymentId }, 'payout.changed')],
  ['no payment', changed({ orderId: 'order-77' })],
  ['nothing', changed(null)],
  ['a key that is too long', changed({ paymentKey: 'k'.repeat(201) })],
])('of %s nothing is asked', (_, body) => {
  expect(receive(body).type).toBe('OTHER');
});

test("the same message again is the same event, another one isn't, whatever their headers are", () => {
  const body = changed({ orderId: paymentId });
  expect(receive(body)).toEqual(receive(body));
  expect(receive({ ...body, createdAt: '2026-05-12T00:00:00.000001' }).providerEventId).not.toBe(
    receive(body).providerEventId,
  );
});

test.each([
  '',
  'null',
  '[]',
  '"DONE"',
  '{}',
  '{"eventType":1}',
  '{"orderId":"a"}',
  '{"eventType":"PAYMENT_STATUS_CHANGED"',
])('%j is malformed', (text) => {
  expect(() => receive(text)).toThrow(expect.objectContaining({ code: 'malformed_event' }));
});

test('bytes that are no UTF-8 are malformed', () => {
  const bytes = Buffer.concat([Buffer.from('{"eventType":"'), Buffer.from([0xff]), Buffer.from('"}')]);
  expect(() => tossEvent(bytes)).toThrow(expect.objectContaining({ code: 'malformed_event' }));
});
