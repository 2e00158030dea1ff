import { describe, expect, test } from 'vitest';
import { newId, gatewayFact } from '@commerce-core/core/gateway';
import { tossEvent } from './webhook.ts';

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

describe('a webhook names the payment to poll, and states nothing else', () => {
  test.each<[string, unknown, object]>([
    [
      'a payment',
      changed({ paymentKey: 'tviva_1', status: 'DONE', orderId: paymentId, totalAmount: 1, currency: 'KRW' }),
      { paymentId },
    ],
    ['a deposit', deposit, { paymentId }],
    ['a deposit inside `data`', changed(deposit, 'DEPOSIT_CALLBACK'), { paymentId }],
    ['a cancel', changed({ orderId: paymentId, cancelStatus: 'DONE' }, 'CANCEL_STATUS_CHANGED'), { paymentId }],
    ['our payment id in upper case', changed({ orderId: paymentId.toUpperCase() }), { paymentId }],
    ['a payment with its key alone', changed({ paymentKey: 'tviva_1' }), { gatewayPaymentId: 'tviva_1' }],
    [
      "an order id that isn't ours",
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
  ['an unknown type of event', changed({ orderId: paymentId }, 'payout.changed')],
  ['a message without our payment', changed({ orderId: 'order-77' })],
  ['empty data', changed(null)],
  ['a key of more than 200 characters', changed({ paymentKey: 'k'.repeat(201) })],
])('%s is an event of type OTHER', (_, body) => {
  expect(receive(body).type).toBe('OTHER');
});

test('the same body is the same event, and another body is another event', () => {
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

test('a body that is not valid UTF-8 is malformed', () => {
  const bytes = Buffer.concat([Buffer.from('{"eventType":"'), Buffer.from([0xff]), Buffer.from('"}')]);
  expect(() => tossEvent(bytes)).toThrow(expect.objectContaining({ code: 'malformed_event' }));
});
